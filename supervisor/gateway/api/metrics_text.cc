#include "gateway/api/metrics_text.h"

#include <algorithm>
#include <cctype>

#include "base/json.h"

namespace mainstay::gateway {

namespace {

using Labels = std::string;  // `a="b",c="d"`

bool is_name(std::string_view name, bool colons) {
  const auto fits = [colons](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || (colons && c == ':');
  };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, fits);
}

// Of a label's value; a help text has no quotes to escape.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\\\";
    if (c == '\n') out += "\\n";
    if (c == '"' && quotes) out += "\\\"";
    if (c != '\\' && c != '\n' && !(c == '"' && quotes)) out += c;
  }
  return out;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& list_of(const Json& object, const char* name) {
  static const Json kNone = Json::array();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : kNone;
}

std::string number_of(const Json& value) {
  return value.is_number() ? dump_json(value) : "NaN";
}

std::string member_number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? "NaN" : number_of(*found);
}

Labels labels_of(const Json& sample) {
  Labels out;
  const auto found = sample.find("labels");
  if (found == sample.end() || !found->is_object()) return out;
  for (const auto& [name, value] : found->items()) {
    if (!is_name(name, false) || !value.is_string()) continue;
    if (!out.empty()) out += ',';
    out.append(name).append("=\"").append(escaped(value.get<std::string>(), true)).append("\"");
  }
  return out;
}

void line(std::string& out, const std::string& name, const Labels& labels,
          const std::string& value) {
  out += name;
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void histogram(std::string& out, const std::string& name, const Json& sample) {
  const Labels labels = labels_of(sample);
  const auto bucket = [&](const std::string& limit, const std::string& count) {
    line(out, name + "_bucket", labels + (labels.empty() ? "" : ",") + "le=\"" + limit + "\"",
         count);
  };
  for (const Json& one : list_of(sample, "buckets"))
    if (one.is_array() && one.size() == 2) bucket(number_of(one[0]), number_of(one[1]));
  bucket("+Inf", member_number(sample, "count"));
  line(out, name + "_sum", labels, member_number(sample, "sum"));
  line(out, name + "_count", labels, member_number(sample, "count"));
}

void family(std::string& out, const Json& json) {
  if (!json.is_object()) return;
  const std::string name = text_of(json, "name");
  const std::string type = text_of(json, "type");
  const Json& samples = list_of(json, "samples");
  const bool known = type == "gauge" || type == "counter" || type == "histogram";
  if (!is_name(name, true) || !known || samples.empty()) return;
  out.append("# HELP ").append(name).append(" ").append(escaped(text_of(json, "help"), false));
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  for (const Json& sample : samples) {
    if (!sample.is_object()) continue;
    if (type == "histogram") {
      histogram(out, name, sample);
    } else {
      line(out, name, labels_of(sample), member_number(sample, "value"));
    }
  }
}

}  // namespace

Result<std::string> metrics_text(std::string_view json) {
  const auto read = parse_trusted_json(json);
  if (!read) return Error{"cannot read the metrics: " + read.error().message};
  std::string out;
  for (const Json& one : list_of(*read, "families"))
    family(out, one);
  return out;
}

}  // namespace mainstay::gateway

#include "control/rpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/parsed_params.h"
#include "mainstay/access.h"

namespace mainstay::control {

namespace {

constexpr JsonLimits kRequestLimits{.depth = 16, .members = 256};
constexpr std::size_t kLongestId = 128;
constexpr std::size_t kLongestAsker = 256;

Refusal refuse(std::string id, RpcError error, std::string code, std::string message) {
  return {std::move(id), {error, std::move(code), std::move(message)}};
}

Refusal invalid(std::string id, std::string message) {
  return refuse(std::move(id), RpcError::InvalidRequest, "invalid_request", std::move(message));
}

// The id as JSON text, if it is one that we answer to.
std::optional<std::string> id_of(const Json& id) {
  if (!id.is_null() && !id.is_number() && !id.is_string()) return std::nullopt;
  std::string text = dump_json(id);
  if (text.size() > kLongestId) return std::nullopt;
  return text;
}

std::optional<std::string> short_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  auto text = found->get<std::string>();
  const auto odd = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (text.size() > kLongestAsker || std::ranges::any_of(text, odd)) return std::nullopt;
  return text;
}

std::optional<OnBehalf> on_behalf(const Json& as) {
  if (!as.is_object()) return std::nullopt;
  auto who = short_text(as, "who");
  auto from = short_text(as, "from");
  const auto level = access_level_from(short_text(as, "level").value_or(""));
  if (!who || !level || (!from && as.contains("from"))) return std::nullopt;
  return OnBehalf{std::move(*who), from.value_or(""), *level};
}

Parsed checked(Json& message) {
  if (message.is_array()) {
    return invalid("null", "batches are not supported; send one request a line");
  }
  if (!message.is_object()) {
    return invalid("null", fmt::format("a request is an object, this is {}", json_kind(message)));
  }
  const auto id_member = message.find("id");
  const bool wants_answer = id_member != message.end();
  const auto id = wants_answer ? id_of(*id_member) : std::optional<std::string>("null");
  if (!id) {
    return invalid(
        "null",
        fmt::format("id: must be a number, a string or null, of at most {} bytes", kLongestId));
  }
  const auto version = message.find("jsonrpc");
  if (version == message.end() || *version != "2.0") {
    return invalid(*id, "jsonrpc: must be \"2.0\"");
  }
  const auto method = message.find("method");
  if (method == message.end() || !method->is_string()) {
    return invalid(*id, "method: must be a string");
  }
  const auto params = message.find("params");
  const bool has_params = params != message.end() && !params->is_null();
  if (has_params && !params->is_object()) {
    return refuse(
        *id, RpcError::InvalidParams, "invalid_params",
        fmt::format("params: must be an object with named members, not {}", json_kind(*params)));
  }
  std::optional<OnBehalf> as;
  if (const auto member = message.find("as"); member != message.end()) {
    as = on_behalf(*member);
    if (!as) return invalid(*id, "as: must have who, from and a level: read, operate or admin");
  }
  if (!wants_answer) return Notification{};
  auto read = std::make_shared<ParsedParams>();
  if (has_params) read->object = std::move(*params);
  return Request{*id, method->get<std::string>(), std::move(read), std::move(as)};
}

}  // namespace

Parsed parse_request(std::string_view line) {
  auto message = parse_json(line, kRequestLimits);
  if (!message) {
    return refuse("null", RpcError::ParseError, "parse_error",
                  fmt::format("cannot read the request as JSON: {}", message.error().message));
  }
  return checked(*message);
}

std::string answer_text(std::string_view id, std::string_view result) {
  std::string text;
  text.reserve(id.size() + result.size() + 40);
  text.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":)");
  return text.append(result).append("}\n");
}

std::string error_text(std::string_view id, const RpcFailure& failure) {
  std::string text = fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":)", id,
                                 static_cast<int>(failure.error));
  append_json_string(text, failure.message);
  text.append(R"(,"data":{"code":)");
  append_json_string(text, failure.code);
  return text.append("}}}\n");
}

std::string item_text(std::string_view id, std::string_view item) {
  std::string text;
  text.reserve(id.size() + item.size() + 64);
  text.append(R"({"jsonrpc":"2.0","method":"stream","params":{"id":)").append(id);
  return text.append(R"(,"item":)").append(item).append("}}\n");
}

}  // namespace mainstay::control

#include "config/paths.h"

#include "config/scalars.h"

namespace mainstay::config {

namespace {

// A person who writes ~ means what a shell would make of it.
bool is_usable(const Field& field, const std::string& text) {
  if (text.empty()) {
    field.error("is empty, must be a path");
  } else if (text == "~" || text.starts_with("~/")) {
    field.error("~ is not expanded; write ${HOME}" + text.substr(1));
  } else {
    return true;
  }
  return false;
}

std::string without_trailing_slash(std::string path) {
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

std::filesystem::path resolve_path(const Sources& sources, std::uint32_t file,
                                   const std::string& text) {
  return without_trailing_slash((sources.folder(file) / text).lexically_normal().string());
}

std::optional<std::filesystem::path> read_path(const Field& field) {
  const std::optional<std::string> text = read_plain(field);
  if (!text || !is_usable(field, *text)) return std::nullopt;
  return resolve_path(field.reading().sources, field.at().file, *text);
}

void read_path(const Field& field, model::Template& out) {
  const std::optional<Text> text = read_text(field);
  if (!text || !is_usable(field, text->pattern)) return;
  const std::string folder = field.reading().sources.folder(field.at().file).string();
  const bool absolute = text->pattern.starts_with('/');
  const std::string joined =
      absolute ? text->pattern : model::literal_template(folder).text + "/" + text->pattern;
  // `..` after a name that is not known yet could mean another folder than it seems.
  out.text = text->deferred.empty()
                 ? without_trailing_slash(std::filesystem::path{joined}.lexically_normal().string())
                 : joined;
}

}  // namespace mainstay::config

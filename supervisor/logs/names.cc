#include "logs/names.h"

namespace mainstay::logs {

std::string_view to_string(Stream stream) {
  switch (stream) {
    case Stream::Out:
      return "out";
    case Stream::Err:
      return "err";
    case Stream::Both:
      return "both";
  }
  return "";
}

std::optional<Stream> parse_stream(std::string_view word) {
  if (word == "out") return Stream::Out;
  if (word == "err") return Stream::Err;
  return std::nullopt;
}

std::string log_base_name(std::string_view service, std::uint32_t declared_instances,
                          std::uint32_t index) {
  std::string base{service};
  if (declared_instances != 1 || index != 0) base += ":" + std::to_string(index);
  return base;
}

std::string log_file_name(std::string_view base, Stream stream) {
  std::string name{base};
  if (stream == Stream::Out) name += ".out";
  if (stream == Stream::Err) name += ".err";
  return name + ".log";
}

std::string log_base_of(std::string_view log_file) {
  for (const std::string_view ending : {".out.log", ".err.log", ".log"}) {
    if (log_file.ends_with(ending))
      return std::string{log_file.substr(0, log_file.size() - ending.size())};
  }
  return std::string{log_file};
}

std::string index_file_name(std::string_view log_file) {
  return std::string{log_file} + ".idx";
}

std::string staging_file_name(std::string_view log_file) {
  return std::string{log_file} + ".raw";
}

std::vector<Stream> kept_streams(const model::LogSpec& spec) {
  std::vector<Stream> kept;
  if (spec.merge && (spec.stdout_on || spec.stderr_on)) return {Stream::Both};
  if (spec.stdout_on) kept.push_back(Stream::Out);
  if (spec.stderr_on) kept.push_back(Stream::Err);
  return kept;
}

}  // namespace mainstay::logs

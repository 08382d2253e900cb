#include "config/globals.h"

#include <fmt/format.h>

#include "config/addresses.h"
#include "config/paths.h"
#include "config/scalars.h"

namespace mainstay::config {

namespace {

void read_tls(const Field& field, std::optional<model::TlsSpec>& out) {
  if (!field.is(NodeKind::Map)) return;
  const auto certificate = read_path(field["certificate"]);
  const auto key = read_path(field["key"]);
  if (!field["certificate"].present() || !field["key"].present())
    field.error("needs both certificate and key");
  if (certificate && key) out = model::TlsSpec{*certificate, *key};
}

}  // namespace

void read_ecosystem_name(const Field& field, std::string& out) {
  constexpr std::size_t kLongest = 100;
  read(field, out);
  const bool usable =
      !out.empty() && out.size() <= kLongest && out.find_first_of("\r\n\t") == std::string::npos;
  if (!usable) field.error(fmt::format("must be one line of 1 to {} characters", kLongest));
}

void read_global_logs(const Field& field, model::LogsSpec& out) {
  if (!field.is(NodeKind::Map)) return;
  if (auto dir = read_path(field["dir"])) out.dir = std::move(dir);
  read(field["total_size"], out.total_size);
  if (out.total_size.count == 0) field["total_size"].error("must be more than zero");
}

void read_history(const Field& field, model::HistorySpec& out) {
  if (!field.is(NodeKind::Map)) return;
  read_positive(field["interval"], out.interval);
  read_positive(field["keep"], out.keep);
  if (out.interval < std::chrono::seconds{1}) field["interval"].error("must be at least 1s");
  if (out.keep < out.interval) field["keep"].error("is less than interval");
}

void read_web(const Field& field, std::optional<model::WebSpec>& out) {
  if (!field.is(NodeKind::Map)) return;
  model::WebSpec web;
  const Field listen = field["listen"];
  read(listen, web.listen);
  const std::string problem = problem_of_host_port(web.listen, false);
  if (!problem.empty()) listen.error(problem);
  read_tls(field["tls"], web.tls);
  read(field["allow_remote_without_tls"], web.allow_remote_without_tls);
  const bool open = problem.empty() && !is_loopback(web.listen) && !field["tls"].present();
  if (open && !web.allow_remote_without_tls) {
    listen.error(
        fmt::format("{} can be reached from other machines; set web.tls, or "
                    "allow_remote_without_tls: true",
                    in_quotes(web.listen)));
  }
  out = std::move(web);
}

}  // namespace mainstay::config

#include "gateway/serving.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "io/clock.h"
#include "web/setup.h"

namespace mainstay::gateway {

namespace {

Limits limits_for(std::size_t max_clients) {
  Limits limits;
  limits.connections = std::min(limits.connections, max_clients);
  limits.streams = std::min(limits.streams, max_clients / 2);
  // Everything about a thousand services is one piece; all clients together are bounded as well.
  limits.unread_stream = 2 * 1024 * 1024;
  return limits;
}

UniqueFd take_first(std::vector<UniqueFd>& descriptors) {
  UniqueFd first = std::move(descriptors.front());
  descriptors.erase(descriptors.begin());
  return first;
}

}  // namespace

void Serving::GateDoorman::log_in(const WebRequest& request, std::string user, std::string password,
                                  std::function<void(Verdict)> done) {
  gate_.log_in(request, std::move(user), std::move(password), std::move(done));
}

Serving::Serving(io::Loop& loop, std::vector<UniqueFd> descriptors, std::size_t max_clients,
                 std::function<void(std::string)> notice,
                 std::function<void(const std::string&)> on_end)
    : notice_(std::move(notice)),
      upstream_(loop, take_first(descriptors), std::move(on_end)),
      gate_(loop, io::read_clocks, machine_name(), reports()),
      doorman_(gate_),
      router_(loop, upstream_, doorman_, [] { return io::read_clocks().wall; }),
      front_(loop, limits_for(max_clients),
             [this](std::shared_ptr<Exchange> exchange) { router_.handle(std::move(exchange)); }),
      listening_(std::move(descriptors)) {}

GateReports Serving::reports() {
  return {
      .session_ended =
          [this](const web::EndedSession& ended) {
            Json params = Json::object();
            params["id"] = ended.id;
            params["ends_at"] = ended.ends_at;
            tell("access.end_session", dump_json(params));
          },
      .login =
          [this](const LoginReport& report) {
            Json params = Json::object();
            params["user"] = report.user;
            params["from"] = report.from;
            tell(report.right ? "access.logged_in" : "access.login_failed", dump_json(params));
          },
  };
}

void Serving::tell(std::string_view method, std::string params) {
  upstream_.call(gateway_itself(AccessLevel::Operate), method, std::move(params),
                 [this, name = std::string{method}](const Reply& reply) {
                   if (!reply.ok && reply.code != "unavailable")
                     notice_(fmt::format("{} was refused: {}", name, reply.message));
                 });
}

void Serving::set_up(std::string_view text) {
  const auto setup = web::setup_from(text);
  if (!setup) return notice_("cannot read how the page is set up: " + setup.error().message);
  gate_.set_up(*setup);
  set_up_tls(*setup);
}

void Serving::close_doors() {
  listening_.clear();
  front_.stop_listening();
}

// A page that is to be served over TLS is never served without.
void Serving::set_up_tls(const web::Setup& setup) {
  if (setup.certificate.empty()) {
    tls_ = nullptr;
  } else {
    auto context = TlsContext::make(setup.certificate, setup.key);
    if (context) {
      tls_ = std::move(*context);
    } else {
      notice_(fmt::format("{}; {}", context.error().message,
                          tls_ ? "the one before is used on" : "the page is not served"));
      if (!tls_) return;
    }
  }
  front_.set_tls(tls_);
  listen();
}

void Serving::listen() {
  for (UniqueFd& socket : std::exchange(listening_, {}))
    front_.listen(std::move(socket), tls_);
}

}  // namespace mainstay::gateway

#include "gateway/outgoing/prober.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "io/clock.h"

namespace mainstay::gateway {

using checks::HttpOutcome;
using checks::HttpRequest;
using checks::HttpVerdict;

struct Prober::Inquiry {
  std::uint64_t token = 0;
  HttpRequest request;
  Target target;
  std::function<void(HttpOutcome)> done;
  MonoTime asked;
  Duration name_lookup{0};
  // Of the look-up; later libcurl keeps the time.
  std::unique_ptr<io::Timer> deadline;
  std::uint64_t ticket = 0;
};

namespace {

// What libuv runs of the threads that the gateway has (confine()).
constexpr std::size_t kLookUpsAtOnce = 8;

MonoTime now() {
  return io::read_clocks().mono;
}

// The numbers of at most some of them, the best first.
std::vector<std::string> numbers_of(std::vector<io::SocketAddress> addresses) {
  constexpr std::size_t kMost = 16;
  io::leave_out_unspeakable(addresses);
  std::vector<std::string> out;
  for (const io::SocketAddress& address : addresses) {
    char text[NI_MAXHOST];
    const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
    const int failed =
        getnameinfo(bytes, address.size, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    if (failed == 0 && out.size() < kMost) out.emplace_back(text);
  }
  return out;
}

// libcurl knows what localhost is, but not whether there is IPv6 here.
std::vector<std::string> numbers_of_localhost() {
  io::SocketAddress v6;
  auto& six = reinterpret_cast<sockaddr_in6&>(v6.bytes);
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  v6.size = sizeof six;
  io::SocketAddress v4;
  auto& four = reinterpret_cast<sockaddr_in&>(v4.bytes);
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.size = sizeof four;
  return numbers_of({v6, v4});
}

HttpOutcome unknown(std::string why) {
  HttpOutcome outcome;
  outcome.message = std::move(why);
  return outcome;
}

}  // namespace

Prober::Prober(io::Loop& loop, std::size_t limit)
    : loop_(loop), limit_(limit), names_(loop, io::read_clocks, kLookUpsAtOnce), outgoing_(loop) {}

Prober::~Prober() = default;

void Prober::ask(std::uint64_t token, HttpRequest request, std::function<void(HttpOutcome)> done) {
  if (inquiries_.size() >= limit_)
    return done(unknown(fmt::format(
        "not asked: {} HTTP checks are under way; raise the limit of open files", limit_)));
  auto target = target_of(request.url);
  if (!target) return done(unknown(target.error().message));
  auto fresh = std::make_unique<Inquiry>();
  fresh->token = token;
  fresh->request = std::move(request);
  fresh->target = std::move(*target);
  fresh->done = std::move(done);
  fresh->asked = now();
  Inquiry& inquiry = *fresh;
  if (!inquiries_.emplace(token, std::move(fresh)).second) return;  // a token is used once
  if (inquiry.target.needs_lookup) {
    look_up(inquiry);
  } else {
    connect(inquiry,
            inquiry.target.is_localhost ? numbers_of_localhost() : std::vector<std::string>{});
  }
}

void Prober::look_up(Inquiry& inquiry) {
  const std::uint64_t token = inquiry.token;
  inquiry.deadline = std::make_unique<io::Timer>(loop_, [this, token] {
    Answer late;
    late.end = End::NoName;
    late.detail = "no answer within " + format_exact(inquiries_.at(token)->request.timeout);
    finish(token, late);
  });
  inquiry.deadline->start(inquiry.request.timeout);
  const std::uint64_t ticket =
      names_.look_up(inquiry.target.host, [this, token](const checks::Names::Addresses& found) {
        on_names(*inquiries_.at(token), found);
      });
  // It may be over: the answer was known.
  const auto waiting = inquiries_.find(token);
  if (waiting != inquiries_.end()) waiting->second->ticket = ticket;
}

void Prober::on_names(Inquiry& inquiry, const checks::Names::Addresses& found) {
  inquiry.deadline.reset();
  inquiry.name_lookup = now() - inquiry.asked;
  const auto numbers = found ? numbers_of(*found) : std::vector<std::string>{};
  if (!numbers.empty()) return connect(inquiry, numbers);
  Answer nameless;
  nameless.end = End::NoName;
  nameless.detail = found ? "it has no address" : found.error().message;
  finish(inquiry.token, nameless);
}

void Prober::connect(Inquiry& inquiry, const std::vector<std::string>& addresses) {
  outgoing_.start(inquiry.token, inquiry.request, inquiry.target, addresses,
                  inquiry.request.timeout - inquiry.name_lookup,
                  [this, token = inquiry.token](const Answer& answer) { finish(token, answer); });
}

void Prober::finish(std::uint64_t token, const Answer& answer) {
  const auto found = inquiries_.find(token);
  const std::unique_ptr<Inquiry> inquiry = std::move(found->second);
  inquiries_.erase(found);
  if (inquiry->deadline) names_.cancel(inquiry->ticket);
  HttpOutcome outcome = judge_.judge(inquiry->request, inquiry->target, answer);
  outcome.name_lookup = inquiry->name_lookup;
  if (answer.connected) outcome.connect = inquiry->name_lookup + answer.connect;
  outcome.total = now() - inquiry->asked;
  inquiry->done(std::move(outcome));
}

void Prober::cancel(std::uint64_t token) {
  const auto found = inquiries_.find(token);
  if (found == inquiries_.end()) return;
  if (found->second->deadline) names_.cancel(found->second->ticket);
  outgoing_.cancel(token);
  inquiries_.erase(found);
}

}  // namespace mainstay::gateway

#include "checks/tcp.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace mainstay::checks {

namespace {

// How long an address has to itself before the next one is tried beside it (RFC 8305).
constexpr Duration kHeadStart = std::chrono::milliseconds{250};
constexpr std::size_t kMostAddresses = 16;
constexpr std::size_t kMostToldOf = 3;

bool is_ours(int number) {
  return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS ||
         number == EADDRNOTAVAIL || number == EAGAIN;
}

std::string describe(int number) {
  switch (number) {
    case ECONNREFUSED:
      return "connection refused";
    case ECONNRESET:
      return "connection reset";
    case ENETUNREACH:
      return "no way to the network";
    case EHOSTUNREACH:
      return "no way to the host";
    default:
      return system_error("", number).message.substr(2);
  }
}

}  // namespace

struct TcpProber::Attempt {
  io::SocketAddress address;
  UniqueFd fd;
  std::unique_ptr<io::FdWatch> watch;  // goes before the descriptor
};

TcpProber::TcpProber(const Means& means, Names& names, model::Template address,
                     std::unique_ptr<Surroundings> surroundings)
    : means_(means),
      names_(names),
      address_(std::move(address)),
      surroundings_(std::move(surroundings)),
      stagger_(means.loop, [this] { try_next(); }),
      patience_(means.loop, means.clock, [this] { on_time(); }) {}

TcpProber::~TcpProber() {
  names_.cancel(ticket_);
}

void TcpProber::look(Duration timeout, Done done) {
  done_ = std::move(done);
  timeout_ = timeout;
  if (!surroundings_) return begin(address_.text);
  surroundings_->get([this](const Surroundings::Known& known) {
    if (!known) return finish(unknown(known.error().message));
    begin(expand_in(address_, *known));
  });
}

void TcpProber::begin(const std::string& address) {
  auto target = parse_target(address);
  if (!target) return finish(failed(target.error().message));
  target_ = std::move(*target);
  io::leave_out_unspeakable(target_.addresses);
  patience_.start(timeout_);
  if (target_.name.empty()) return try_next();
  ticket_ = names_.look_up(target_.name,
                           [this](const Names::Addresses& addresses) { on_found(addresses); });
}

void TcpProber::on_found(const Names::Addresses& addresses) {
  if (!addresses) {
    return finish(
        failed(fmt::format("cannot look up {}: {}", target_.name, addresses.error().message)));
  }
  auto found = *addresses;
  io::leave_out_unspeakable(found);
  for (io::SocketAddress& address : found) {
    if (target_.addresses.size() == kMostAddresses) break;
    set_port(address, target_.port);
    target_.addresses.push_back(address);
  }
  if (target_.addresses.empty())
    return finish(failed(fmt::format("cannot look up {}: it has no address", target_.name)));
  try_next();
}

// Goes on to the next address at once when one has failed, else when its head start is over.
void TcpProber::try_next() {
  if (next_ == target_.addresses.size()) {
    if (open_ == 0) finish(failed(describe_failures()));
    return;
  }
  const std::size_t number = next_++;
  if (const auto answer = begin_attempt(target_.addresses[number])) return finish(*answer);
  if (next_ < target_.addresses.size()) {
    stagger_.start(open_ > 0 ? kHeadStart : Duration{0});
  } else if (open_ == 0) {
    finish(failed(describe_failures()));
  }
}

// An answer that settles the look; nothing: it goes on, or has failed as one of several.
std::optional<Answer> TcpProber::begin_attempt(const io::SocketAddress& address) {
  UniqueFd fd{socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd && is_ours(errno)) return unknown(system_error("cannot open a socket", errno).message);
  if (!fd) {
    note_failure(address, errno);
    return std::nullopt;
  }
  const auto* to = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (connect(fd.get(), to, address.size) != 0 && errno != EINPROGRESS) {
    if (is_ours(errno))
      return unknown(system_error("cannot connect to " + to_text(address), errno).message);
    note_failure(address, errno);
    return std::nullopt;
  }
  auto attempt = std::make_unique<Attempt>(Attempt{address, std::move(fd), nullptr});
  Attempt& placed = *attempt;
  attempt->watch = std::make_unique<io::FdWatch>(means_.loop, attempt->fd.get(),
                                                 [this, &placed](int) { on_ready(placed); });
  attempt->watch->want(io::kWritable);
  attempts_.push_back(std::move(attempt));
  ++open_;
  return std::nullopt;
}

void TcpProber::on_ready(Attempt& attempt) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(attempt.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0 && is_connected_to_itself(attempt.fd.get())) error = ECONNREFUSED;
  if (error == 0) return finish(passed());
  attempt.watch->pause();
  --open_;
  note_failure(attempt.address, error);
  stagger_.cancel();
  try_next();
}

void TcpProber::note_failure(const io::SocketAddress& address, int number) {
  failures_.push_back(describe(number) + " on " + to_text(address));
}

void TcpProber::on_time() {
  if (target_.addresses.empty()) {
    const bool others = names_.waits_for_others(ticket_);
    names_.cancel(ticket_);
    const std::string what = "cannot look up " + target_.name + ": ";
    return finish(others ? unknown(what + "the look-ups of other names take too long")
                         : failed(what + "no answer within " + format_duration(timeout_)));
  }
  finish(failed(fmt::format("no answer on {} within {}", target_.text, format_duration(timeout_))));
}

std::string TcpProber::describe_failures() const {
  // A bare port stands for one service: what the first address said is enough.
  if (target_.name.empty()) return failures_.front();
  return join_some(failures_, kMostToldOf);
}

void TcpProber::finish(Answer answer) {
  stagger_.cancel();
  patience_.cancel();
  attempts_.clear();
  failures_.clear();
  target_.addresses.clear();
  next_ = 0;
  open_ = 0;
  std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace mainstay::checks

#include "gateway/names.h"

#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <cctype>
#include <cerrno>
#include <memory>
#include <utility>

#include "io/clock.h"

namespace mainstay::gateway {

namespace {

// Long enough for checks that come together, too short for anybody to notice.
constexpr Duration kKept = std::chrono::seconds{5};
constexpr Duration kProblemKept = std::chrono::seconds{1};
constexpr std::size_t kMaxKept = 4096;
constexpr std::size_t kMaxPending = 2048;
constexpr std::size_t kMaxAddresses = 16;  // of one name

std::string why(int code) {
  if (code == EAI_SYSTEM) return system_error("", errno).message.substr(2);
  std::string text = gai_strerror(code);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

Addresses look_up_name(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (code != 0) return {{}, why(code), code == EAI_SYSTEM || code == EAI_MEMORY};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned{list, &freeaddrinfo};
  Addresses found;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    const int told =
        getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    if (told == 0 && found.addresses.size() < kMaxAddresses) found.addresses.emplace_back(text);
  }
  if (found.addresses.empty()) found.problem = "no address";
  return found;
}

// The worker's from begin() to on_answer(), but for `wanted`.
struct Names::Job {
  std::atomic<bool> wanted = true;
  bool done = false;  // or passed over
  Addresses found;
};

Names::Names(io::Loop& loop, LookUp look_up) : loop_(loop), look_up_(std::move(look_up)) {}

void Names::look_up(const std::string& name, std::uint64_t token,
                    std::function<void(const Addresses&)> done) {
  const auto known = known_.find(name);
  if (known != known_.end() && io::read_clocks().mono < known->second.until)
    return done(known->second.addresses);
  const auto under_way = pending_.find(name);
  if (under_way == pending_.end() && pending_.size() >= kMaxPending)
    return done({{}, "too many look-ups are under way", true});
  Pending& pending = under_way == pending_.end() ? pending_[name] : under_way->second;
  pending.waiting.emplace(token, std::move(done));
  if (pending.job) {
    pending.job->wanted = true;
  } else {
    begin(name, pending);
  }
}

void Names::cancel(const std::string& name, std::uint64_t token) {
  const auto found = pending_.find(name);
  if (found == pending_.end()) return;
  found->second.waiting.erase(token);
  if (found->second.waiting.empty()) found->second.job->wanted = false;
}

void Names::begin(const std::string& name, Pending& pending) {
  const auto job = std::make_shared<Job>();
  pending.job = job;
  loop_.in_worker(
      [job, name, look_up = look_up_] {
        if (!job->wanted) return;
        job->found = look_up(name);
        job->done = true;
      },
      [this, name] { on_answer(name); });
}

void Names::on_answer(const std::string& name) {
  const auto found = pending_.find(name);
  const std::shared_ptr<Job> job = found->second.job;
  // Wanted again since it was passed over.
  if (!job->done && !found->second.waiting.empty()) return begin(name, found->second);
  const auto waiting = std::move(found->second.waiting);
  pending_.erase(found);
  if (!job->done) return;
  const MonoTime now = io::read_clocks().mono;
  make_room(now);
  known_.insert_or_assign(
      name, Known{job->found, now + (job->found.problem.empty() ? kKept : kProblemKept)});
  for (const auto& [token, done] : waiting)
    done(job->found);
}

void Names::make_room(MonoTime now) {
  if (known_.size() < kMaxKept) return;
  std::erase_if(known_, [now](const auto& entry) { return entry.second.until <= now; });
  if (known_.size() >= kMaxKept) known_.clear();
}

}  // namespace mainstay::gateway

#include "web/access_store.h"

#include <sys/random.h>

#include <cerrno>
#include <utility>

#include "base/fd.h"
#include "base/hex.h"
#include "web/access_file.h"

namespace mainstay::web {

namespace {

constexpr std::size_t kKeyBytes = 32;

Result<std::string> random_key() {
  std::string bytes(kKeyBytes, '\0');
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return system_error("the system gives no random numbers", errno);
  return to_hex(bytes);
}

}  // namespace

AccessStore::AccessStore(io::Loop& loop, std::filesystem::path state_dir,
                         std::function<Now()> clock, std::function<void(const std::string&)> notice)
    : loop_(loop),
      state_dir_(std::move(state_dir)),
      clock_(std::move(clock)),
      notice_(std::move(notice)) {}

AccessStore::~AccessStore() = default;

void AccessStore::load() {
  access_ = read_access_file(state_dir_, clock_().wall, notice_);
}

void AccessStore::change(Edit edit, std::function<void(const Status&)> done) {
  queue_.push_back({std::move(edit), std::move(done)});
  if (!writing_) next();
}

void AccessStore::next() {
  if (queue_.empty()) return;
  writing_ = true;
  const auto wish = std::make_shared<Wish>(std::move(queue_.front()));
  queue_.pop_front();
  const auto changed = std::make_shared<Access>(access_);
  const auto key = random_key();
  const auto status = std::make_shared<Status>(key ? wish->edit(*changed, clock_().wall, *key)
                                                   : Status{key.error()});
  loop_.in_worker(
      [status, changed, state_dir = state_dir_] {
        if (status->ok()) *status = write_access_file(state_dir, *changed);
      },
      [this, wish, status, changed, alive = std::weak_ptr{alive_}] {
        if (!alive.expired()) written(*wish, std::move(*changed), *status);
      });
}

void AccessStore::written(const Wish& wish, Access changed, const Status& status) {
  writing_ = false;
  const bool is_new = status.ok() && changed != access_;
  if (status) access_ = std::move(changed);
  if (is_new && on_change_) on_change_();
  wish.done(status);
  if (!writing_) next();
}

}  // namespace mainstay::web

#include <unordered_map>
#include <utility>

#include "gateway/outgoing/outgoing.h"
#include "gateway/outgoing/transfer_curl.h"

namespace mainstay::gateway {

namespace {

using checks::HttpRequest;

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

}  // namespace

struct Outgoing::State {
  explicit State(io::Loop& loop_in)
      : loop(loop_in), timer(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); }) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi.reset(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &State::on_socket);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &State::on_timer);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
  }
  ~State() {
    for (const auto& [token, transfer] : transfers)
      curl_multi_remove_handle(multi.get(), transfer->easy.get());
    transfers.clear();
    multi.reset();
  }

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void watch(curl_socket_t socket, int what);
  void act(curl_socket_t socket, int what);
  void collect();
  std::unique_ptr<Transfer> take(std::uint64_t token);

  io::Loop& loop;
  io::Timer timer;
  std::unordered_map<curl_socket_t, std::unique_ptr<io::FdWatch>> watches;
  std::unique_ptr<CURLM, FreeMulti> multi;
  std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>> transfers;
};

int Outgoing::State::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  static_cast<State*>(self)->watch(socket, what);
  return 0;
}

int Outgoing::State::on_timer(CURLM*, long milliseconds, void* self) {
  io::Timer& timer = static_cast<State*>(self)->timer;
  if (milliseconds < 0) {
    timer.cancel();
  } else {
    timer.start(std::chrono::milliseconds{milliseconds});
  }
  return 0;
}

void Outgoing::State::watch(curl_socket_t socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    watches.erase(socket);
    return;
  }
  auto& one = watches[socket];
  if (!one) {
    one = std::make_unique<io::FdWatch>(loop, socket, [this, socket](int readiness) {
      const bool failed = (readiness & io::kHangup) != 0;
      act(socket, ((readiness & io::kReadable) != 0 ? CURL_CSELECT_IN : 0) |
                      ((readiness & io::kWritable) != 0 ? CURL_CSELECT_OUT : 0) |
                      (failed ? CURL_CSELECT_ERR : 0));
    });
  }
  one->want(((what & CURL_POLL_IN) != 0 ? io::kReadable : 0) |
            ((what & CURL_POLL_OUT) != 0 ? io::kWritable : 0));
}

void Outgoing::State::act(curl_socket_t socket, int what) {
  int running = 0;
  curl_multi_socket_action(multi.get(), socket, what, &running);
  collect();
}

// What has ended is told outside of libcurl, which is not re-entrant.
void Outgoing::State::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Transfer* ended = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &ended);
    Answer answer = ended->result(code);
    const std::unique_ptr<Transfer> transfer = take(ended->token);
    transfer->done(std::move(answer));
  }
}

// Out of libcurl's hands.
std::unique_ptr<Transfer> Outgoing::State::take(std::uint64_t token) {
  const auto found = transfers.find(token);
  if (found == transfers.end()) return nullptr;
  std::unique_ptr<Transfer> transfer = std::move(found->second);
  transfers.erase(found);
  curl_multi_remove_handle(multi.get(), transfer->easy.get());
  return transfer;
}

Outgoing::Outgoing(io::Loop& loop) : state_(std::make_unique<State>(loop)) {}

Outgoing::~Outgoing() = default;

void Outgoing::start(std::uint64_t token, const HttpRequest& request, const Target& target,
                     const std::vector<std::string>& addresses, Duration time,
                     std::function<void(Answer)> done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->token = token;
  transfer->done = std::move(done);
  if (!transfer->set_up(request, target, addresses, time) ||
      curl_multi_add_handle(state_->multi.get(), transfer->easy.get()) != CURLM_OK) {
    transfer->answer.detail = "out of memory";
    return transfer->done(std::move(transfer->answer));
  }
  state_->transfers.emplace(token, std::move(transfer));
}

void Outgoing::cancel(std::uint64_t token) {
  state_->take(token);
}

}  // namespace mainstay::gateway

#include "checks/gateway_process.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "checks/gateway_descriptors.h"
#include "io/clock.h"
#include "process/user_posix.h"

namespace mainstay::checks {

namespace {

constexpr std::array<Duration, 4> kRests = {Duration{0}, std::chrono::milliseconds{100},
                                            std::chrono::seconds{1}, std::chrono::seconds{5}};
constexpr std::size_t kMaxUnsent = 4 * 1024 * 1024;
constexpr std::size_t kMaxLastWords = 16 * 1024;
// A gateway that has hung up is about to end.
constexpr Duration kPatience = std::chrono::seconds{5};
constexpr unsigned kNobody = 65534;  // where the user database has no such name

// Whom the gateway becomes when we are root.
std::string unprivileged_user() {
  for (const char* name : {"mainstay", "nobody"}) {
    const auto user = process::look_up_user(name, "");
    if (user && user->uid != 0 && user->gid != 0) return fmt::format("{}:{}", user->uid, user->gid);
  }
  return fmt::format("{}:{}", kNobody, kNobody);
}

// The reason in the end of a run: what we did, what it said last, or how it ended.
std::string why_ended(const process::AuxiliaryResult& result) {
  if (!result.failure.empty()) return result.failure;
  std::string_view words = result.output;
  while (words.ends_with('\n'))
    words.remove_suffix(1);
  words.remove_prefix(words.rfind('\n') + 1);  // npos + 1 is 0
  if (!words.empty()) return escape_for_terminal(words.substr(0, kMaxOutcomeText), false);
  return "the HTTP gateway " + process::how_it_ended(result.wait_status);
}

process::SpawnRequest request_for(const std::filesystem::path& program) {
  process::SpawnRequest request;
  request.arguments = {"mainstay-gateway"};
  // It gives root up itself: that user may not be able to reach the program.
  if (geteuid() == 0) request.arguments.push_back("--user=" + unprivileged_user());
  request.candidates = {program.string()};
  request.cwd = "/";
  request.no_new_privileges = true;
  return request;
}

process::AuxiliaryOptions options_of_run() {
  process::AuxiliaryOptions options;
  options.label = "gateway";
  options.shown_name = "the HTTP gateway";
  options.output_limit = kMaxLastWords;
  options.with_errors = true;
  options.leaves_by_itself = true;
  return options;
}

}  // namespace

GatewayProcess::GatewayProcess(io::Loop& loop, process::AuxiliaryRuns& runs,
                               std::filesystem::path program, Duration settled,
                               GatewayListener& listener,
                               std::function<void(const std::string&)> notice)
    : loop_(loop),
      runs_(runs),
      program_(std::move(program)),
      settled_(settled),
      listener_(listener),
      notice_(std::move(notice)),
      restart_(loop, [this] { start(); }),
      patience_(loop, [this] { kill_dying(); }) {}

// It may have something to tell its clients yet, and ends when it has read that we are gone.
GatewayProcess::~GatewayProcess() {
  for (const std::uint64_t run : {run_, dying_})
    runs_.let_go(run);
}

std::string GatewayProcess::prepare() {
  if (!stream_ && !resting_) start();
  return stream_ ? "" : why_gone_;
}

void GatewayProcess::start() {
  resting_ = false;
  if (access(program_.c_str(), X_OK) != 0) {
    const std::string what = page_ != nullptr ? "serve the page" : "check over HTTP";
    return miss(system_error("cannot " + what + ": " + program_.string(), errno));
  }
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return rest(system_error("cannot talk to the HTTP gateway", errno).message);
  UniqueFd ours{ends[0]};
  UniqueFd theirs{ends[1]};
  if (const Status given = give_descriptors(ours.get()); !given) {
    rest(given.error().message);
    return tell(given.error().message);
  }
  connect(std::move(ours));
  const std::uint64_t life = ++life_;
  run_ = runs_.start(
      request_for(program_), {}, options_of_run(),
      [this, life](const process::AuxiliaryResult& result) { on_exit(life, result); },
      std::move(theirs));
}

Status GatewayProcess::give_descriptors(int socket) {
  if (page_ == nullptr) return send_gateway_descriptors(socket, {});
  const auto descriptors = page_->descriptors();
  return descriptors ? send_gateway_descriptors(socket, *descriptors) : descriptors.error();
}

// Looked for again with the next request, or soon: to install it is all it takes.
void GatewayProcess::miss(const Error& why) {
  why_gone_ = why.message + "; the gateway comes with Mainstay, install it there";
  resting_ = page_ != nullptr;
  if (resting_) restart_.start(kRests.back());
  tell(why_gone_);
}

void GatewayProcess::connect(UniqueFd ours) {
  stream_ = std::make_unique<io::Stream>(loop_, std::move(ours));
  frames_ = FrameReader{kMaxFromGateway};
  greeted_ = false;
  started_ = io::read_clocks().mono;
  stream_->start_reading([this](std::string_view piece) { on_data(piece); },
                         [this] { lose("the HTTP gateway has died"); });
  send(GatewayHello{});
  set_up();
}

void GatewayProcess::set_up() {
  if (page_ != nullptr) send(SetUpWeb{page_->setup()});
}

void GatewayProcess::serve(GatewayPage& page) {
  stop();
  page_ = &page;
  start();
}

bool GatewayProcess::send(const GatewayMessage& message) {
  if (!stream_ || stream_->queued_bytes() > kMaxUnsent) return false;
  stream_->write(encode_frame(message));
  return true;
}

void GatewayProcess::on_data(std::string_view piece) {
  frames_.add(piece);
  while (const auto frame = frames_.next()) {
    const std::string problem = take(*frame);
    if (!problem.empty()) return replace("the HTTP gateway sent " + problem);
    if (!stream_) return;
  }
  if (frames_.broken()) replace("the HTTP gateway sent a frame of a length that is not allowed");
}

// What is wrong with what it says, or nothing.
std::string GatewayProcess::take(std::string_view frame) {
  auto message = decode_frame(frame);
  if (!message) return message.error().message;
  if (const auto* hello = std::get_if<GatewayHello>(&*message)) {
    greeted_ = true;
    if (hello->version == kGatewayVersion) return "";
    return fmt::format(
        "version {} of the protocol instead of {}: another one is installed than what runs; "
        "run ctl upgrade",
        hello->version, kGatewayVersion);
  }
  if (!greeted_) return "what is not its to say";
  if (const auto* said = std::get_if<GatewayNotice>(&*message)) {
    notice_(said->text);
    return "";
  }
  auto* answered = std::get_if<AnsweredHttp>(&*message);
  if (answered == nullptr) return "what is not its to say";
  listener_.on_answer(answered->token, std::move(answered->outcome));
  return "";
}

void GatewayProcess::replace(const std::string& why) {
  if (!stream_) return;
  runs_.cancel(std::exchange(run_, 0));
  lose(why);
  tell(why + until_then());
}

// Its end is awaited: it says why.
void GatewayProcess::lose(const std::string& why) {
  if (!stream_) return;
  stream_.reset();
  kill_dying();
  dying_ = std::exchange(run_, 0);
  patience_.start(kPatience);
  if (io::read_clocks().mono - started_ >= settled_) {
    deaths_ = 0;
    told_.clear();
  }
  rest(why);
}

// It has hung up, and lives on.
void GatewayProcess::kill_dying() {
  runs_.cancel(std::exchange(dying_, 0));
}

void GatewayProcess::rest(const std::string& why) {
  why_gone_ = why;
  resting_ = true;
  restart_.start(kRests[std::min(deaths_++, kRests.size() - 1)]);
  listener_.on_gone(why);
}

void GatewayProcess::on_exit(std::uint64_t life, const process::AuxiliaryResult& result) {
  const std::string why = why_ended(result);
  if (life == life_) {
    run_ = 0;
    lose(why);
  }
  dying_ = 0;
  if (!stream_) why_gone_ = why;
  tell(why + until_then());
}

void GatewayProcess::end() {
  if (page_ == nullptr) stop();
}

void GatewayProcess::stop() {
  stream_.reset();
  restart_.cancel();
  resting_ = false;
  deaths_ = 0;
  runs_.cancel(std::exchange(run_, 0));
  kill_dying();
}

std::string GatewayProcess::until_then() const {
  const char* missed =
      page_ == nullptr ? "HTTP checks are unknown" : "the page is away and HTTP checks are unknown";
  return fmt::format("; {} until another one runs", missed);
}

// Not the same again and again.
void GatewayProcess::tell(const std::string& why) {
  if (why == told_) return;
  told_ = why;
  notice_(why);
}

}  // namespace mainstay::checks

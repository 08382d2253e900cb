#include "integration/keeper/keeper_fixture.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "process/environment_posix.h"
#include "process/memfd.h"

namespace mainstay::test {

namespace {

constexpr int kDeadlineMilliseconds = 60'000;

[[noreturn]] void broken(const std::string& what) {
  throw std::runtime_error{what + ": " + strerror(errno)};
}

UniqueFd listen_at(const std::filesystem::path& path) {
  UniqueFd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 8) != 0) {
    broken("cannot listen for the relay");
  }
  return fd;
}

void wait_readable(int fd, const char* what) {
  pollfd ready{fd, POLLIN, 0};
  if (poll(&ready, 1, kDeadlineMilliseconds) != 1) broken(std::string{"nothing came: "} + what);
}

// The relay's pid and its end of the keeper's socket.
UniqueFd receive_socket(int connection, pid_t& pid) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part{&pid, sizeof pid};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  wait_readable(connection, "the keeper's socket");
  if (recvmsg(connection, &header, MSG_CMSG_CLOEXEC) != sizeof pid)
    broken("the relay said nothing");
  int fd = -1;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof fd);
  return UniqueFd{fd};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

bool is_alive(pid_t pid) {
  const std::string state =
      field_of(read_file("/proc/" + std::to_string(pid) + "/status"), "State");
  return !state.empty() && state[0] != 'Z';
}

KeeperFixture::KeeperFixture() : KeeperFixture(Options{}) {}

KeeperFixture::KeeperFixture(Options options) {
  std::string name = (std::filesystem::temp_directory_path() / "mainstay-keeper-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) broken("cannot make a folder");
  folder_ = name;
  std::filesystem::permissions(folder_, std::filesystem::perms{0755});
  std::filesystem::create_directories(folder_ / "bin");
  std::filesystem::create_directories(folder_ / "libexec" / "mainstay");
  std::filesystem::copy_file(MAINSTAY_KEEPER, keeper_program());
  std::filesystem::copy_file(MAINSTAY_TESTCHILD, folder_ / "bin" / "testchild");
  if (options.with_controller) {
    std::filesystem::copy_file(MAINSTAY_RELAY,
                               folder_ / "libexec" / "mainstay" / "mainstay-controller");
  }
  listening_ = listen_at(folder_ / "relay");
  options.environment["MAINSTAY_TEST_RELAY"] = (folder_ / "relay").string();
  start_keeper(options);
}

void KeeperFixture::start_keeper(const Options& options) {
  std::vector<std::string> words = options.wrapper;
  words.push_back(keeper_program().string());
  words.push_back("--state-dir=" + (folder_ / "state").string());
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment;
  process::EnvironmentMap composed = process::own_environment();
  for (const auto& [key, value] : options.environment)
    composed[key] = value;
  for (const auto& [key, value] : composed)
    environment.push_back(key + "=" + value);
  const auto argv = pointers(words);
  const auto envp = pointers(environment);
  const std::string log = (folder_ / "stderr").string();
  signal(SIGPIPE, SIG_IGN);  // as in every controller
  keeper_ = fork();
  if (keeper_ != 0) return;
  const int err = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(err, 2);
  // Dirt that no service may inherit: ignored and blocked signals, and a stray descriptor.
  signal(SIGXFSZ, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  dup2(err, 77);
  execvpe(argv[0], argv.data(), envp.data());
  _exit(125);
}

KeeperFixture::~KeeperFixture() {
  client_.reset();
  if (keeper_ > 0) {
    // The keeper is a subreaper, so its end must come through it: TERM, and no controller to stop
    // anything.
    relay_.reset();
    keeper_socket_.reset();
    listening_.reset();
    kill(keeper_, SIGTERM);
    wait_for_keeper();
  }
  std::filesystem::remove_all(folder_);
}

void KeeperFixture::accept_controller() {
  wait_readable(listening_.get(), "a controller");
  relay_ = UniqueFd{accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  keeper_socket_ = receive_socket(relay_.get(), controller_);
}

void KeeperFixture::become_controller() {
  accept_controller();
  client_ = take_client();
  client_->start(heard_, heard_);
  until([this] { return heard_.all_there; });
}

std::unique_ptr<process::KeeperClient> KeeperFixture::take_client() {
  return std::make_unique<process::KeeperClient>(loop_, std::move(keeper_socket_));
}

void KeeperFixture::kill_controller() {
  client_.reset();
  keeper_socket_.reset();
  kill(controller_, SIGKILL);
  heard_ = Heard{};
}

void KeeperFixture::end_controller(int code) {
  const auto byte = static_cast<unsigned char>(code);
  if (write(relay_.get(), &byte, 1) != 1) broken("cannot reach the relay");
}

void KeeperFixture::go_silent() {
  client_.reset();
  heard_ = Heard{};
}

void KeeperFixture::until(const std::function<bool()>& done) {
  bool late = false;
  io::Timer deadline{loop_, [&late] { late = true; }};
  deadline.start(std::chrono::milliseconds{kDeadlineMilliseconds});
  while (!done()) {
    if (late) throw std::runtime_error{"what was awaited did not come"};
    if (client_) client_->send_housekeeping();
    loop_.run_once(true);
  }
}

process::SpawnRequest KeeperFixture::request(std::vector<std::string> words) const {
  process::SpawnRequest request;
  request.arguments = {"testchild"};
  request.arguments.insert(request.arguments.end(), words.begin(), words.end());
  request.candidates = {(folder_ / "bin" / "testchild").string()};
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  request.cwd = folder_.string();
  return request;
}

void KeeperFixture::spawn(std::uint64_t token, const process::SpawnRequest& request,
                          std::uint32_t flags) {
  const auto bytes = process::encode_request(request);
  if (!bytes) throw std::runtime_error{bytes.error().message};
  const Status asked = client_->spawn(token, "test:" + std::to_string(token), flags, *bytes);
  if (!asked) throw std::runtime_error{asked.error().message};
}

std::string KeeperFixture::output_of(std::uint64_t token) {
  until([&] { return heard_.exits.contains(token) && heard_.runs.contains(token); });
  std::string text;
  for (const UniqueFd* pipe : {&heard_.runs[token].out, &heard_.runs[token].err}) {
    char piece[4096];
    for (ssize_t size; *pipe && (size = read(pipe->get(), piece, sizeof piece)) > 0;) {
      text.append(piece, static_cast<std::size_t>(size));
    }
  }
  return text;
}

std::optional<keeper::StageFailure> KeeperFixture::failure_of(std::uint64_t token) {
  until([&] { return heard_.runs.contains(token); });
  const int error = heard_.runs[token].error.get();
  wait_readable(error, "the error pipe");
  keeper::StageFailure failure;
  if (read(error, &failure, sizeof failure) != sizeof failure) return std::nullopt;
  return failure;
}

int KeeperFixture::wait_for_keeper() {
  int status = 0;
  while (waitpid(keeper_, &status, 0) < 0 && errno == EINTR) {
  }
  keeper_ = -1;
  return status;
}

std::string KeeperFixture::keeper_words() {
  return read_file(folder_ / "stderr");
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path};
  std::ostringstream text;
  // Not by iterators, which throw when a process ends while its file in /proc is read.
  text << in.rdbuf();
  return text.str();
}

bool is_root(const char* what) {
  if (geteuid() == 0) return true;
  MESSAGE("skipped, needs root: ", std::string{what});
  return false;
}

std::string field_of(const std::string& text, const std::string& name) {
  const std::size_t at = ("\n" + text).find("\n" + name);
  if (at == std::string::npos) return "";
  const std::size_t begin = text.find_first_not_of(" \t:", at + name.size());
  const std::size_t end = text.find('\n', at);
  return begin == std::string::npos || begin >= end ? "" : text.substr(begin, end - begin);
}

}  // namespace mainstay::test

#include "unit/control/rig.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>

#include "control/socket.h"

namespace mainstay::test {

namespace {

constexpr auto kPatience = std::chrono::seconds{20};

bool is_for(const Json& message, int id) {
  return message.contains("id") && message["id"] == id;
}

}  // namespace

void declare_three(sim::World& world) {
  world.declare("backend").env["TOKEN"] = model::Template{"s3cret"};
  world.declare("worker").instances = 2;
  world.declare("report").autostart = false;
}

void declare_crashing(sim::World& world) {
  auto& spec = world.declare("backend");
  spec.env["PORT"] = model::Template{"8000"};
  world.life("backend").runs_for = std::chrono::milliseconds{200};
  world.life("backend").ends_with = {runtime::ExitStatus::Kind::Code, 1, false};
}

const process::TreeUsage* FakeUsage::usage_of(InstanceId instance) const {
  const auto found = of.find(instance);
  return found == of.end() ? nullptr : &found->second;
}

std::vector<std::string> FakeUsage::limits_of(InstanceId instance) const {
  const auto found = limits.find(instance);
  return found == limits.end() ? std::vector<std::string>{} : found->second;
}

void FakeUsage::refresh(std::function<void()> done) {
  ++refreshes;
  if (!holds_back) return done();
  waiting_.push_back(std::move(done));
}

void FakeUsage::release() {
  for (const auto& done : std::exchange(waiting_, {}))
    done();
}

void FakePorts::find_holders(std::uint16_t port,
                             std::function<void(std::vector<process::PortHolder>)> done) {
  asked.push_back(port);
  done(held[port]);
}

void FakeHistory::query(history::SeriesQuery query,
                        std::function<void(Result<std::vector<history::SeriesAnswer>>)> done) {
  queries.push_back(query);
  if (broken) return done(*broken);
  std::vector<history::SeriesAnswer> answers;
  for (const auto& name : query.names)
    answers.push_back({name, points.contains(name), query.step, points[name]});
  done(std::move(answers));
}

void FakeHistory::latest(history::SeriesKind, std::vector<std::string> names,
                         std::function<void(Result<std::vector<history::LatestAnswer>>)> done) {
  if (broken) return done(*broken);
  std::vector<history::LatestAnswer> answers;
  for (const auto& name : names)
    answers.push_back({name, values.contains(name), values[name]});
  done(std::move(answers));
}

void FakeHistory::names(history::SeriesKind,
                        std::function<void(Result<std::vector<std::string>>)> done) {
  std::vector<std::string> names;
  for (const auto& [name, _] : points)
    if (!points[name].empty()) names.push_back(name);
  done(std::move(names));
}

Peer::Peer(Rig& rig)
    : rig_(rig), fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, rig.socket_path().c_str(), sizeof address.sun_path - 1);
  // EAGAIN: the queue of new connections is full until the server takes some.
  rig_.until([&] {
    return connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  });
}

Peer::Peer(Rig& rig, UniqueFd connected) : rig_(rig), fd_(std::move(connected)) {}

Peer Rig::adopted() {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
  server->adopt(UniqueFd{ends[0]});
  return {*this, UniqueFd{ends[1]}};
}

bool Peer::send(std::string_view bytes) {
  rig_.until([&] {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN) closed_ = true;
    return bytes.empty() || closed_;
  });
  return bytes.empty();
}

int Peer::request(std::string_view method, Json params) {
  Json message{
      {"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}, {"params", std::move(params)}};
  if (as_) message["as"] = *as_;
  send(dump_json(message) + "\n");
  return last_id_;
}

Json Peer::ask(std::string_view method, Json params) {
  return answer_to(request(method, std::move(params)));
}

Json Peer::answer_to(int id) {
  for (auto it = messages_.begin(); it != messages_.end(); ++it) {
    if (!is_for(*it, id)) continue;
    Json found = std::move(*it);
    messages_.erase(it);
    return found;
  }
  std::deque<Json> others;
  Json message = next();
  for (; !is_for(message, id); message = next())
    others.push_back(std::move(message));
  messages_.insert(messages_.begin(), others.begin(), others.end());
  return message;
}

Json Peer::item_of(int id) {
  for (;;) {
    Json message = next();
    REQUIRE_MESSAGE(message.contains("params"), dump_json(message));
    if (is_for(message["params"], id)) return message["params"]["item"];
  }
}

Json Peer::next() {
  std::optional<Json> message;
  rig_.until([&] { return (message = take()).has_value() || closed_; });
  REQUIRE_MESSAGE(message, "the server closed the connection");
  return *message;
}

std::optional<Json> Peer::next_if_any() {
  rig_.turn();
  return take();
}

std::optional<Json> Peer::take() {
  if (messages_.empty()) receive();
  if (messages_.empty()) return std::nullopt;
  Json first = std::move(messages_.front());
  messages_.pop_front();
  return first;
}

void Peer::receive() {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) closed_ = true;
    if (got <= 0) break;
    input_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  std::size_t begin = 0;
  for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n', begin)) {
    auto message = parse_trusted_json(std::string_view(input_).substr(begin, end - begin));
    REQUIRE_MESSAGE(message, message.error().message);
    messages_.push_back(std::move(*message));
    begin = end + 1;
  }
  input_.erase(0, begin);
}

bool Peer::is_closed() {
  rig_.until([&] {
    receive();
    return closed_;
  });
  return closed_;
}

void Peer::half_close() {
  shutdown(fd_.get(), SHUT_WR);
}

control::ServerOptions Rig::default_options() {
  control::ServerOptions options;
  options.owner_uid = geteuid();
  return options;
}

Rig::Rig(const std::function<void(sim::World&)>& declare, control::ServerOptions options,
         const std::optional<control::DrainFact>& drain) {
  std::signal(SIGPIPE, SIG_IGN);
  if (declare) declare(world);
  world.up();
  clock = [this] { return world.now(); };
  auto listening = control::make_control_socket(socket_path());
  REQUIRE_MESSAGE(listening, listening.error().message);
  std::filesystem::create_directory(log_dir());
  std::filesystem::permissions(log_dir(), std::filesystem::perms::owner_all);
  auto opened = logs::Directory::open(log_dir());
  REQUIRE_MESSAGE(opened, opened.error().message);
  directory.emplace(std::move(*opened));
  capture.emplace(loop_, *directory);
  archiver.emplace(loop_, log_dir(), logs::keep_policy(world.controller().ecosystem()));
  capture->set_on_rotation([this](const auto& rotated) { server->log_rotated(rotated); });
  history.emplace(loop_, history::HistoryOptions{.state_dir = folder()}, [](const std::string&) {});
  archiver->begin([this](auto newest) { capture->begin_rotation(newest); });
  control::Facts facts{.pid = 10,
                       .controller_pid = 11,
                       .started = world.now(),
                       .config = "/etc/x.yaml",
                       .state_dir = folder(),
                       .log_dir = log_dir(),
                       .socket = socket_path(),
                       .users = {{geteuid(), "tester"}},
                       .upgrade = {},
                       .drain = drain};
  control::Parts parts{loop_,
                       world.controller(),
                       usage,
                       ports,
                       *capture,
                       *archiver,
                       *history,
                       [this] { return clock(); },
                       facts,
                       [this](const std::string& who, auto tried) {
                         upgrades.push_back(who);
                         tried(installed);
                       }};
  parts.samples = &samples;
  access.emplace(
      loop_, folder(), [this] { return clock(); }, [](const std::string&) {});
  parts.access = &*access;
  server = std::make_unique<control::Server>(parts, std::move(*listening), options);
  loop_.set_after_turn([this] {
    world.settle();
    if (server) server->after_settle();
  });
}

Rig::~Rig() {
  server.reset();
}

void Rig::turn() {
  for (int i = 0; i < 20; ++i)
    loop_.run_once(false);
}

void Rig::until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    loop_.run_once(false);
    if (std::chrono::steady_clock::now() > deadline) FAIL("nothing came of it in time");
  }
}

void Rig::log(const std::string& file, std::string_view text) {
  std::ofstream(log_dir() / file, std::ios::app) << text;
  server->log_grew(file);
}

}  // namespace mainstay::test

// Whatever one client does, the others get their answers at once.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

void check_served(Rig& rig) {
  Peer other(rig);
  CHECK(other.ask("supervisor.ping")["result"]["pong"] == true);
}

void declare_many(sim::World& world) {
  for (int i = 0; i < 300; ++i)
    world.declare(fmt::format("service-{:03}", i));
}

control::ServerOptions options_with(const std::function<void(control::ServerOptions&)>& change) {
  auto options = Rig::default_options();
  change(options);
  return options;
}

TEST_CASE("garbage is answered, and the connection goes on") {
  Rig rig;
  Peer peer(rig);
  peer.send("GET / HTTP/1.1\r\n\x01\xff\x00\n{]\n\n"sv);
  for (int i = 0; i < 3; ++i) {
    const Json message = peer.next();
    CHECK(message["id"].is_null());
    CHECK(message["error"]["code"] == -32700);
  }
  check_served(rig);
  CHECK(peer.ask("supervisor.ping").contains("result"));
}

TEST_CASE("half a line is waited for, but not for ever") {
  Rig rig({}, options_with([](auto& options) { options.connection.line_time = 20ms; }));
  Peer peer(rig);
  peer.send(R"({"jsonrpc":"2.0","id":1,)");
  check_served(rig);
  const Json message = peer.next();
  CHECK(message["error"]["data"]["code"] == "timed_out");
  CHECK(message["error"]["message"] == "the rest of a request did not come within 20 ms");
  CHECK(peer.is_closed());
  check_served(rig);
}

TEST_CASE("a line that drips in gets no more time with each byte") {
  Rig rig({}, options_with([](auto& options) { options.connection.line_time = 50ms; }));
  Peer peer(rig);
  // One byte a turn, until it is refused; the patience of the rig ends a server that never does.
  std::size_t sent = 0;
  rig.until([&] { return sent++ > 60'000 || !peer.send("x") || rig.server->clients() == 0; });
  CHECK(rig.server->clients() == 0);
  CHECK(peer.next()["error"]["data"]["code"] == "timed_out");
}

TEST_CASE("a client that is silent between requests may stay") {
  Rig rig({}, options_with([](auto& options) { options.connection.line_time = 1ms; }));
  Peer peer(rig);
  CHECK(peer.ask("supervisor.ping").contains("result"));
  for (int i = 0; i < 5; ++i)
    rig.turn();
  CHECK(peer.ask("supervisor.ping").contains("result"));
}

TEST_CASE("ten megabytes without a newline end with an error after 64 KiB") {
  Rig rig;
  Peer peer(rig);
  CHECK_FALSE(peer.send(std::string(10 * 1024 * 1024, 'x')));
  check_served(rig);
  CHECK(peer.next()["error"]["message"] == "a request may have 65536 bytes; this one is longer");
  CHECK(peer.is_closed());
}

TEST_CASE("a request of exactly 64 KiB is read, one of a byte more is not") {
  Rig rig;
  const auto ping = [](std::size_t size) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"method":"supervisor.ping"})";
    return text + std::string(size - text.size() - 1, ' ') + "\n";
  };
  Peer peer(rig);
  peer.send(ping(65536));
  CHECK(peer.next()["result"]["pong"] == true);
  peer.send(ping(65537));
  CHECK(peer.next()["error"]["data"]["code"] == "too_long");
  CHECK(peer.is_closed());
}

TEST_CASE("a client that never reads costs bounded memory and nobody's time") {
  Rig rig(declare_many);
  Peer peer(rig);
  std::string requests;
  for (int i = 0; i < 30; ++i) {
    requests += fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"services.list"}})", i) + "\n";
  }
  peer.send(requests);
  rig.turn();
  check_served(rig);
  CHECK(rig.server->clients() == 2);
  CHECK_FALSE(rig.server->drained());
  // When it reads after all, it gets every answer, in order.
  for (int i = 0; i < 30; ++i)
    CHECK(peer.next()["id"] == i);
}

TEST_CASE("a client whose queue is over the limit is cut off") {
  Rig rig(declare_many,
          options_with([](auto& options) { options.connection.output_bytes = 100 * 1024; }));
  Peer peer(rig);
  const Json params = {{"targets", "all"}};
  std::string requests;
  for (int i = 0; i < 31; ++i) {
    const Json request{
        {"jsonrpc", "2.0"}, {"id", i}, {"method", "services.stop"}, {"params", params}};
    requests += dump_json(request) + "\n";
  }
  peer.send(requests);
  rig.until([&] {
    rig.world.advance(20ms);
    return rig.server->clients() == 0;
  });
  check_served(rig);
}

TEST_CASE("two hundred idle clients do not keep a newcomer out") {
  Rig rig;
  std::vector<std::unique_ptr<Peer>> idle;
  for (int i = 0; i < 200; ++i)
    idle.push_back(std::make_unique<Peer>(rig));
  check_served(rig);
  CHECK(rig.server->clients() <= limits::kClients);
  const Json message = idle.front()->next();
  CHECK(message["error"]["data"]["code"] == "too_many_clients");
  CHECK(idle.front()->is_closed());
}

TEST_CASE("when all clients wait for something, one more is told and closed") {
  Rig rig;
  std::vector<std::unique_ptr<Peer>> busy;
  for (std::size_t i = 0; i < limits::kClients; ++i) {
    busy.push_back(std::make_unique<Peer>(rig));
    busy.back()->request("events.follow");
    rig.turn();
  }
  Peer late(rig);
  CHECK(late.next()["error"]["code"] == -32009);
  CHECK(late.is_closed());
  busy.front()->close();
  rig.turn();
  check_served(rig);
}

TEST_CASE("a connection has at most 32 requests that are not answered") {
  Rig rig;
  Peer peer(rig);
  for (int i = 0; i < 32; ++i)
    peer.request("events.follow");
  const Json refused = peer.ask("supervisor.ping");
  CHECK(refused["error"]["data"]["code"] == "too_many_requests");
  CHECK(refused["error"]["message"] ==
        "32 requests of this connection are still being answered; wait for one");
  check_served(rig);
}

TEST_CASE("an id that is still in use is refused, and free again afterwards") {
  Rig rig;
  Peer peer(rig);
  const std::string follow = R"({"jsonrpc":"2.0","id":"f","method":"events.follow"})"
                             "\n";
  peer.send(follow + follow);
  CHECK(peer.next()["error"]["data"]["code"] == "duplicate_id");
  peer.send(R"({"jsonrpc":"2.0","id":1,"method":"stream.cancel","params":{"id":"f"}})"
            "\n");
  CHECK(peer.next()["id"] == "f");
  CHECK(peer.next()["result"]["cancelled"] == true);
  peer.send(follow);
  CHECK_FALSE(peer.next_if_any());
}

TEST_CASE("requests that make no sense are answered one by one and change nothing") {
  Rig rig([](sim::World& world) { world.declare("backend"); });
  Peer peer(rig);
  const auto refused = [&](std::string_view method, const Json& params) {
    return peer.ask(method, params)["error"]["message"].get<std::string>();
  };
  CHECK(refused("services.lst", {}) ==
        "no method named 'services.lst'; did you mean 'services.list'?");
  CHECK(refused("__proto__", {}) == "no method named '__proto__'");
  CHECK(refused("services.stop", {{"target", "backend"}}) ==
        "unknown parameter 'target'; did you mean 'targets'?");
  CHECK(refused("services.stop", {}) == "targets: is missing; name services, or \"all\"");
  CHECK(refused("services.stop", {{"targets", Json::array()}}) ==
        "targets: is missing; name services, or \"all\"");
  CHECK(refused("services.stop", {{"targets", "backend"}, {"wait", 1}}) ==
        "wait: must be true or false, not a whole number");
  CHECK(refused("services.stop", {{"targets", "bakend"}}) ==
        "no service named 'bakend'; did you mean 'backend'?");
  CHECK(refused("services.stop", {{"targets", std::string(300, 'b')}}) ==
        "a target may have 200 bytes");
  CHECK(refused("services.stop", {{"targets", Json(std::vector<std::string>(40, "b*"))}}) ==
        "at most 32 targets may be patterns");
  CHECK(refused("logs.read", {{"lines", 100001}}) == "lines: must be between 0 and 100000");
  peer.send(R"([{"jsonrpc":"2.0","id":1,"method":"services.stop","params":{"targets":"all"}}])"
            "\n");
  CHECK(peer.next()["error"]["message"] == "batches are not supported; send one request a line");
  peer.send(R"({"jsonrpc":"2.0","method":"services.stop","params":{"targets":"all"}})"
            "\n");
  rig.world.advance(1s);
  CHECK(rig.world.is_up("backend"));
}

TEST_CASE("who closes one end still gets what was answered, and then the end") {
  Rig rig;
  Peer peer(rig);
  peer.send(R"({"jsonrpc":"2.0","id":1,"method":"supervisor.ping"})"
            "\n"
            R"({"jsonrpc":"2.0","id":2,"method":"events.follow"})"
            "\n"
            "{half");
  peer.half_close();
  CHECK(peer.next()["id"] == 1);
  CHECK(peer.is_closed());
  CHECK(rig.server->clients() == 0);
}

TEST_CASE("clients that vanish in the middle of everything leave nothing behind") {
  Rig rig([](sim::World& world) { world.declare("backend"); });
  rig.usage.holds_back = true;
  for (const std::string_view method :
       {"services.stop", "logs.read", "logs.follow", "services.list"}) {
    Peer peer(rig);
    peer.request(method, {{"targets", "backend"}});
    rig.turn();
    peer.close();
    rig.until([&] { return rig.server->clients() == 0; });
  }
  rig.usage.release();
  rig.world.advance(20s);
  rig.usage.holds_back = false;
  rig.turn();
  check_served(rig);
  CHECK(rig.world.state("backend") == PublicState::Stopped);
}

TEST_CASE("a server that goes away while workers read drops their answers") {
  Rig rig([](sim::World& world) { world.declare("backend"); });
  rig.usage.holds_back = true;
  Peer peer(rig);
  for (const std::string_view method : {"logs.read", "logs.follow", "services.list"})
    peer.request(method);
  rig.turn();
  peer.request("logs.follow");
  rig.server.reset();
  rig.usage.release();
  rig.turn();
  CHECK(peer.is_closed());
}

TEST_CASE("when requests take long, clients are served in turns") {
  Rig rig;
  Duration passed{0};
  // Every look at the clock costs 6 ms, so two requests fill a turn of 10 ms.
  rig.clock = [&] {
    passed += 6ms;
    return Now{{passed}, {passed}};
  };
  Peer greedy(rig);
  Peer modest(rig);
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    requests += fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"supervisor.ping"}})", i) + "\n";
  }
  greedy.send(requests);
  CHECK(modest.ask("supervisor.ping")["result"]["pong"] == true);
  CHECK(greedy.next()["id"] == 0);
  CHECK(greedy.answer_to(999)["result"]["pong"] == true);
}

}  // namespace
}  // namespace mainstay::test

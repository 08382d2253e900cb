// A thousand checks at once.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "checks/address.h"
#include "integration/checks/engine_side.h"

using namespace mainstay;
using namespace mainstay::test;
using policy::CheckVerdict;

TEST_CASE("A thousand tcp checks are spread over their interval and all pass") {
  constexpr int kServices = 1000;
  constexpr Duration kInterval = 2s;
  KeeperFixture fixture;
  EngineSide side{fixture};
  const UniqueFd server{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  io::SocketAddress address = checks::parse_target("127.0.0.1:1")->addresses.at(0);
  checks::set_port(address, 0);
  auto* generic = reinterpret_cast<sockaddr*>(&address.bytes);
  REQUIRE(bind(server.get(), generic, address.size) == 0);
  REQUIRE(listen(server.get(), 4096) == 0);
  socklen_t size = sizeof address.bytes;
  REQUIRE(getsockname(server.get(), generic, &size) == 0);

  model::ServiceSpec spec = played(fixture, {"hold"});
  with_check(spec, model::TcpProbe{{checks::to_text(address)}}, kInterval);
  const MonoTime begin = io::read_clocks().mono;
  for (std::uint64_t i = 1; i <= kServices; ++i) {
    const runtime::StartRequest start{
        RunId{i}, InstanceId{0}, fmt::format("service-{}:0", i), "service", 0, &spec};
    side.engine->watch_health({start, 0, begin}, false);
  }
  const auto looked_at = [&](std::uint64_t run) { return !side.results(RunId{run}).empty(); };
  fixture.until([&] {
    for (std::uint64_t run = 1; run <= kServices; ++run)
      if (!looked_at(run)) return false;
    return true;
  });
  std::array<int, 10> in_tenth{};
  for (std::uint64_t run = 1; run <= kServices; ++run) {
    const auto& first = side.results(RunId{run}).front();
    CHECK(first.verdict == CheckVerdict::Passed);
    const auto tenth = static_cast<std::size_t>((first.at - begin) * 10 / kInterval);
    ++in_tenth[std::min<std::size_t>(tenth, 9)];
    side.engine->unwatch(RunId{run});
  }
  // Evenly would be 100; a machine that has other things to do shifts some of them.
  CHECK(*std::max_element(in_tenth.begin(), in_tenth.end()) < 400);
}

// What HTTP checks cost: a real gateway and its client ask a server in another process, at a steady
// rate, while others hang. Prints CPU time of one core and latencies.
//   gateway_bench [CHECKS A SECOND] [SECONDS] [HANGING]      1000 10 500
#define DOCTEST_CONFIG_IMPLEMENT  // the fixture checks with it; there are no test cases here
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "checks/gateway_client.h"
#include "integration/keeper/keeper_fixture.h"
#include "io/clock.h"

using namespace mainstay;
using namespace mainstay::test;
using checks::HttpOutcome;
using checks::HttpRequest;
using checks::HttpVerdict;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kStep{10};
constexpr double kMostOfACore = 0.60;  // for a thousand checks a second

struct Listening {
  UniqueFd fd;
  int port = 0;
};

Listening listen_somewhere() {
  Listening out{UniqueFd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, 0};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(out.fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(out.fd.get(), 4096) != 0 ||
      getsockname(out.fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    perror("cannot listen");
    std::exit(1);
  }
  out.port = ntohs(address.sin_port);
  return out;
}

// Answers one connection after the other until its parent is gone.
[[noreturn]] void serve(int listening) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
      "{\"status\": \"ok\"}";
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (char request[4096];;) {
    const UniqueFd client{accept(listening, nullptr, nullptr)};
    if (client && read(client.get(), request, sizeof request) > 0 &&
        write(client.get(), kAnswer.data(), kAnswer.size()) < 0)
      perror("server");
  }
}

struct Runs final : process::KeeperRuns {
  void on_run(process::KeeperRun run) override {
    pid = run.pid;
    auxiliary->on_run(std::move(run));
  }
  void on_refused(const process::KeeperRefusal& refusal) override {
    auxiliary->on_refused(refusal);
  }
  void on_exit(const process::KeeperExit& exit) override { auxiliary->on_exit(exit); }
  process::AuxiliaryRuns* auxiliary = nullptr;
  int pid = 0;
};

double cpu_of(int pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  std::sscanf(stat.c_str() + stat.rfind(')') + 2,
              "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

HttpRequest request_to(int port, milliseconds timeout) {
  HttpRequest request;
  request.url = fmt::format("http://127.0.0.1:{}/health", port);
  request.body = "\"status\": *\"ok\"";
  request.timeout = timeout;
  return request;
}

struct Totals {
  std::size_t asked = 0;
  std::size_t passed = 0;
  std::vector<double> milliseconds;

  void take(const HttpOutcome& outcome) {
    if (outcome.verdict == HttpVerdict::Passed) {
      ++passed;
    } else {
      fmt::print(stderr, "{}\n", outcome.message);
    }
    milliseconds.push_back(to_seconds(outcome.total) * 1000);
  }
  double percentile(double share) {
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto last = static_cast<double>(milliseconds.size() - 1);
    return milliseconds[static_cast<std::size_t>(share * last)];
  }
};

// `rate` a second for `seconds`, and every answer.
void ask_steadily(KeeperFixture& fixture, checks::GatewayClient& client, int port, double rate,
                  double seconds, Totals& totals) {
  const MonoTime begun = io::read_clocks().mono;
  const auto wanted = static_cast<std::size_t>(rate * seconds);
  std::optional<io::Timer> pace;
  pace.emplace(fixture.loop(), [&] {
    const double passed = to_seconds(io::read_clocks().mono - begun);
    const auto due = std::min(wanted, static_cast<std::size_t>(rate * passed));
    for (; totals.asked < due; ++totals.asked)
      client.request(request_to(port, milliseconds{5000}),
                     [&totals](const HttpOutcome& outcome) { totals.take(outcome); });
    if (totals.asked < wanted) pace->start(kStep);
  });
  pace->start(kStep);
  fixture.until([&] { return totals.milliseconds.size() == wanted; });
}

int measure(double rate, double seconds, int hanging) {
  const Listening good = listen_somewhere();
  const Listening deaf = listen_somewhere();
  const pid_t server = fork();
  if (server == 0) serve(good.fd.get());

  KeeperFixture fixture;
  fixture.accept_controller();
  const auto keeper = fixture.take_client();
  process::TreeOptions options;
  options.state_dir = (fixture.folder() / "state").string();
  options.allow_v1 = options.allow_v2 = false;
  process::ProcessTrees trees{fixture.loop(), options};
  process::AuxiliaryRuns auxiliary{fixture.loop(), *keeper, trees};
  Heard host;
  Runs runs;
  runs.auxiliary = &auxiliary;
  keeper->start(runs, host);
  fixture.until([&] { return host.all_there; });
  checks::GatewayClient client{
      fixture.loop(), auxiliary, {.program = MAINSTAY_GATEWAY}, [](const std::string& notice) {
        fmt::print("{}\n", notice);
      }};
  Totals warm;
  ask_steadily(fixture, client, good.port, 100, 0.5, warm);
  for (int i = 0; i < hanging; ++i)
    client.request(request_to(deaf.port, milliseconds{600'000}), [](const HttpOutcome&) {});

  Totals totals;
  const double gateway_before = cpu_of(runs.pid);
  const double own_before = own_cpu();
  ask_steadily(fixture, client, good.port, rate, seconds, totals);
  const double per_second = seconds * rate / 1000;
  const double gateway = (cpu_of(runs.pid) - gateway_before) / per_second;
  const double own = (own_cpu() - own_before) / per_second;
  const std::string memory = field_of(read_file(fmt::format("/proc/{}/status", runs.pid)), "VmRSS");
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  fmt::print("{} of {} passed, {} others hanging\n", totals.passed, totals.asked, hanging);
  fmt::print("CPU for 1,000 checks a second: gateway {:.1f} %, client {:.1f} % of one core\n",
             gateway * 100, own * 100);
  fmt::print("latency: median {:.2f} ms, 99 % {:.2f} ms, most {:.2f} ms; gateway's memory {}\n",
             totals.percentile(0.5), totals.percentile(0.99), totals.percentile(1), memory);
  return totals.passed == totals.asked && gateway + own < kMostOfACore ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, double otherwise) {
    return argc > i ? std::atof(argv[i]) : otherwise;
  };
  signal(SIGPIPE, SIG_IGN);
  doctest::Context checks;
  checks.setAsDefaultForAssertsOutOfTestCases();
  return measure(argument(1, 1000), argument(2, 10), static_cast<int>(argument(3, 500)));
}

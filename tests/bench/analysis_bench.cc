// How long an analysis takes: makes a log of so many MiB and goes through it as the supervisor's
// worker does. usage: analysis_bench app|access|json|errors|text [MIB] [gz]
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "logs/analysis.h"
#include "logs/compress.h"

using namespace mainstay;

namespace {

std::string app_line(std::uint64_t n) {
  if (n % 1000 == 17) {
    return fmt::format(
        "2026-11-22 10:{:02}:{:02},123 ERROR [worker-{}] shop.orders: order {} failed\n"
        "Traceback (most recent call last):\n  File \"/srv/shop/orders.py\", line 88, in place\n"
        "    charge(order)\n  File \"/srv/shop/pay.py\", line 12, in charge\n"
        "    raise Refused(order)\nshop.pay.RefusedError: order {} refused by '10.0.0.{}'\n",
        n / 60 % 60, n % 60, n % 8, n, n, n % 256);
  }
  if (n % 200 == 3)
    return fmt::format("2026-11-22 10:00:01,200 WARNING [worker-1] shop: slow query, {} ms\n", n);
  return fmt::format(
      "2026-11-22 10:{:02}:{:02},{:03} INFO [worker-{}] shop.orders: order {} of customer {:08x} "
      "accepted after {} ms\n",
      n / 60 % 60, n % 60, n % 1000, n % 8, n, n * 2654435761U, n % 250);
}

std::string access_line(std::uint64_t n) {
  return fmt::format(
      "10.0.{}.{} - - [22/Nov/2026:10:{:02}:{:02} +0000] \"GET /api/v1/users/{}/orders?page={} "
      "HTTP/1.1\" {} {} \"https://shop.example.org/\" \"Mozilla/5.0 (X11; Linux x86_64)\" "
      "{}.{:03}\n",
      n % 256, n % 251, n / 60 % 60, n % 60, n % 100'000, n % 9, n % 500 == 7 ? 503 : 200, n % 9000,
      n % 700 == 3 ? 2 : 0, n % 1000);
}

std::string json_line(std::uint64_t n) {
  return fmt::format(
      R"({{"level":{},"time":{},"pid":4711,"hostname":"shop-1","reqId":"req-{:x}","msg":"order {} accepted","customer":{},"took":{}}})"
      "\n",
      n % 1000 == 17 ? 50 : 30, 1'700'000'000'000 + n, n * 2654435761U, n, n % 5000, n % 250);
}

std::string line_of(const std::string& kind, std::uint64_t n) {
  if (kind == "access") return access_line(n);
  if (kind == "json") return json_line(n);
  if (kind == "errors")
    return fmt::format("2026-11-22 10:00:00 ERROR db: cannot reach 10.0.0.{}:5432, try {}\n",
                       n % 256, n);
  if (kind == "text")
    return "2026-11-22T10:03:12.123456Z out " + app_line(n - n % 1000 + n % 997 % 3);
  return app_line(n);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void write_log(const std::filesystem::path& path, const std::string& kind, std::uint64_t bytes) {
  std::ofstream out{path, std::ios::binary};
  std::string block;
  for (std::uint64_t written = 0, n = 0; written < bytes; ++n) {
    block += line_of(kind, n);
    if (block.size() < 1024 * 1024) continue;
    out << block;
    written += block.size();
    block.clear();
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::string kind = count > 1 ? arguments[1] : "app";
  const std::uint64_t mib = count > 2 ? std::stoull(arguments[2]) : 1024;
  const bool packed = count > 3;
  std::string folder = (std::filesystem::temp_directory_path() / "analysis-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  int result = 1;
  if (auto directory = logs::Directory::open(folder)) {
    const std::string name = packed ? "a.out_20261122_110007.log" : "a.out.log";
    write_log(std::filesystem::path{folder} / name, kind, mib << 20);
    const std::atomic<bool> stop{false};
    if (packed && !logs::compress_archive(*directory, name, stop)) return 1;
    const auto format = kind == "text" ? model::LogFormat::Text : model::LogFormat::Raw;
    const double cpu_before = cpu_seconds();
    const auto began = std::chrono::steady_clock::now();
    logs::Analysis analysis{
        *directory, {{"a", {{"a", "a", logs::Stream::Out, "a.out.log", format}}}}, {}};
    while (!analysis.run(16 << 20))
      continue;
    const auto found = analysis.take();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const double cpu = cpu_seconds() - cpu_before;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print(
        "{} {} MiB{}: {:.2f} s ({:.2f} s CPU), {} lines, {} errors, {} warnings, {} requests, {} "
        "kinds, "
        "{} MB resident at most\n",
        kind, mib, packed ? " packed" : "", took.count(), cpu, found[0].lines, found[0].errors,
        found[0].warnings, found[0].requests, found[0].signatures.size(), usage.ru_maxrss / 1024);
    result = 0;
  }
  std::filesystem::remove_all(folder);
  return result;
}

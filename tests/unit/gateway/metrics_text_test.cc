// JSON of the controller to what Prometheus reads.
#include "gateway/api/metrics_text.h"

#include <doctest/doctest.h>

#include <random>

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

const std::string kWhole =
    R"({"families":[)"
    R"({"name":"mainstay_service_up","type":"gauge","help":"Whether\nit \\ runs.","samples":[)"
    R"({"labels":{"service":"a\"b\\c\nd","instance":"0"},"value":1}]},)"
    R"({"name":"none","type":"gauge","help":"x","samples":[]},)"
    R"({"name":"bad name","type":"gauge","help":"x","samples":[{"labels":{},"value":1}]},)"
    R"({"name":"took_seconds","type":"histogram","help":"How long.","samples":[)"
    R"({"labels":{"check":"http"},"buckets":[[0.1,2],[1,3]],"sum":1.5,"count":4}]}]})";

}  // namespace

TEST_CASE("Families become text, with everything escaped") {
  const auto text = metrics_text(kWhole);
  REQUIRE(text.ok());
  CHECK(*text ==
        "# HELP mainstay_service_up Whether\\nit \\\\ runs.\n"
        "# TYPE mainstay_service_up gauge\n"
        "mainstay_service_up{service=\"a\\\"b\\\\c\\nd\",instance=\"0\"} 1\n"
        "# HELP took_seconds How long.\n"
        "# TYPE took_seconds histogram\n"
        "took_seconds_bucket{check=\"http\",le=\"0.1\"} 2\n"
        "took_seconds_bucket{check=\"http\",le=\"1\"} 3\n"
        "took_seconds_bucket{check=\"http\",le=\"+Inf\"} 4\n"
        "took_seconds_sum{check=\"http\"} 1.5\n"
        "took_seconds_count{check=\"http\"} 4\n");
}

TEST_CASE("What is no answer of metrics.read is an error or nothing") {
  CHECK_FALSE(metrics_text("").ok());
  CHECK_FALSE(metrics_text("{").ok());
  for (const char* odd : {"{}", "[]", "1", R"({"families":1})", R"({"families":[1,[],{}]})"})
    CHECK(*metrics_text(odd) == "");
}

TEST_CASE("Damaged answers break no line") {
  std::mt19937 random(20261122);
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes = kWhole;
    for (auto changes = random() % 5 + 1; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto text = metrics_text(bytes);
    if (text && !text->empty()) CHECK(text->ends_with('\n'));
  }
}

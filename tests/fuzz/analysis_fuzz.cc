// Lines of an analysis: any bytes can be folded, taken for a request and put into an incident, and
// the quick look at a line misses nothing that the close one finds; what is known of a line holds
// for each that differs in its digits only. Built as a libFuzzer target with MAINSTAY_FUZZ, and run
// with fixed input by tests/unit/logs/analysis_test.cc.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "fuzz/other_digits.h"
#include "logs/access_line.h"
#include "logs/fold.h"
#include "logs/incident.h"
#include "logs/interest.h"
#include "logs/known_lines.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_line(std::string_view line) {
  const Interest interest = interest_of(line);
  check(interest.level || !(LineKind::of(line).level >= Level::Warn));
  std::string storage;
  std::string endpoint;
  if (const auto entry = parse_access(line, storage)) {
    check(interest.request && entry->status >= 100 && entry->status < 600);
    endpoint_of(*entry, endpoint);
    check(endpoint.size() <= kFoldedTo + 32);
  }
  check(fold_message(line).size() <= kFoldedTo);
}

void check_known(std::string_view line) {
  KnownLines lines;
  const auto known = lines.find(line);
  if (!known) return;
  const std::string other = mainstay::test::with_other_digits(std::string{line}, 3);
  const Interest interest = interest_of(other);
  const LineKind kind = LineKind::of(other);
  check(lines.find(other) == known);
  check(interest.level == known->interest.level && interest.request == known->interest.request);
  check(kind.shape == known->kind.shape && kind.indented == known->kind.indented &&
        kind.level == known->kind.level);
  Incident one;
  Incident two;
  one.begin(line, kind, {});
  two.begin(other, kind, {});
  check(one.is_one_line() == two.is_one_line());
  if (one.is_one_line())
    check(KeyedSignature{one.signature()}.key == KeyedSignature{two.signature()}.key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  Incident incident;
  for (const std::string_view line : split(bytes, '\n')) {
    check_line(line);
    check_known(line);
    const LineKind kind = LineKind::of(line);
    if (incident.open())
      incident.add(line, kind);
    else
      incident.begin(line, kind, {});
  }
  const Signature signature = incident.signature();
  check(signature.text.size() <= kFoldedTo && signature.cause.size() <= kFoldedTo);
  check(incident.example().size() <= Incident::kHead + Incident::kTail);
  return 0;
}

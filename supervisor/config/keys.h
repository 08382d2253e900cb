// Every key of the ecosystem file and the shape of its value: one table that the checks of
// structure, the suggestions, the merge with `defaults` and the list of what is not yet active
// share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::config {

// The kinds of node that a value may be; one bit each.
enum Kinds : std::uint8_t { kText = 1, kList = 2, kMap = 4 };

struct Key;
using KeyTable = std::span<const Key>;

struct Shape {
  unsigned kinds = kText;
  std::string_view what;           // for messages: "a duration"
  const KeyTable* keys = nullptr;  // of a map with known keys
  const Shape* each = nullptr;     // of the items of a list and the values of a map with free keys
};

struct Key {
  std::string_view name;
  const Shape* shape;
  bool inactive = false;  // accepted and validated, but nothing acts on it in this version
  // One of several that exclude each other (the kinds of a check): when a map has its own, merging
  // takes none of `defaults`.
  bool alternative = false;
};

const Key* find_key(KeyTable table, std::string_view name);
std::vector<std::string> key_names(KeyTable table);

// The file itself; everything else hangs below it.
extern const Shape kFileShape;
// What `defaults` and each of `services` is.
extern const Shape kServiceShape;

// Shapes that a table of another file needs.
extern const Shape kDurationShape, kSizeShape, kPercentShape, kBoolShape, kIntegerShape,
    kNumberShape, kWordShape, kTextsShape, kWordsShape, kSecretableShape, kSecretablesShape,
    kPathShape;
extern const Shape kReadyShape, kChecksShape, kMonitorShape;
extern const Shape kEnvShape, kEnvFileShape, kInheritEnvShape, kLimitsShape, kStopShape, kLogShape;
extern const Shape kJobShape, kAlertsShape;

}  // namespace mainstay::config

// Reads one value each, after interpolation. A value that is absent, null or of the wrong kind
// (which structure.h has reported) leaves `out` as it is; a wrong one is reported and leaves it,
// too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "config/field.h"
#include "config/interpolation.h"
#include "model/template.h"

namespace mainstay::config {

// Nothing when there is nothing usable. read_plain also refuses what only a start can know.
std::optional<Text> read_text(const Field& field);
std::optional<std::string> read_plain(const Field& field);

void read(const Field& field, std::string& out);
void read(const Field& field, model::Template& out);
void read(const Field& field, bool& out);
void read(const Field& field, Duration& out);
void read(const Field& field, Bytes& out);
// These become nothing when the value is null.
void read(const Field& field, std::optional<Duration>& out);
void read(const Field& field, std::optional<Bytes>& out);

// A duration that means nothing when it is zero (an interval).
void read_positive(const Field& field, Duration& out);

struct Range {
  std::int64_t first;
  std::int64_t last;
};
std::optional<std::int64_t> read_integer(const Field& field, Range range);

template <typename Integer>
void read(const Field& field, Range range, Integer& out) {
  if (const auto value = read_integer(field, range)) out = static_cast<Integer>(*value);
}

std::optional<double> read_number(const Field& field, double first, double last);
std::optional<double> read_percent(const Field& field, double max);

// The index of the word in `words`; an unknown one is reported with all of them.
std::optional<std::size_t> read_choice(const Field& field, std::span<const std::string_view> words);

template <typename Enum, std::size_t N>
void read(const Field& field, const std::string_view (&words)[N], Enum& out) {
  if (const auto index = read_choice(field, words)) out = static_cast<Enum>(*index);
}

// The texts of a list, or the one text given instead of it.
std::vector<std::string> read_plain_list(const Field& field);

// A signal by its name or number.
void read_signal(const Field& field, int& out);

}  // namespace mainstay::config

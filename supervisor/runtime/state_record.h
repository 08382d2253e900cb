// The state of an instance as bytes of its record, and what all records share.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "policy/instance_state.h"

namespace mainstay::runtime {

inline constexpr std::uint8_t kRecordVersion = 4;

template <typename Enum>
void put_enum(Encoder& out, Enum value) {
  out.u8(static_cast<std::uint8_t>(value));
}

// An enumerator up to `last`; what is beyond makes the record unreadable.
template <typename Enum>
Enum get_enum(Decoder& in, Enum last, bool& sane) {
  const std::uint8_t value = in.u8();
  sane = sane && value <= static_cast<std::uint8_t>(last);
  return static_cast<Enum>(value);
}

void put_time(Encoder& out, const std::optional<MonoTime>& at);
std::optional<MonoTime> get_time(Decoder& in);

void put_state(Encoder& out, const policy::InstanceState& state);
// What cannot be makes `sane` false.
policy::InstanceState get_state(Decoder& in, bool& sane);

}  // namespace mainstay::runtime

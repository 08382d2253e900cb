// Names of the things we keep apart. STYLE 11: a Service is declared, an Instance is one of its N,
// a Run is one life of an instance (one pid).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace mainstay {

// One life of an instance. Never reused, not even by a new controller: the keeper remembers the
// largest it has seen. 0 means none.
struct RunId {
  std::uint64_t value = 0;
  auto operator<=>(const RunId&) const = default;
  explicit operator bool() const { return value != 0; }
};

// Where an instance is in the runtime's table; stable while the instance exists.
struct InstanceId {
  std::uint32_t value = 0;
  auto operator<=>(const InstanceId&) const = default;
};

}  // namespace mainstay

template <>
struct std::hash<mainstay::RunId> {
  std::size_t operator()(mainstay::RunId id) const noexcept { return id.value; }
};

template <>
struct std::hash<mainstay::InstanceId> {
  std::size_t operator()(mainstay::InstanceId id) const noexcept { return id.value; }
};

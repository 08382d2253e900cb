#include "keeper/request_reader.h"

#include <cstring>

namespace mainstay::keeper {

namespace {

bool is_head_sound(const RunRequest& head, std::size_t size) {
  return head.magic == kRequestMagic && head.version == kRequestVersion && head.size == size &&
         size <= kMaxRequestBytes && head.groups <= kMaxRequestTexts && head.limits <= 64 &&
         head.cgroups <= 16 && head.candidates >= 1 && head.candidates <= kMaxRequestTexts &&
         head.arguments >= 1 && head.arguments <= kMaxRequestTexts &&
         head.environment <= kMaxRequestTexts;
}

// Walks NUL-terminated texts; gives null past the end or when the last one is not terminated.
class TextWalk {
 public:
  TextWalk(const char* at, const char* end) : at_(at), end_(end) {}

  const char* next() {
    const void* nul =
        at_ < end_ ? std::memchr(at_, 0, static_cast<std::size_t>(end_ - at_)) : nullptr;
    if (nul == nullptr) return nullptr;
    const char* text = at_;
    at_ = static_cast<const char*>(nul) + 1;
    return text;
  }

  bool fill(const char**& pointers, std::uint32_t count, const char**& out) {
    out = pointers;
    for (std::uint32_t i = 0; i < count; ++i) {
      if ((*pointers++ = next()) == nullptr) return false;
    }
    *pointers++ = nullptr;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace

std::size_t pointers_needed(const void* bytes, std::size_t size) {
  if (size < sizeof(RunRequest)) return 0;
  const auto& head = *static_cast<const RunRequest*>(bytes);
  if (!is_head_sound(head, size)) return 0;
  return std::size_t{head.cgroups} + head.candidates + head.arguments + head.environment + 4;
}

bool read_request(const void* bytes, std::size_t size, const char** pointers, ReadRequest& out) {
  if (pointers_needed(bytes, size) == 0) return false;
  out.head = static_cast<const RunRequest*>(bytes);
  const char* at = static_cast<const char*>(bytes) + sizeof(RunRequest);
  const char* end = static_cast<const char*>(bytes) + size;
  const std::size_t limit_bytes = out.head->limits * sizeof(RunLimit);
  const std::size_t group_bytes = out.head->groups * sizeof(std::uint32_t);
  if (static_cast<std::size_t>(end - at) < limit_bytes + group_bytes) return false;
  out.limits = reinterpret_cast<const RunLimit*>(at);
  out.groups = reinterpret_cast<const std::uint32_t*>(at + limit_bytes);
  TextWalk texts{at + limit_bytes + group_bytes, end};
  out.cwd = texts.next();
  return out.cwd != nullptr && texts.fill(pointers, out.head->cgroups, out.cgroups) &&
         texts.fill(pointers, out.head->candidates, out.candidates) &&
         texts.fill(pointers, out.head->arguments, out.arguments) &&
         texts.fill(pointers, out.head->environment, out.environment);
}

}  // namespace mainstay::keeper

// Descriptors that the keeper holds for the next controller, by name.
#pragma once

#include <cstddef>

#include "keeper/protocol.h"

namespace mainstay::keeper {

class DescriptorStore {
 public:
  struct Entry {
    char name[kNameBytes];
    int fd;
  };

  // Takes `fd`, closing an earlier one of that name. False when the store is full: `fd` is closed.
  bool store(const char* name, int fd);
  void drop(const char* name);

  std::size_t size() const { return size_; }
  const Entry& at(std::size_t i) const { return entries_[i]; }

 private:
  Entry* find(const char* name);

  Entry entries_[kMaxStored] = {};
  std::size_t size_ = 0;
};

}  // namespace mainstay::keeper

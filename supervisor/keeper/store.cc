#include "keeper/store.h"

#include <unistd.h>

#include <cstring>

namespace mainstay::keeper {

DescriptorStore::Entry* DescriptorStore::find(const char* name) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (strcmp(entries_[i].name, name) == 0) return &entries_[i];
  }
  return nullptr;
}

bool DescriptorStore::store(const char* name, int fd) {
  drop(name);
  if (size_ == kMaxStored) {
    close(fd);
    return false;
  }
  Entry& entry = entries_[size_++];
  strncpy(entry.name, name, sizeof entry.name - 1);
  entry.fd = fd;
  return true;
}

void DescriptorStore::drop(const char* name) {
  Entry* entry = find(name);
  if (entry == nullptr) return;
  close(entry->fd);
  *entry = entries_[--size_];
  entries_[size_] = {};
}

}  // namespace mainstay::keeper

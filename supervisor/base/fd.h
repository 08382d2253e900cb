// An owned file descriptor.
#pragma once

#include <utility>

namespace mainstay {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);  // closes what it owned; keeps errno

 private:
  int fd_ = -1;
};

// A close-on-exec duplicate, never one of 0 to 2; empty, with errno, when there is none to be had.
UniqueFd duplicate(int fd);

}  // namespace mainstay

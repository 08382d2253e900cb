// Events that outlive their controller, in a test.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "runtime/ports.h"

namespace mainstay::sim {

class KeptEvents final : public runtime::EventStore {
 public:
  explicit KeptEvents(std::size_t capacity = 8192) : capacity_(capacity) {}

  void append(std::uint64_t id, std::string_view packed) override {
    if (is_writer_dead_ != nullptr && *is_writer_dead_) return;
    if (id != next_) packed_.clear();
    if (packed_.size() == capacity_) packed_.pop_front();
    packed_.emplace_back(packed);
    packed_.back().shrink_to_fit();
    next_ = id + 1;
  }
  std::uint64_t first() const override { return next_ - packed_.size(); }
  std::uint64_t next() const override { return next_; }
  std::string_view at(std::uint64_t id) const override {
    return packed_[static_cast<std::size_t>(id - first())];
  }
  void set_told(std::uint64_t next) override {
    if (is_writer_dead_ == nullptr || !*is_writer_dead_) told_ = next;
  }
  std::uint64_t told() const override { return told_; }

  // What a dead controller still does has no effect.
  void heed_death(const bool& is_writer_dead) { is_writer_dead_ = &is_writer_dead; }
  void set_capacity(std::size_t capacity) { capacity_ = capacity; }
  // A new supervisor has none of the former's.
  void lose() {
    packed_.clear();
    next_ = told_ = 0;
  }

 private:
  std::size_t capacity_;
  std::deque<std::string> packed_;
  std::uint64_t next_ = 0;
  std::uint64_t told_ = 0;
  const bool* is_writer_dead_ = nullptr;
};

}  // namespace mainstay::sim

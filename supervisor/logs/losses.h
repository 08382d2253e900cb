// What had to be thrown away because a log could not take it: how much, of which log, since when.
//
// It is kept where a new controller finds it (a StateStore in memory that the keeper holds), and
// written there before the bytes are thrown away: a controller that is killed in between has
// counted up to one turn too much, never too little.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "runtime/ports.h"

namespace mainstay::logs {

// Of one log. A gap is open from the first byte that is thrown away until a mark in the log tells
// of it.
struct Loss {
  std::uint64_t bytes = 0;  // of the open gap; 0: there is none
  std::uint64_t lines = 0;
  WallTime since;
  WallTime until;
  // Where the mark was about to be written, with these numbers: whoever finds this writes it there,
  // again if it has to be.
  std::optional<std::uint64_t> mark_at;
  std::uint64_t total_bytes = 0;  // of all gaps since the supervisor started
  std::uint64_t total_lines = 0;

  bool open() const { return bytes > 0; }
};

class Losses {
 public:
  using Record = std::pair<std::uint32_t, std::string>;

  // `store` may be null: then it is forgotten with us. `records`: what a former controller left
  // there.
  Losses(runtime::StateStore* store, std::span<const Record> records);

  // Null: nothing of it was ever lost.
  const Loss* find(const std::string& file) const;
  // So much is about to be thrown away.
  void add(const std::string& file, std::uint64_t bytes, std::uint64_t lines, WallTime now);
  // The mark is about to be written at that place in the log; nothing: not yet.
  void plan_mark(const std::string& file, std::optional<std::uint64_t> place, WallTime until);
  // The mark is in the log.
  void close(const std::string& file);

  template <typename See>
  void for_each(See see) const {
    for (const auto& [file, entry] : entries_)
      see(file, entry.loss);
  }
  std::uint64_t total_bytes() const { return total_bytes_; }
  std::uint64_t total_lines() const { return total_lines_; }

 private:
  struct Entry {
    std::uint32_t slot = 0;
    Loss loss;
  };
  void put(const std::string& file, const Entry& entry);

  runtime::StateStore* store_;
  std::map<std::string, Entry> entries_;
  std::uint32_t next_slot_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t total_lines_ = 0;
};

}  // namespace mainstay::logs

// What one pull of a Follower does: private to follower.cc and follower_batch.cc.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "logs/follower.h"
#include "logs/index.h"
#include "logs/lines.h"

namespace mainstay::logs {

// At most `length` bytes from `offset` on; fewer at the end of the file.
std::string read_from(int fd, std::uint64_t offset, std::size_t length);
// Notes when the file is not the one that was read before. True if so.
bool start_over_if_new(Position& position, const OpenedFile& file);

// What one pull reads: a share of each pending file, cut into lines, and then the lines up to the
// moment until which every file has been read.
class Follower::Batch {
 public:
  Batch(Follower& follower, WallTime unfinished) : follower_(follower), unfinished_(unfinished) {}

  void choose();
  void read(std::size_t max_bytes);
  Pulled finish();

 private:
  struct Chosen {
    std::size_t number;
    OpenedFile log;             // empty: the first part is read
    std::uint64_t read_to = 0;  // the lines up to here are in lines_
    bool is_part = false;
  };

  void choose_one(std::size_t number);
  void read_one(Chosen& chosen, std::size_t share);
  void cut_lines(Chosen& chosen, std::string_view bytes);
  void give(OrderedLine line);
  void settle(const Chosen& chosen);
  Followed& followed(const Chosen& chosen) { return follower_.files_[chosen.number]; }
  const OpenedFile& file_of(const Chosen& chosen);
  const std::string& name_of(const Chosen& chosen);

  Follower& follower_;
  WallTime unfinished_;
  std::vector<Chosen> chosen_;
  std::vector<OrderedLine> lines_;
  WallTime complete_to_{Duration::max()};  // no unread line is earlier than this
  Pulled pulled_;
};

}  // namespace mainstay::logs

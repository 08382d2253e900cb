// Output capture: moves what services print from their pipes into their log files, byte for byte.
//
// The data goes by splice(2) from the pipe to the end of the file, so the file's size is the only
// record of what was moved: a controller that dies at any instruction loses and doubles nothing,
// and the next one goes on at the end. Of raw logs that grow fast it goes a way that keeps the
// service from waiting for the file (logs/unlocked_move.h), with the same promise. Files are opened
// at the first byte. Everything here belongs to the loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "io/clock.h"
#include "io/loop.h"
#include "logs/directory.h"
#include "logs/rotation.h"
#include "logs/unlocked_move.h"
#include "process/output_sink.h"
#include "runtime/ports.h"

namespace mainstay::logs {

struct CaptureOptions {
  std::size_t turn_bytes =
      256 * 1024;  // at most this much of one stream before the others have their turn
  std::size_t unlocked_turn_bytes =
      512 * 1024;                    // the same the unlocked way, which needs large pieces
  std::size_t max_open_files = 256;  // each is two descriptors: log and index
  // So many busy pipes may grow, to this size: an unprivileged user has 16,384 pipe pages in all.
  std::size_t max_grown_pipes = 16;
  std::size_t grown_pipe_bytes = 1024 * 1024;
  // A file that cannot be written is tried again after `first_retry`, then ever more rarely up to
  // `last_retry`.
  Duration first_retry = std::chrono::milliseconds{100};
  Duration last_retry = std::chrono::seconds{1};
  // A log that somebody renames is looked for so often, so far apart, before a new one is made.
  int name_looks = 50;
  Duration name_look = std::chrono::milliseconds{10};
  // So long a full disk holds writers back before output is thrown away (on_full: drop).
  Duration drop_after = std::chrono::seconds{2};
  // Where it is kept what was thrown away, for the next controller, and what the former one left
  // there.
  runtime::StateStore* losses = nullptr;
  std::vector<std::pair<std::uint32_t, std::string>> former_losses;
  // Of a grown pipe a raw log goes the unlocked way when what comes at once is smaller than that.
  UnlockedPlaces unlocked;
  std::size_t small_piece_bytes = 16 * 1024;
  bool splice = true;  // false: read and write, as on file systems that do not know splice
  std::function<Now()> clock = io::read_clocks;
};

// A file that cannot be written just now. The bytes wait in the pipe; it is tried again by itself.
struct Trouble {
  std::string file;
  Error error;
  WallTime since;
  bool dropping = false;  // the disk is full, and output is counted and thrown away
};

// The logs of one instance, as people need to know.
struct LogCondition {
  std::optional<Trouble> trouble;
  std::uint64_t dropped_bytes = 0;  // since the supervisor started
  std::uint64_t dropped_lines = 0;
};

// What was captured of one log since this controller started.
struct Captured {
  std::uint64_t bytes = 0;
  // Lines that say they are errors. Only of the formats text and json, whose lines are read anyway;
  // bytes of raw logs never come by here.
  std::optional<std::uint64_t> errors;
};

// A gap in a log begins, or has ended: output was thrown away because the disk was full.
struct Dropped {
  std::string file;
  bool ended = false;
  std::uint64_t bytes = 0;  // of one that has ended
  std::uint64_t lines = 0;
  WallTime since;
  WallTime until;
};

// Makes room on the disk of the logs and calls back, later, with how many bytes that gave.
using MakeRoom = std::function<void(std::function<void(std::uint64_t freed)> done)>;

struct CaptureCounts {
  std::size_t pipes = 0;  // open read ends
  std::size_t lingering =
      0;  // of them, those whose run has ended: something else still holds the pipe
  std::size_t open_files = 0;       // logs open for writing
  std::size_t grown = 0;            // pipes larger than 64 KiB
  std::uint64_t bytes = 0;          // moved into files since the start
  std::uint64_t turns = 0;          // times that a pipe was served
  std::uint64_t dropped_bytes = 0;  // thrown away because the disk was full
  std::uint64_t dropped_lines = 0;
  std::uint64_t truncations = 0;  // logs found shorter than they had been (an outside copytruncate)
};

class Capture final : public process::OutputSink {
 public:
  Capture(io::Loop& loop, Directory& directory, CaptureOptions options = {});
  ~Capture() override;
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // Whether the logs of such a run could be written now. The runner asks before each start: a "no"
  // fails the start with this sentence.
  Status ready(const std::string& file_name, const model::LogSpec& spec) override;
  // An empty descriptor is no pipe. A pipe whose stream is not kept is read and thrown away.
  void attach(RunId run, const std::string& file_name, const model::LogSpec& spec,
              process::OutputPipes pipes) override;
  // Moves what the pipes hold at this moment and marks the run as ended: a pipe that somebody else
  // keeps open is then counted as lingering and read on until its end. Bounded by what the pipes
  // can hold, even when somebody goes on writing. Bytes that cannot be written (disk full) stay in
  // the pipe and follow later.
  void drain(RunId run) override;
  // Closes the run's pipes now; what is still in them is lost.
  void forget(RunId run);

  std::vector<UniqueFd> copies_of(RunId run) const override;
  // False once every pipe of the run has come to its end (or it never had one).
  bool is_open(RunId run) const override;
  CaptureCounts counts() const;
  // Of a log that was written, or may be; null: of no such log.
  const Captured* captured(const std::string& file) const;
  std::vector<Trouble> troubles() const;
  // Of every instance, by the base name of its logs, of which there is something to say.
  std::map<std::string, LogCondition> conditions() const;

  // Asked when a log cannot grow, not more often than it helps.
  void set_make_room(MakeRoom make_room);
  // Must only enqueue.
  void set_on_dropped(std::function<void(const Dropped&)> callback);
  // Called with the file's name after it grew. Must only enqueue (Follower::grew is meant for it).
  void set_on_growth(std::function<void(const std::string& file)> callback);
  // Called when the last pipe of a run has come to its end; must not call back into Capture. Nobody
  // holds the pipes any more then, so the keeper's duplicates can go.
  void set_on_end(std::function<void(RunId)> callback);

  // Rotation begins when it is known what archives there are (their names have an order).
  void begin_rotation(std::span<const ArchiveName> archives);
  bool rotates() const;
  // Has a log cut, now or at the end of its last line. Asked or Flush; the latter does not wait for
  // a line. Only when rotates().
  RotateAnswer rotate(const std::string& file, RotationCause cause);
  // Called when a log has got another name, before anything is written into the next. Must only
  // enqueue or read.
  void set_on_rotation(std::function<void(const Rotated&)> callback);
  // Called for a log that is due and cannot be cut, at most every ten seconds.
  void set_on_rotation_failure(std::function<void(const Error&)> callback);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::logs

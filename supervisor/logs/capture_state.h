// What Capture consists of: private to capture.cc and capture_state.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "logs/capture.h"
#include "logs/daily.h"
#include "logs/formatted_log.h"
#include "logs/line_formatter.h"
#include "logs/log_file.h"
#include "logs/losses.h"
#include "logs/peek.h"
#include "logs/rotation.h"

namespace mainstay::logs {

// Where the bytes of a stream go.
struct Destination {
  std::string file;  // empty: the stream is not kept, its bytes are thrown away
  std::shared_ptr<const LineShape> shape;  // of the formats text and json
  model::RotateSpec rotate;
  model::OnFull on_full = model::OnFull::Drop;
};

// The read end of one pipe and where its bytes go.
struct CapturedPipe {
  RunId run;
  std::string file;
  std::shared_ptr<const LineShape> shape;
  UniqueFd fd;
  std::unique_ptr<io::FdWatch> watch;  // after fd: a watch goes before its descriptor
  std::string held;                    // of copy_to_file
  model::RotateSpec rotate;
  model::OnFull on_full = model::OnFull::Drop;
  std::unique_ptr<Trouble> trouble;  // while it cannot be written, the watch is paused
  MonoTime trouble_began;
  bool dropping = false;         // then the watch is not: what comes is thrown away
  bool inside_line = false;      // what was thrown away last did not end a line
  int busy_turns = 0;            // in a row
  bool in_small_pieces = false;  // is what it prints: its writer would wait for every piece
  unsigned turns = 0;
  bool grown = false;
  bool may_grow = true;
  bool behind = false;      // complete lines are staged that have to go into the next log
  bool last_words = false;  // in this turn: the run has ended, its last line is complete
  // While a next log is waited for; the watch is paused then, too.
  std::unique_ptr<io::Timer> name_timer;
  int name_looks = 0;  // in a row, that found none
};

struct Capture::State {
  State(io::Loop& loop_in, Directory& directory_in, CaptureOptions options_in);

  struct Output {
    std::array<std::unique_ptr<CapturedPipe>, 2> pipes;
    bool ended = false;
  };

  // Who writes into a file, and so may end its last line.
  struct Writers {
    int pipes = 0;
    bool daily = false;
  };

  void attach(RunId run, Destination destination, UniqueFd fd);
  void recover_lines(const CapturedPipe& pipe);
  void recover_move(const CapturedPipe& pipe);
  std::size_t turn_of(const CapturedPipe& pipe) const;
  Moved take_raw(LogFile& log, CapturedPipe& pipe, std::size_t limit, WallTime at);
  // One turn of a pipe: at most `limit` bytes, then whatever follows from how that ended. Destroys
  // the pipe when it has come to its end. True if anything moved.
  bool serve(CapturedPipe& pipe, std::size_t limit);
  Moved move(CapturedPipe& pipe, std::size_t limit);
  Moved move_to_file(CapturedPipe& pipe, std::size_t limit);
  // As much as goes into one file before it is cut.
  Moved move_piece(CapturedPipe& pipe, std::size_t limit);
  Moved take_bytes(LogFile& log, CapturedPipe& pipe, std::size_t limit, WallTime at);
  Moved take_lines(LogFile& log, CapturedPipe& pipe, std::size_t limit, WallTime at);
  Moved throw_away(CapturedPipe& pipe, std::size_t limit);
  void grow_if_busy(CapturedPipe& pipe, std::size_t moved);
  void close(CapturedPipe& pipe);
  void wait_for_room(CapturedPipe& pipe, int error);
  void go_on(CapturedPipe& pipe);
  void plan_retry();
  void retry();
  // capture_full.cc
  void meet_full(CapturedPipe& pipe, int error);
  void ask_for_room();
  void begin_dropping(CapturedPipe& pipe);
  Moved drop(CapturedPipe& pipe, std::size_t limit);
  void drop_held(CapturedPipe& pipe);
  void drop_rest_of_line(CapturedPipe& pipe);
  bool stop_dropping(CapturedPipe& pipe);
  int mark_gap(const std::string& file, const LineShape* shape, LogFile& log);
  void mark_left_gaps();
  bool open_nowhere();
  // capture_rotation.cc
  void add_writer(const CapturedPipe& pipe);
  void remove_writer(const std::string& file);
  bool has_writer(const std::string& file) const { return writers.contains(file); }
  std::deque<std::string> daily_files() const;
  void look_at_day_of(const std::string& file);
  IfRenamed if_renamed(const CapturedPipe& pipe) const;
  void wait_for_name(CapturedPipe& pipe);
  void end_wait_for_name(CapturedPipe& pipe);
  void tell_replaced(const std::string& file, const LogFile& log);

  io::Loop& loop;
  Directory& directory;
  CaptureOptions options;
  UnlockedMoves unlocked;
  OpenLogs logs;
  FormattedLogs formatted;
  Rotation rotation;
  DailyRounds daily;
  std::unordered_map<std::string, Writers> writers;
  UniqueFd nowhere;  // /dev/null, once it was needed
  std::unordered_map<RunId, Output> outputs;
  std::vector<CapturedPipe*> waiting;  // those with a trouble
  io::Timer retry_timer;
  Duration retry_delay;
  bool retry_planned = false;
  Duration next_retry = Duration::max();  // when a pipe in this round has to be tried again at last
  Losses losses;
  PipePeek peek;
  std::map<std::string, std::shared_ptr<const LineShape>> unmarked;  // open gaps without a pipe
  MakeRoom make_room;
  bool room_asked = false;                // and not answered yet
  std::optional<MonoTime> ask_room_from;  // there was none to be made
  std::shared_ptr<char> alive = std::make_shared<char>();
  CaptureCounts counts;
  std::unordered_map<std::string, Captured> captured;  // by file
  std::optional<Error> open_error;  // why the file of the latest move could not be opened
  std::function<void(const std::string&)> on_growth;
  std::function<void(RunId)> on_end;
  std::function<void(const Dropped&)> on_dropped;
  std::function<void(const Rotated&)> on_rotation;
};

}  // namespace mainstay::logs

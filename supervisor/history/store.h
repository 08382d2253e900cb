// The history on disk, <state dir>/mainstay.db. Worker thread only, one at a time.
//
// A file that is damaged, is no file, or is held by somebody else for long is set aside and
// replaced by a new one; of a newer program it is left alone. Nothing here depends on it but the
// past itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/backlog.h"
#include "history/sqlite_store.h"
#include "history/tables.h"

namespace mainstay::history {

inline constexpr const char* kDatabaseFile = "mainstay.db";

struct StoreOptions {
  std::filesystem::path state_dir;
  Duration keep = std::chrono::hours{24};  // samples at full step
  std::function<Now()> clock;
  Duration wait = std::chrono::seconds{2};  // for somebody else who holds the file, at each try
  // How long somebody else may hold the file before it is set aside.
  Duration patience = std::chrono::seconds{10};
  // Between two files that are set aside: a disk or memory that damages whatever is written would
  // push out what is worth keeping.
  Duration pause = std::chrono::minutes{10};
  // Between two rounds of compacting and forgetting, unless one had more to do.
  Duration tidy_every = std::chrono::seconds{10};
};

class Store {
 public:
  explicit Store(StoreOptions options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // All of it in one transaction, or nothing. An error with ENOTSUP stays: a newer program has
  // written the file. With any other one it is worth trying again later.
  Status write(const Batch& batch);
  // A bounded part of what has become due: compacting, forgetting, giving space back.
  void tidy();
  // The answer of `question`, a Result, to the tables; an error when there are none.
  template <typename Question>
  auto ask(const Question& question) -> decltype(question(std::declval<Tables&>()));
  // What people should know, since the last call.
  std::vector<std::string> take_notices();
  // Everything is in the one file then.
  void close();

 private:
  struct Opened;

  Status ready();
  Status open();
  void import_former();
  Status write_once(const Batch& batch);
  Status tidy_once();
  Status forget_slice(WallTime now);
  bool recover(const Error& why);
  bool is_out_of_patience();
  bool set_aside(std::string_view reason, const std::string& why);
  bool is_still_there() const;
  void judge(const Error& why);
  Tables& tables();
  Error named(std::string_view verb, const Error& why) const;

  StoreOptions options_;
  std::filesystem::path path_;
  std::unique_ptr<Opened> opened_;
  std::optional<MonoTime> busy_since_;
  std::optional<MonoTime> set_aside_at_;
  std::optional<MonoTime> tidied_at_;
  bool more_to_tidy_ = false;
  bool is_import_said_ = false;
  bool is_checked_ = false;  // after an answer that said it was damaged, it was found sound
  std::string why_new_ = "there was no history before";  // what a new file follows
  std::vector<std::string> notices_;
};

template <typename Question>
auto Store::ask(const Question& question) -> decltype(question(std::declval<Tables&>())) {
  if (const Status opened = ready(); !opened) return opened.error();
  auto answer = question(tables());
  if (!answer) judge(answer.error());
  return answer;
}

}  // namespace mainstay::history

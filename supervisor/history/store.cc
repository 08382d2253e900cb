#include "history/store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "history/crash_import.h"
#include "history/file_aside.h"
#include "history/schema.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

constexpr int kSlices = 4;                // of forgetting, in one go
constexpr std::int64_t kPagesBack = 256;  // 1 MiB

// Why a file as such cannot be used, as one word of its new name; empty: it is not the file's
// fault, or will pass.
std::string_view fault_of(const Error& why) {
  switch (why.code) {
    case EBADMSG:
      return "corrupt";
    case EISDIR:
    case ELOOP:
    case ENXIO:
    case EACCES:
    case EPERM:
      return "unusable";
    default:
      return {};
  }
}

struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const Identity&) const = default;
};

std::optional<Identity> identity_of(const fs::path& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return std::nullopt;
  return Identity{found.st_dev, found.st_ino};
}

std::uintmax_t size_of(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  return failed ? 0 : size;
}

// What SQLite would wait for, or take for code, it must not be given.
Status check_kind(const fs::path& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0 || S_ISREG(found.st_mode)) return {};
  if (S_ISDIR(found.st_mode)) return Error{"it is a folder", EISDIR};
  return Error{S_ISLNK(found.st_mode) ? "it is a symbolic link" : "it is not a regular file",
               S_ISLNK(found.st_mode) ? ELOOP : ENXIO};
}

}  // namespace

Result<Tables> Tables::open(Database& database, std::string_view why_new) {
  if (const Status migrated = migrate(database, why_new); !migrated) return migrated.error();
  auto samples = SampleTable::open(database);
  if (!samples) return samples.error();
  auto events = EventTable::open(database);
  if (!events) return events.error();
  auto crashes = CrashTable::open(database);
  if (!crashes) return crashes.error();
  return Tables{std::move(*samples), std::move(*events), std::move(*crashes), &database};
}

struct Store::Opened {
  Database database;
  std::optional<Tables> tables;  // goes first: it uses the database
  Identity identity;
};

Store::Store(StoreOptions options)
    : options_(std::move(options)), path_(options_.state_dir / kDatabaseFile) {}

Store::~Store() = default;

std::vector<std::string> Store::take_notices() {
  return std::exchange(notices_, {});
}

void Store::close() {
  opened_.reset();
}

Tables& Store::tables() {
  return *opened_->tables;
}

bool Store::is_still_there() const {
  return identity_of(path_) == opened_->identity;
}

Status Store::ready() {
  if (opened_ && !is_still_there()) {
    notices_.push_back(
        fmt::format("{} was taken away; a new history is begun, "
                    "and a new chain of the audit log",
                    path_.string()));
    why_new_ = "the file before it was taken away while it was in use";
    close();
  }
  if (opened_) return {};
  Status opened = open();
  if (!opened && recover(opened.error())) opened = open();
  return opened;
}

Status Store::open() {
  Status usable = check_kind(path_);
  // It belonged to a database that is gone: SQLite would delete it.
  const bool has_lost_log = size_of(path_) == 0 && size_of(fs::path{path_}.concat("-wal")) > 0;
  if (usable && has_lost_log) usable = Error{"there is only its write-ahead log", EBADMSG};
  if (!usable) return named("open", usable.error());
  auto database = Database::open(path_, options_.wait);
  if (!database) return database.error();
  auto opened = std::make_unique<Opened>(
      Opened{std::move(*database), std::nullopt, identity_of(path_).value_or(Identity{})});
  auto tables = Tables::open(opened->database, why_new_);
  if (!tables) return named("use", tables.error());
  opened->tables.emplace(std::move(*tables));
  opened_ = std::move(opened);
  is_checked_ = false;
  import_former();
  return {};
}

// What is there of earlier versions comes in when it can; the history does not wait for it.
void Store::import_former() {
  const Status imported = import_crashes(options_.state_dir, opened_->database,
                                         opened_->tables->crashes, options_.clock().wall, notices_);
  if (imported || is_import_said_) return;
  is_import_said_ = true;
  notices_.push_back("cannot take over earlier crash records: " + imported.error().message);
}

Status Store::write(const Batch& batch) {
  for (bool is_first = true;; is_first = false) {
    if (const Status opened = ready(); !opened) return opened;
    const Status written = write_once(batch);
    if (written) {
      busy_since_.reset();
      return written;
    }
    if (!is_first || !recover(written.error())) return named("write", written.error());
  }
}

Status Store::write_once(const Batch& batch) {
  if (batch.empty()) return {};
  Database& database = opened_->database;
  Status done = database.begin();
  if (done) done = tables().events.add(batch.events);
  for (const Round& round : batch.rounds)
    if (done) done = tables().samples.add(round);
  for (const CrashRecord& record : batch.crashes)
    if (done) done = tables().crashes.add(record);
  if (done) done = database.commit();
  if (!done) database.rollback();
  return done;
}

void Store::tidy() {
  const MonoTime now = options_.clock().mono;
  const bool is_due = more_to_tidy_ || !tidied_at_ || now - *tidied_at_ >= options_.tidy_every;
  if (!opened_ || !is_due) return;
  tidied_at_ = now;
  const Status tidied = tidy_once();
  if (!tidied) recover(tidied.error());
}

Status Store::tidy_once() {
  Database& database = opened_->database;
  const WallTime now = options_.clock().wall;
  Status done = database.begin();
  if (done) done = tables().samples.compact(now);
  more_to_tidy_ = true;
  for (int slice = 0; done && more_to_tidy_ && slice < kSlices; ++slice)
    done = forget_slice(now);
  if (done) done = database.commit();
  if (!done) database.rollback();
  more_to_tidy_ = more_to_tidy_ && done;
  return done ? database.shrink(kPagesBack) : done;
}

Status Store::forget_slice(WallTime now) {
  const auto samples = tables().samples.forget(now, options_.keep);
  if (!samples) return samples.error();
  const auto events = tables().events.forget(now);
  if (!events) return events.error();
  more_to_tidy_ = *samples || *events;
  return {};
}

// True: there is a new file, or will be, and another try is worth it.
bool Store::recover(const Error& why) {
  if (why.code == ENOSPC || why.code == ENOTSUP) return false;
  if (why.code == EBUSY) return is_out_of_patience() && set_aside("locked", why.message);
  const std::string_view fault = fault_of(why);
  if (!fault.empty()) return set_aside(fault, why.message);
  close();  // whatever it is, it is tried anew with a file that is opened anew
  return false;
}

bool Store::is_out_of_patience() {
  const MonoTime now = options_.clock().mono;
  if (!busy_since_) busy_since_ = now;
  return now - *busy_since_ >= options_.patience;
}

bool Store::set_aside(std::string_view reason, const std::string& why) {
  close();
  const Now now = options_.clock();
  if (set_aside_at_ && now.mono - *set_aside_at_ < options_.pause) return false;
  const auto name = set_file_aside(path_, reason, now.wall);
  if (!name) return false;
  set_aside_at_ = now.mono;
  busy_since_.reset();
  notices_.push_back(
      fmt::format("the history in {} cannot be used: {}; it is kept as {}, and a "
                  "new one is begun, and a new chain of the audit log",
                  path_.string(), why, name->string()));
  why_new_ = fmt::format("the file before it could not be used, and is kept as {}", name->string());
  return true;
}

// An answer may be damaged without the file being so; what it says of itself decides.
void Store::judge(const Error& why) {
  if (why.code != EBADMSG) {
    recover(why);
  } else if (!std::exchange(is_checked_, true)) {
    const Status checked = opened_->database.check();
    if (!checked && checked.error().code == EBADMSG) recover(checked.error());
  }
}

Error Store::named(std::string_view verb, const Error& why) const {
  return {fmt::format("cannot {} {}: {}", verb, path_.string(), why.message), why.code};
}

}  // namespace mainstay::history

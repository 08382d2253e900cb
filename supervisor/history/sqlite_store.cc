#include "history/sqlite_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "base/fd.h"

namespace mainstay::history {

namespace {

// `code` is an extended one.
int class_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return EBUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return EBADMSG;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return EACCES;
    case SQLITE_READONLY:
      return EROFS;
    case SQLITE_IOERR:
      return EIO;
    case SQLITE_CANTOPEN:
      return EACCES;
    default:
      return 0;
  }
}

// The cause is that of the latest system call that failed, also one that did not matter.
Error error_of(sqlite3* database) {
  const int cause = sqlite3_system_errno(database);
  const int code = sqlite3_extended_errcode(database);
  const bool is_of_file = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;
  if (is_of_file && (cause == ENOSPC || cause == EDQUOT)) {
    return {sqlite3_errmsg(database), ENOSPC};
  }
  if ((code & 0xff) == SQLITE_CANTOPEN && cause != 0) return {sqlite3_errmsg(database), cause};
  return {sqlite3_errmsg(database), class_of(code)};
}

// SQLite gives a new file the rights that the umask leaves; its companions get those of the file.
Status create_private(const std::filesystem::path& path) {
  constexpr int kOwnerOnly = 0600;
  const UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly)};
  if (!fd) return system_error("cannot open " + path.string(), errno);
  return {};
}

// Cells are checked as they are read, a file cannot bring code with it, and the cache stays small:
// what is read is read once.
constexpr const char* kSettings =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-256;"
    "PRAGMA wal_autocheckpoint=256;"
    "PRAGMA journal_size_limit=1048576;";

// Setting it writes to the file, which is only worth it when it is new.
Status prepare_new_file(Database& database) {
  auto pages = database.prepare("PRAGMA page_count");
  if (!pages) return pages.error();
  const auto row = pages->step();
  if (!row) return row.error();
  return pages->whole(0) > 0 ? Status{} : database.execute("PRAGMA auto_vacuum=INCREMENTAL");
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view value) {
  sqlite3_bind_text64(statement_.get(), parameter, value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

// A null pointer would be bound as NULL, so an empty one is named.
Statement& Statement::bind_blob(int parameter, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  sqlite3_bind_blob64(statement_.get(), parameter, data, value.size(), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  sqlite3_bind_null(statement_.get(), parameter);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_.get()));
}

Status Statement::run() {
  for (;;) {
    const auto row = step();
    if (row && *row) continue;
    reset();
    return row ? Status{} : Status{row.error()};
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::whole(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return {text == nullptr ? "" : text,
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes == nullptr ? "" : bytes,
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const std::filesystem::path& path, Duration wait) {
  if (const Status created = create_private(path); !created) return created.error();
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database{raw};
  if (raw == nullptr) return Error{"cannot open " + path.string() + ": out of memory", ENOMEM};
  if (code == SQLITE_OK) {
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    using std::chrono::milliseconds;
    const auto wait_ms = std::chrono::ceil<milliseconds>(wait).count();
    sqlite3_busy_timeout(raw, static_cast<int>(wait_ms));
    Status set = prepare_new_file(database);
    if (set) set = database.execute(kSettings);
    if (set) return database;
    return Error{fmt::format("cannot open {}: {}", path.string(), set.error().message),
                 set.error().code};
  }
  const Error why = error_of(raw);
  return Error{fmt::format("cannot open {}: {}", path.string(), why.message), why.code};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return error_of(database_.get());
  return Statement{statement};
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status{} : Status{error_of(database_.get())};
}

Status Database::begin() {
  return execute("BEGIN IMMEDIATE");
}

Status Database::commit() {
  return execute("COMMIT");
}

// Some errors have rolled it back already.
void Database::rollback() {
  ++rollbacks_;
  if (sqlite3_get_autocommit(database_.get()) == 0) static_cast<void>(execute("ROLLBACK"));
}

Result<std::int64_t> Database::version() {
  auto asked = prepare("PRAGMA user_version");
  if (!asked) return asked.error();
  const auto row = asked->step();
  if (!row) return row.error();
  return asked->whole(0);
}

Status Database::set_version(std::int64_t version) {
  return execute(fmt::format("PRAGMA user_version={}", version).c_str());
}

Status Database::check() {
  auto asked = prepare("PRAGMA quick_check(1)");
  if (!asked) return asked.error();
  const auto row = asked->step();
  if (!row) return row.error();
  if (asked->text(0) == "ok") return {};
  return Error{std::string{asked->text(0)}, EBADMSG};
}

Status Database::shrink(std::int64_t pages) {
  auto asked = prepare(fmt::format("PRAGMA incremental_vacuum({})", pages));
  return asked ? asked->run() : Status{asked.error()};
}

std::int64_t Database::changed_rows() const {
  return sqlite3_changes64(database_.get());
}

}  // namespace mainstay::history

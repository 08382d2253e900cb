// SQLite's box: a database file and its prepared statements. One thread at a time, any thread.
//
// Errors carry an errno that says their class: ENOSPC (disk or quota full), EBUSY (somebody else
// holds the file), EBADMSG (not a database, or a damaged one), EACCES, EROFS, EIO, else 0. Source:
// sqlite.org/rescode.html.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mainstay::history {

// A prepared statement; lives shorter than its database. Parameters and columns count from 1 and
// from 0, as in SQLite.
class Statement {
 public:
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind_text(int parameter, std::string_view value);
  Statement& bind_blob(int parameter, std::string_view value);
  Statement& bind_null(int parameter);

  // True: a row is there; false: there are no more.
  Result<bool> step();
  // Steps to the end, then as reset(): for what gives no rows.
  Status run();
  // Ready to be bound and run anew.
  void reset();

  // Of the present row; text and blob are valid until the next step() or reset().
  std::int64_t whole(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  // Opens or creates `path` for this user alone, with a write-ahead log, never through a symbolic
  // link at its end. What is committed survives our death at any moment; the last commits may be
  // missing after a power cut. Others may read meanwhile; one that writes is waited for so long
  // before it is EBUSY.
  static Result<Database> open(const std::filesystem::path& path,
                               Duration wait = std::chrono::seconds{2});

  Result<Statement> prepare(std::string_view sql);
  // One or several statements without parameters and rows.
  Status execute(const char* sql);

  // Of transactions: one at a time. A failed commit must be followed by rollback(), which cannot
  // fail.
  Status begin();
  Status commit();
  void rollback();
  // How often that was called: what was remembered of a transaction may be of none.
  std::uint64_t rollbacks() const { return rollbacks_; }

  // The number a schema was given (PRAGMA user_version); 0 for a new file.
  Result<std::int64_t> version();
  Status set_version(std::int64_t version);
  // Whether every page can be read and is where it belongs; reads the whole file.
  Status check();
  // Gives pages that are free back to the file system, at most `pages` of them.
  Status shrink(std::int64_t pages);
  // Rows that the latest statement inserted, changed or deleted.
  std::int64_t changed_rows() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}
  std::unique_ptr<sqlite3, Close> database_;
  std::uint64_t rollbacks_ = 0;
};

}  // namespace mainstay::history

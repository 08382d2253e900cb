// The chain of what people asked for: every event of the kind `action` is an entry, and has the
// hash of the entry before it and of itself, so that one that is changed, removed, added or put
// elsewhere later does not fit any more. Worker thread only; writes belong into a transaction of
// the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

// A row of the events, as it is stored: microseconds since 1970, data as JSON text.
struct AuditRow {
  std::int64_t id = 0;
  std::int64_t at = 0;
  std::string_view kind;
  std::string_view service;
  std::string_view instance;
  std::string_view data;
};

// SHA-256 of `before`, number and time (eight bytes each, the highest first) and the four texts,
// each after its length (eight bytes, too): 32 bytes.
std::string link_hash(std::string_view before, const AuditRow& row);

// The hash before the first entry of all: 32 zeros.
std::string first_hash();

// Before the first entry that is kept.
struct AuditBegin {
  std::int64_t after = 0;  // the number of the last entry that was forgotten; 0: none was
  std::string hash;        // its hash
  std::string why;         // a sentence
};

// Of a file of version 1: chains the events that are there. Inside of the migration.
Status chain_all(Database& database);

class AuditChain {
 public:
  // The tables are there (schema.h). Must not outlive `database`, which may be moved no more.
  static Result<AuditChain> open(Database& database);

  // Its event was added. One with a lower number than the last entry's is not chained: the file
  // was another one when it was numbered, and the check will tell.
  Status add(const AuditRow& row);
  // The events up to this number were forgotten.
  Status forget(std::int64_t last);
  // Empty: it is not in the chain.
  Result<std::string> hash_of(std::int64_t id);

 private:
  struct Statements {
    Statement last;
    Statement add;
    Statement hash;
    Statement begin;
    Statement forget;
  };
  explicit AuditChain(Statements statements) : statements_(std::move(statements)) {}
  struct Link {
    std::int64_t id = 0;
    std::string hash;
  };
  // The last entry up to that number, else where the chain begins.
  Result<Link> last_link(std::int64_t up_to);

  Statements statements_;
};

// Where the chain begins.
Result<AuditBegin> audit_begin(Database& database);

}  // namespace mainstay::history

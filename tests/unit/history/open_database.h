// A database of the newest version.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <utility>

#include "history/schema.h"
#include "history/sqlite_store.h"

namespace mainstay::test {

// <folder>/a.db, made anew or opened again.
inline history::Database open_database(const std::filesystem::path& folder) {
  auto opened = history::Database::open(folder / "a.db");
  REQUIRE(opened);
  REQUIRE(history::migrate(*opened));
  return std::move(*opened);
}

}  // namespace mainstay::test

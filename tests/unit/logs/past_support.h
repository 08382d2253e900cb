// Logs with lines of known times, and what is read of them.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "logs/compress.h"
#include "logs/past.h"
#include "support.h"

namespace mainstay::logs::test {

using Texts = std::vector<std::string>;

struct Given {
  Given() : directory(open_directory(folder / "log")) {}

  // Lines with the second in which each came.
  Source log(const std::string& name, const std::vector<std::pair<int, std::string>>& lines,
             bool packed = false) {
    std::string text;
    std::vector<IndexEntry> index;
    for (const auto& [at, line] : lines) {
      index.push_back({text.size(), second(at)});
      text += line + "\n";
    }
    folder.write("log/" + name, text);
    if (packed) pack(name);
    write_index(directory, name, index);
    return source(name);
  }
  void pack(const std::string& name) {
    const std::atomic<bool> stop{false};
    REQUIRE(compress_archive(directory, name, stop).ok());
  }
  static Source source(const std::string& name) { return {name, name, Stream::Out, name}; }

  struct Read {
    Texts texts;
    std::vector<Line> lines;
    std::vector<Position> positions;
    int slices = 0;
    std::uint64_t bytes = 0;
    bool cut = false;
  };
  Read read(const std::vector<Source>& sources, LogQuery query, LineFilter filter = {},
            std::uint64_t budget = 1 << 20, std::size_t text = 1 << 16) {
    Past past{directory, sources, query, filter};
    Read read;
    for (bool ended = false; !ended; ++read.slices) {
      auto slice = past.read(budget, text);
      ended = slice.ended;
      for (Line& line : slice.lines) {
        read.texts.push_back(line.text);
        read.lines.push_back(std::move(line));
      }
      REQUIRE(read.slices < 100'000);
    }
    read.positions = past.positions();
    read.bytes = past.bytes_read();
    read.cut = past.cut();
    return read;
  }

  TempFolder folder;
  Directory directory;
};

inline LogQuery span(int since, int until) {
  LogQuery query;
  query.span = {second(since), second(until)};
  return query;
}

inline LogQuery last(std::size_t lines) {
  LogQuery query;
  query.lines = lines;
  return query;
}

inline LineFilter filter(const char* grep, std::optional<Level> level = {}) {
  std::optional<Regex> regex;
  if (grep != nullptr) regex = *Regex::compile(grep);
  return LineFilter{std::move(regex), level};
}

// Two logs with two archives each, of which the older is packed; ten lines in all.
inline std::vector<Source> with_archives(Given& given) {
  given.log("a.out_20260101_000000.log", {{10, "a1"}, {20, "a2"}}, true);
  given.log("a.out_20260102_000000.log", {{30, "a3"}, {40, "a4"}});
  given.log("b.out_20260101_000000.log", {{15, "b1"}}, true);
  given.log("b.out_20260102_000000.log", {{35, "b2"}});
  return {given.log("a.out.log", {{50, "a5"}, {60, "a6"}}),
          given.log("b.out.log", {{55, "b3"}, {65, "b4"}})};
}

}  // namespace mainstay::logs::test

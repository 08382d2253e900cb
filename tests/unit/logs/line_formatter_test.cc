// How lines of the formats text and json look, and that they can be read back.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "base/text.h"
#include "base/utf8.h"
#include "logs/formatted_line.h"
#include "logs/line.h"
#include "logs/line_formatter.h"

using namespace mainstay;
using namespace mainstay::logs;
using model::LogFormat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

const WallTime kAt{std::chrono::microseconds{1'795'341'792'123'456}};
const std::string kTime = "2026-11-22T10:03:12.123456Z";

LineShape shape(LogFormat format, Stream stream = Stream::Out) {
  return {format, "web", "web:1", stream};
}

std::string formatted(LogFormat format, std::string_view printed, bool at_end = false) {
  return format_lines(shape(format), printed, {kAt, kAt}, false, at_end).text;
}

std::string json(std::string_view message, std::string_view more = {}) {
  return R"({"time":")" + kTime + R"(","service":"web","instance":"web:1","stream":"out",)" +
         R"("message":")" + std::string{message} + '"' + std::string{more} + "}\n";
}

void fuzz_one(std::string_view bytes) {
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) ==
        0);
}

}  // namespace

TEST_CASE("a line of text has its time, its stream and the bytes as they were printed") {
  REQUIRE(format_rfc3339_micros(kAt) == kTime);
  CHECK(formatted(LogFormat::Text, "ready\n") == kTime + " out ready\n");
  CHECK(formatted(LogFormat::Text, "\n") == kTime + " out \n");
  CHECK(formatted(LogFormat::Text, "a\r\nb\xff\x1b[0m\t\n") ==
        kTime + " out a\r\n" + kTime + " out b\xff\x1b[0m\t\n");
  std::string merged;
  append_formatted(merged, shape(LogFormat::Text, Stream::Both), {"x", kAt, false, true, {}});
  CHECK(merged == kTime + " both x\n");
}

TEST_CASE("a line of json is one object, whatever was printed") {
  CHECK(formatted(LogFormat::Json, "ready\n") == json("ready"));
  CHECK(formatted(LogFormat::Json, "\n") == json(""));
  CHECK(formatted(LogFormat::Json, "say \"\\\"\r\n") == json(R"(say \"\\\"\r)"));
  CHECK(formatted(LogFormat::Json, std::string{"\0\x01\x1f\t\x7f", 5} + "\n") ==
        json(R"(\u0000\u0001\u001f\t\u007f)"));
  CHECK(formatted(LogFormat::Json, "grün \xf0\x9f\x98\x80\n") == json("grün \xf0\x9f\x98\x80"));
  CHECK(formatted(LogFormat::Json,
                  "\xc2\x9b"
                  "31m\n") == json(R"(\u009b31m)"));
}

TEST_CASE("bytes that are not UTF-8 are replaced in json, and that is said") {
  CHECK(formatted(LogFormat::Json,
                  "a\xff"
                  "b\xc3\n") == json("a\xef\xbf\xbd"
                                     "b\xef\xbf\xbd",
                                     R"(,"invalid_utf8":true)"));
  CHECK(formatted(LogFormat::Json, "\xed\xa0\x80\n") ==
        json("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", R"(,"invalid_utf8":true)"));
}

TEST_CASE("every byte value comes back") {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes.push_back(static_cast<char>(i));
  for (int i = 0; i < 256; ++i)
    fuzz_one(bytes.substr(static_cast<std::size_t>(i)) + bytes);
}

TEST_CASE("lines that say they are errors are counted, each once") {
  const auto errors = [](const std::string& printed, bool continued = false) {
    return format_lines(shape(LogFormat::Json), printed, {kAt, kAt}, continued, true).errors;
  };
  CHECK(errors("all is well\nno error here\n") == 0);
  CHECK(errors("ERROR one\nWARN two\n[fatal] three\n{\"level\":\"error\"}\n{\"level\":30}\n") == 3);
  CHECK(errors("ERROR " + std::string(200'000, 'x') + "\n") == 1);
  CHECK(errors("ERROR is in the middle of a line\nERROR not\n", true) == 1);
}

TEST_CASE("a line without a newline waits, and is complete at the end") {
  const Formatted waits = format_lines(shape(LogFormat::Text), "one\ntw", {kAt, kAt}, false, false);
  CHECK(waits.text == kTime + " out one\n");
  CHECK(waits.taken == 4);
  CHECK(formatted(LogFormat::Text, "tw").empty());
  CHECK(formatted(LogFormat::Text, "tw", true) == kTime + " out tw\n");
  CHECK(formatted(LogFormat::Text, "", true).empty());
}

TEST_CASE("the first line has the time of its first byte, the others theirs") {
  const WallTime later = kAt + std::chrono::seconds{1};
  const Formatted lines =
      format_lines(shape(LogFormat::Text), "a\nb\n", {kAt, later}, false, false);
  CHECK(lines.text == kTime + " out a\n2026-11-22T10:03:13.123456Z out b\n");
}

TEST_CASE("a line that does not fit into 64 KiB comes in pieces that say so") {
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    const std::string printed = std::string(150'000, 'x') + "\nnext\n";
    const std::string log = formatted(format, printed);
    std::vector<ParsedLine> lines;
    for (const std::string_view line : split(log, '\n')) {
      CHECK(line.size() <= kMaxLine);
      if (const auto parsed = parse_formatted(line, format)) lines.push_back(*parsed);
    }
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].message.size() > 65'000);
    CHECK((lines[0].partial && !lines[0].continued));
    CHECK((lines[1].partial && lines[1].continued));
    CHECK((!lines[2].partial && lines[2].continued));
    CHECK(lines[0].message + lines[1].message + lines[2].message == std::string(150'000, 'x'));
    CHECK((lines[3].message == "next" && !lines[3].partial && !lines[3].continued));
  }
  CHECK(formatted(LogFormat::Text, std::string(150'000, 'x')).find(" +out+ xxx") !=
        std::string::npos);
}

TEST_CASE("pieces cut no character in two, and what needs many escapes is cut earlier") {
  std::string euros;
  for (int i = 0; i < 50'000; ++i)
    euros += "\xe2\x82\xac";
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string printed = std::string(shift, 'x') + euros;
    fuzz_one(printed);
    CHECK(formatted(LogFormat::Json, printed + "\n").find("invalid") == std::string::npos);
  }
  fuzz_one(std::string(100'000, '\0'));
  fuzz_one(std::string(100'000, '\xff') + "\n");
  fuzz_one(std::string(300'000, '\n'));
  fuzz_one(std::string(65'535, 'a') + "\n" + std::string(65'536, 'b') + "\n" +
           std::string(65'537, 'c'));
}

TEST_CASE("lines of another format are not taken for ours") {
  const std::string text = formatted(LogFormat::Text, "x\n");
  for (
      const std::string_view line :
      {"", "plain", "2026-11-22T10:03:12.123456Z", "2026-11-22T10:03:12.123456Z ",
       "2026-11-22T10:03:12.123456Z in x", "2026-11-22T10:03:12.123456Z out",
       "2026-13-22T10:03:12.123456Z out x", "{}", R"({"time":"2026-11-22T10:03:12.123456Z"})",
       R"({"time":"x","service":"a","instance":"a","stream":"out","message":"m"})",
       R"({"time":"2026-11-22T10:03:12.123456Z","service":"a","instance":"a","stream":"out","message":"\ud800"})",
       R"({"time":"2026-11-22T10:03:12.123456Z","service":"a","instance":"a","stream":"out","message":"m)"}) {
    CHECK_FALSE(parse_formatted(line, LogFormat::Text).has_value());
    CHECK_FALSE(parse_formatted(line, LogFormat::Json).has_value());
  }
  CHECK_FALSE(parse_formatted(text, LogFormat::Raw).has_value());
  CHECK_FALSE(parse_formatted(text, LogFormat::Json).has_value());
  CHECK(may_begin_formatted("2026-1", LogFormat::Text));
  CHECK_FALSE(may_begin_formatted("2026 was", LogFormat::Text));
  CHECK(may_begin_formatted(R"({"ti)", LogFormat::Json));
}

TEST_CASE("how much of a character is missing at the end") {
  CHECK(unfinished_utf8("") == 0);
  CHECK(unfinished_utf8("abc") == 0);
  CHECK(unfinished_utf8("a\xe2") == 1);
  CHECK(unfinished_utf8("a\xe2\x82") == 2);
  CHECK(unfinished_utf8("a\xe2\x82\xac") == 0);
  CHECK(unfinished_utf8("\xf0\x9f\x98") == 3);
  CHECK(unfinished_utf8("\x80\x80\x80\x80") == 0);
  CHECK(unfinished_utf8("\xff") == 0);
}

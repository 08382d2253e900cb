// Any bytes as what a client sends. What must hold, whatever comes in: bytes that come in pieces
// are read as those that come at once; what is kept is bounded; a request that is accepted can be
// read in one way only, which its own head shows; and every refusal is one whole response.
//   front_fuzz tests/fuzz/corpus/front
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "unit/gateway/front/reading.h"

namespace {

using namespace mainstay::gateway;
using namespace mainstay::gateway::testing;

void must(bool holds) {
  if (!holds) std::abort();
}

bool occurs(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void check_request(const WebRequest& request, const RequestLimits& limits) {
  must(request.head.size() <= limits.head && request.headers.size() <= limits.headers);
  must(request.body.size() <= limits.body && request.target.size() <= limits.line);
  must(request.head.starts_with(request.method + " " + request.target + " HTTP/1."));
  must(request.head.ends_with("\r\n\r\n"));
  const std::string path = request.target.substr(0, request.target.find('?'));
  must(path.starts_with('/') && !occurs(path + "/", "/../") && path.size() <= limits.path);
  must(request.header("transfer-encoding").empty());
  // Each line end is CR LF, and there is no other CR, LF or NUL.
  const auto count = [&](char c) { return std::ranges::count(request.head, c); };
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = request.head.find("\r\n", at)) != std::string::npos; at += 2)
    ++lines;
  must(static_cast<std::size_t>(count('\r')) == lines);
  must(static_cast<std::size_t>(count('\n')) == lines && count('\0') == 0);
  // Read again by itself it is the same, and whole.
  const Read again = read_all(request.head + request.body, limits);
  must(!again.refusal && again.requests.size() == 1 && same(again.requests.front(), request));
}

void check_refusal(const BadRequest& why) {
  must(why.status >= 400 && why.status <= 599 && !why.code.empty() && !why.message.empty());
  const std::string answer = refusal_answer(why);
  must(answer.starts_with("HTTP/1.1 ") && occurs(answer, "\r\nConnection: close\r\n"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequestLimits limits;
  if (size % 2 == 0) limits = {.head = 200, .line = 60, .headers = 5, .path = 20, .body = 40};
  const Read whole = read_all(bytes, limits);
  must(same(whole, read_in_pieces(
                       bytes, [] { return std::size_t{1}; }, limits)));
  std::minstd_rand random(static_cast<unsigned>(size));
  must(same(whole, read_in_pieces(
                       bytes, [&] { return 1 + random() % 40; }, limits)));
  for (const WebRequest& request : whole.requests)
    check_request(request, limits);
  if (whole.refusal) check_refusal(*whole.refusal);
  return 0;
}

// Any bytes as a request of the control socket. What must hold, whatever comes in: nothing throws
// or crashes, every request that is answered is answered with one line of valid JSON, and a request
// that is accepted survives being written and read again. With libFuzzer (MAINSTAY_FUZZ, clang):
//   rpc_fuzz tests/fuzz/corpus/rpc
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "control/line_buffer.h"
#include "control/params.h"
#include "control/parsed_params.h"
#include "control/rpc.h"

namespace {

using namespace mainstay::control;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_message(const std::string& text) {
  must(!text.empty() && text.find('\n') == text.size() - 1);
  must(mainstay::parse_trusted_json(text).ok());
}

void check_request(const Request& request) {
  check_message(answer_text(request.id, "{}"));
  static constexpr std::array kNames{std::string_view("targets"), std::string_view("lines"),
                                     std::string_view("wait"), std::string_view("name")};
  Params params(*request.params, kNames);
  params.texts("targets");
  params.whole("lines", 0, 1000);
  params.flag("wait", true);
  params.text("name");
  if (params.problem()) check_message(error_text(request.id, *params.problem()));

  mainstay::Json again{
      {"jsonrpc", "2.0"}, {"method", request.method}, {"params", request.params->object}};
  again["id"] = *mainstay::parse_trusted_json(request.id);
  const auto reread = parse_request(mainstay::dump_json(again));
  must(std::holds_alternative<Request>(reread));
  must(std::get<Request>(reread).method == request.method);
}

void check_line(std::string_view line) {
  const auto parsed = parse_request(line);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
    check_message(error_text(refusal->id, refusal->failure));
  } else if (const auto* request = std::get_if<Request>(&parsed)) {
    check_request(*request);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_line(bytes);
  LineBuffer lines(256);
  for (std::size_t at = 0; at < bytes.size(); at += 7)
    lines.append(bytes.substr(at, 7));
  while (const auto line = lines.take_line())
    check_line(*line);
  return 0;
}

// Any bytes as frames between controller and gateway. What must hold, whatever comes in: nothing
// crashes, no frame is longer than allowed, and a message that is taken says the same when it is
// written and read again. With libFuzzer (MAINSTAY_FUZZ, clang):
//   gateway_fuzz tests/fuzz/corpus/gateway
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "checks/gateway_protocol.h"

namespace {

using namespace mainstay::checks;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_frame(std::string_view frame) {
  const auto message = decode_frame(frame);
  if (!message) return;
  if (const auto* ask = std::get_if<AskHttp>(&*message)) must(problem_of(ask->request).empty());
  const std::string bytes = encode_frame(*message);
  const auto again = decode_frame(std::string_view{bytes}.substr(4));
  must(again.ok());
  // A text for people is made safe to show when it is read: twice changes nothing but its length.
  const bool shown = std::holds_alternative<AnsweredHttp>(*message) ||
                     std::holds_alternative<GatewayNotice>(*message);
  must(shown || *again == *message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_frame(bytes);
  FrameReader reader{kMaxFromGateway};
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    reader.add(bytes.substr(at, 7));
    while (const auto frame = reader.next()) {
      must(!frame->empty() && frame->size() <= kMaxFromGateway);
      check_frame(*frame);
    }
  }
  return 0;
}

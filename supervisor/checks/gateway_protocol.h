// What controller and gateway say to each other over a stream socket: frames of a length (u32) and
// that many bytes, a kind (u8) first. Each side speaks first with Hello and takes the other for
// hostile: sizes, kinds and ranges are checked, and whoever breaks a rule is hung up on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "checks/http_request.h"

namespace mainstay::checks {

inline constexpr std::uint32_t kGatewayVersion = 2;
// The descriptor that is the gateway's end.
inline constexpr int kGatewayDescriptor = 3;
// Requests that may be under way at once.
inline constexpr std::size_t kMaxUnderWay = 4096;

// What the page is set up with: certificates with their chains, users, tokens.
inline constexpr std::size_t kMaxWebSetup = 256 * 1024;
inline constexpr std::size_t kMaxToGateway = kMaxWebSetup + 1024;
inline constexpr std::size_t kMaxFromGateway = 4 * 1024;
inline constexpr std::size_t kMaxHeaders = 100;
inline constexpr std::size_t kMaxUrl = 8 * 1024;
inline constexpr std::size_t kMaxOutcomeText = 512;
inline constexpr std::size_t kMaxNoticeText = 512;

enum class GatewayMessageKind : std::uint8_t {
  Hello = 1,
  // controller → gateway
  HttpRequest = 16,
  Cancel,
  WebSetup,
  // gateway → controller
  HttpOutcome = 64,
  Notice,
};

struct GatewayHello {
  std::uint32_t version = kGatewayVersion;
  bool operator==(const GatewayHello&) const = default;
};
// Answered by one AnsweredHttp, unless it is cancelled. Tokens are never used again.
struct AskHttp {
  std::uint64_t token = 0;
  HttpRequest request;
  bool operator==(const AskHttp&) const = default;
};
// One that is over is ignored: the answer may be on its way.
struct CancelHttp {
  std::uint64_t token = 0;
  bool operator==(const CancelHttp&) const = default;
};
struct AnsweredHttp {
  std::uint64_t token = 0;
  HttpOutcome outcome;
  bool operator==(const AnsweredHttp&) const = default;
};

// What the page is served with from now on; after Hello, and again, whole, when any of it changes.
struct SetUpWeb {
  std::string text;  // web::to_text(), at most kMaxWebSetup: whoever sends it looks first
  bool operator==(const SetUpWeb&) const = default;
};
// For the supervisor's log: what is wrong with what it was told.
struct GatewayNotice {
  std::string text;  // one line
  bool operator==(const GatewayNotice&) const = default;
};

using GatewayMessage =
    std::variant<GatewayHello, AskHttp, CancelHttp, AnsweredHttp, SetUpWeb, GatewayNotice>;

// Why a request cannot be asked, as the end of a sentence about it; empty: it can. Whoever sends
// one looks first.
std::string problem_of(const HttpRequest& request);

// The message as a frame. A long text of an outcome or a notice is cut.
std::string encode_frame(const GatewayMessage& message);
// What a frame holds, without its length; an error when that is no message or breaks a limit.
Result<GatewayMessage> decode_frame(std::string_view frame);

// Frames out of the pieces that a stream gives.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_frame) : max_frame_(max_frame) {}

  void add(std::string_view piece);
  // The next whole frame, valid until the next call of add(); nothing: wait for more.
  std::optional<std::string_view> next();
  // A length was given that is not allowed: nothing that follows can be read.
  bool broken() const { return broken_; }

 private:
  std::size_t max_frame_;
  std::string bytes_;
  std::size_t read_ = 0;
  bool broken_ = false;
};

}  // namespace mainstay::checks

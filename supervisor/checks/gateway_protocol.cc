#include "checks/gateway_protocol.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/regex.h"
#include "base/text.h"

namespace mainstay::checks {

namespace {

using Kind = GatewayMessageKind;

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMaxStatusRanges = 64;
constexpr std::size_t kMaxMethod = 16;
constexpr std::size_t kMaxHeaderBytes = 128 * 1024;
constexpr Duration kMaxTime = std::chrono::hours{24};

void kind(Encoder& out, Kind value) {
  out.u8(static_cast<std::uint8_t>(value));
}

void put(Encoder& out, const GatewayHello& hello) {
  kind(out, Kind::Hello);
  out.u32(hello.version);
}

void put(Encoder& out, const AskHttp& ask) {
  const HttpRequest& request = ask.request;
  kind(out, Kind::HttpRequest);
  out.u64(ask.token);
  out.text(request.url);
  out.text(request.method);
  out.u32(static_cast<std::uint32_t>(request.headers.size()));
  for (const auto& [name, value] : request.headers) {
    out.text(name);
    out.text(value);
  }
  out.u32(static_cast<std::uint32_t>(request.status.size()));
  for (const model::StatusRange& range : request.status) {
    out.u32(static_cast<std::uint32_t>(range.first));
    out.u32(static_cast<std::uint32_t>(range.last));
  }
  out.text(request.body);
  out.flag(request.insecure);
  out.duration(request.timeout);
}

void put(Encoder& out, const CancelHttp& cancel) {
  kind(out, Kind::Cancel);
  out.u64(cancel.token);
}

void put(Encoder& out, const AnsweredHttp& answered) {
  const HttpOutcome& outcome = answered.outcome;
  kind(out, Kind::HttpOutcome);
  out.u64(answered.token);
  out.u8(static_cast<std::uint8_t>(outcome.verdict));
  out.text(std::string_view{outcome.message}.substr(0, kMaxOutcomeText));
  out.u32(static_cast<std::uint32_t>(outcome.status));
  out.duration(outcome.name_lookup);
  out.duration(outcome.connect);
  out.duration(outcome.total);
}

void put(Encoder& out, const SetUpWeb& setup) {
  kind(out, Kind::WebSetup);
  out.text(setup.text);
}

void put(Encoder& out, const GatewayNotice& notice) {
  kind(out, Kind::Notice);
  out.text(std::string_view{notice.text}.substr(0, kMaxNoticeText));
}

// Whether a text that is part of a request line or a header may be sent as it is.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

bool is_status(int code) {
  return code >= 100 && code <= 599;
}

bool take_headers(Decoder& in, HttpRequest& request) {
  const std::uint32_t count = in.u32();
  if (count > kMaxHeaders) return false;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    std::string name = in.text();
    request.headers.insert_or_assign(std::move(name), in.text());
  }
  return true;
}

bool take_ranges(Decoder& in, HttpRequest& request) {
  const std::uint32_t count = in.u32();
  if (count > kMaxStatusRanges) return false;
  request.status.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t first = in.u32();
    request.status.push_back({static_cast<int>(first), static_cast<int>(in.u32())});
  }
  return true;
}

bool is_method(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMethod &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

bool take(Decoder& in, AskHttp& ask) {
  HttpRequest& request = ask.request;
  ask.token = in.u64();
  request.url = in.text();
  request.method = in.text();
  if (!take_headers(in, request) || !take_ranges(in, request)) return false;
  request.body = in.text();
  request.insecure = in.flag();
  request.timeout = in.duration();
  return problem_of(request).empty();
}

std::string problem_of_headers(const HttpRequest& request) {
  if (request.headers.size() > kMaxHeaders)
    return "it has more than " + std::to_string(kMaxHeaders) + " headers";
  std::size_t size = 0;
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || name.find_first_of(": ") != std::string::npos || !is_one_line(name))
      return "'" + name + "' is not the name of a header";
    if (!is_one_line(value)) return "the value of header " + name + " holds a line break";
    size += name.size() + value.size();
  }
  return size <= kMaxHeaderBytes ? "" : "its headers are longer than 128K";
}

// What strangers had a hand in: it is shown to people, in one line.
std::string one_line(std::string_view text) {
  std::string line = escape_for_terminal(text, false);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

bool is_time(Duration time) {
  return time >= Duration{0} && time <= 2 * kMaxTime;
}

bool take(Decoder& in, AnsweredHttp& answered) {
  HttpOutcome& outcome = answered.outcome;
  answered.token = in.u64();
  const std::uint8_t verdict = in.u8();
  outcome.verdict = static_cast<HttpVerdict>(verdict);
  outcome.message = in.text();
  const std::uint32_t status = in.u32();
  outcome.status = static_cast<int>(status & 0xffff);
  outcome.name_lookup = in.duration();
  outcome.connect = in.duration();
  outcome.total = in.duration();
  if (verdict > static_cast<std::uint8_t>(HttpVerdict::Unknown) || status > 999) return false;
  if (outcome.message.size() > kMaxOutcomeText) return false;
  outcome.message = one_line(outcome.message);
  return is_time(outcome.name_lookup) && is_time(outcome.connect) && is_time(outcome.total);
}

bool take(Decoder& in, SetUpWeb& setup) {
  setup.text = in.text();
  return setup.text.size() <= kMaxWebSetup;
}

bool take(Decoder& in, GatewayNotice& notice) {
  notice.text = in.text();
  if (notice.text.size() > kMaxNoticeText) return false;
  notice.text = one_line(notice.text);
  return true;
}

bool take(Decoder& in, GatewayHello& hello) {
  hello.version = in.u32();
  return true;
}

bool take(Decoder& in, CancelHttp& cancel) {
  cancel.token = in.u64();
  return true;
}

template <typename Message>
Result<GatewayMessage> taken(Decoder in, const char* about) {
  Message message;
  if (!take(in, message) || !in.ok() || !in.at_end())
    return Error{std::string{"a bad message ("} + about + ")"};
  return GatewayMessage{std::move(message)};
}

}  // namespace

std::string problem_of(const HttpRequest& request) {
  if (request.url.empty() || request.url.size() > kMaxUrl || !is_one_line(request.url))
    return "its URL is empty, longer than 8K or broken into lines";
  if (!is_method(request.method)) return "'" + request.method + "' is not an HTTP method";
  const bool in_range = std::all_of(request.status.begin(), request.status.end(),
                                    [](const model::StatusRange& range) {
                                      return is_status(range.first) && is_status(range.last);
                                    });
  if (request.status.empty() || request.status.size() > kMaxStatusRanges || !in_range)
    return "its status ranges are none, too many or not within 100-599";
  if (request.body.size() > kMaxRegexBytes) return "the pattern for its body is too long";
  if (request.timeout <= Duration{0} || request.timeout > kMaxTime)
    return "its timeout is none or longer than a day";
  return problem_of_headers(request);
}

std::string encode_frame(const GatewayMessage& message) {
  Encoder body;
  std::visit([&body](const auto& one) { put(body, one); }, message);
  Encoder frame;
  frame.text(body.bytes());
  return frame.take();
}

Result<GatewayMessage> decode_frame(std::string_view frame) {
  Decoder in{frame};
  switch (static_cast<Kind>(in.u8())) {
    case Kind::Hello:
      return taken<GatewayHello>(in, "hello");
    case Kind::HttpRequest:
      return taken<AskHttp>(in, "HTTP request");
    case Kind::Cancel:
      return taken<CancelHttp>(in, "cancel");
    case Kind::HttpOutcome:
      return taken<AnsweredHttp>(in, "HTTP outcome");
    case Kind::WebSetup:
      return taken<SetUpWeb>(in, "web setup");
    case Kind::Notice:
      return taken<GatewayNotice>(in, "notice");
  }
  return Error{"a message of an unknown kind"};
}

void FrameReader::add(std::string_view piece) {
  bytes_.erase(0, std::exchange(read_, 0));
  bytes_.append(piece);
}

std::optional<std::string_view> FrameReader::next() {
  const std::string_view left = std::string_view{bytes_}.substr(read_);
  if (broken_ || left.size() < kLengthBytes) return std::nullopt;
  const std::uint32_t length = Decoder{left}.u32();
  broken_ = length == 0 || length > max_frame_;
  if (broken_ || left.size() - kLengthBytes < length) return std::nullopt;
  read_ += kLengthBytes + length;
  return left.substr(kLengthBytes, length);
}

}  // namespace mainstay::checks

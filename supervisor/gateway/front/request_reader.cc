#include "gateway/front/request_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace mainstay::gateway {

namespace {

std::size_t memory_of(const std::vector<Header>& headers) {
  std::size_t sum = headers.capacity() * sizeof(Header);
  for (const Header& header : headers)
    sum += header.name.capacity() + header.value.capacity();
  return sum;
}

BadRequest not_http(char first) {
  constexpr char kTlsHandshake = 0x16;
  if (first == kTlsHandshake)
    return bad_request("this port speaks http, not https: begin the address with http://");
  return bad_request("this is not HTTP");
}

}  // namespace

std::size_t RequestReader::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::Head && taken < bytes.size())
    taken += take_head(bytes.substr(taken));
  if (state_ == State::Body) taken += take_body(bytes.substr(taken));
  return taken;
}

// Up to the end of a line, at most.
std::size_t RequestReader::take_head(std::string_view bytes) {
  if (head_.empty() && !begins_request(bytes.front())) {
    refuse(not_http(bytes.front()));
    return 0;
  }
  const std::size_t room =
      std::min(limits_.line - (head_.size() - line_begin_), limits_.head - head_bytes_);
  const std::size_t line_end = bytes.substr(0, room).find('\n');
  const std::size_t count =
      line_end == std::string_view::npos ? std::min(room, bytes.size()) : line_end + 1;
  head_.append(bytes.substr(0, count));
  head_bytes_ += count;
  if (line_end != std::string_view::npos) {
    end_line();
  } else if (count == room) {
    refuse_length();
  }
  return count;
}

void RequestReader::refuse_length() {
  if (!line_read_) {
    refuse({414, "too_long",
            fmt::format("a request line may have {} bytes; this one is longer", limits_.line)});
  } else {
    refuse({431, "too_long",
            fmt::format("the head of a request may have {} bytes, and each header {}; this one is "
                        "longer",
                        limits_.head, limits_.line)});
  }
}

void RequestReader::end_line() {
  std::string_view line{head_};
  line.remove_prefix(line_begin_);
  line.remove_suffix(1);
  if (!line.ends_with('\r')) {
    refuse(bad_request("a line of the head does not end with CR LF"));
    return;
  }
  line.remove_suffix(1);
  if (line.find('\r') != std::string_view::npos) {
    refuse(bad_request("a line of the head has a CR inside it"));
  } else {
    read_line(line);
  }
}

void RequestReader::read_line(std::string_view line) {
  if (line.empty() && !line_read_ && !empty_line_) {
    // RFC 9112, 2.2: some clients end a body with a line end that they do not count.
    empty_line_ = true;
    head_.clear();
  } else if (!line_read_) {
    auto read = read_request_line(line, limits_);
    if (auto* bad = std::get_if<BadRequest>(&read)) return refuse(std::move(*bad));
    line_ = std::get<RequestLine>(std::move(read));
    line_read_ = true;
  } else if (line.empty()) {
    end_head();
  } else {
    if (headers_.size() == limits_.headers)
      return refuse(
          {431, "too_long",
           fmt::format("a request may have {} headers; this one has more", limits_.headers)});
    auto read = read_header(line);
    if (auto* bad = std::get_if<BadRequest>(&read)) return refuse(std::move(*bad));
    headers_.push_back(std::get<Header>(std::move(read)));
    // It is between the client and us.
    if (headers_.back().name == "expect") head_.resize(line_begin_);
  }
  line_begin_ = head_.size();
}

void RequestReader::end_head() {
  auto read = read_framing(line_, headers_, limits_);
  if (auto* bad = std::get_if<BadRequest>(&read)) return refuse(std::move(*bad));
  framing_ = std::get<Framing>(read);
  state_ = framing_.body == 0 ? State::Complete : State::Body;
}

std::size_t RequestReader::take_body(std::string_view bytes) {
  const std::size_t count = std::min(bytes.size(), framing_.body - body_.size());
  body_.append(bytes.substr(0, count));
  if (body_.size() == framing_.body) state_ = State::Complete;
  return count;
}

void RequestReader::refuse(BadRequest why) {
  refusal_ = std::move(why);
  state_ = State::Refused;
  std::string{}.swap(head_);  // assigning would keep the memory
  std::vector<Header>{}.swap(headers_);
}

bool RequestReader::take_awaits_go() {
  const bool awaits = state_ == State::Body && framing_.awaits_go && body_.empty();
  return awaits && !std::exchange(announced_, true);
}

WebRequest RequestReader::finish() {
  WebRequest request;
  request.method = std::move(line_.method);
  request.target = std::move(line_.target);
  std::erase_if(headers_, [](const Header& each) { return each.name == "expect"; });
  request.headers = std::move(headers_);
  request.head = std::move(head_);
  request.body = std::move(body_);
  *this = RequestReader{limits_};
  return request;
}

std::size_t RequestReader::held() const {
  return head_.capacity() + body_.capacity() + memory_of(headers_);
}

std::size_t held_by(const WebRequest& request) {
  return request.head.capacity() + request.body.capacity() + memory_of(request.headers);
}

}  // namespace mainstay::gateway

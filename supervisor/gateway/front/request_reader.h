// Bytes of a connection to requests, however they come in pieces. Pure: no socket, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/front/head_rules.h"
#include "gateway/front/limits.h"
#include "gateway/front/refusal_answer.h"
#include "gateway/front/request.h"

namespace mainstay::gateway {

class RequestReader {
 public:
  explicit RequestReader(const RequestLimits& limits) : limits_(limits) {}

  // Takes bytes up to the end of one request, or to where it breaks a rule; says how many.
  std::size_t take(std::string_view bytes);

  // No byte of a request has come.
  bool fresh() const { return state_ == State::Head && head_.empty(); }
  bool complete() const { return state_ == State::Complete; }
  const std::optional<BadRequest>& refusal() const { return refusal_; }
  // The request that was refused is a HEAD.
  bool to_head() const { return line_.method == "HEAD"; }
  // The client waits for a word before it sends the body. True once.
  bool take_awaits_go();

  // Of the complete request: whether the client wants to ask more over this connection.
  bool keep_alive() const { return framing_.keep_alive; }
  // The complete request, without what only the connection knows; the next one may come.
  WebRequest finish();

  // What is kept in memory, in bytes.
  std::size_t held() const;

 private:
  enum class State : std::uint8_t { Head, Body, Complete, Refused };

  std::size_t take_head(std::string_view bytes);
  std::size_t take_body(std::string_view bytes);
  void end_line();
  void read_line(std::string_view line);
  void end_head();
  void refuse(BadRequest why);
  void refuse_length();

  RequestLimits limits_;
  State state_ = State::Head;
  std::optional<BadRequest> refusal_;
  std::size_t head_bytes_ = 0;  // that were taken
  std::size_t line_begin_ = 0;  // in head_
  bool line_read_ = false;      // the request line
  bool empty_line_ = false;     // there was one before it
  bool announced_ = false;      // that the body may come
  RequestLine line_;
  Framing framing_;
  std::vector<Header> headers_;
  std::string head_;
  std::string body_;
};

// Of a request that was taken out of a reader, in bytes.
std::size_t held_by(const WebRequest& request);

}  // namespace mainstay::gateway

#include "gateway/api/upstream_rpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"
#include "gateway/api/json_text.h"
#include "mainstay/access.h"

namespace mainstay::gateway {

namespace {

void append_request(std::string& out, std::uint64_t id, const Actor& actor, std::string_view method,
                    std::string_view params) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{},"as":{{"who":)", id, method,
                 params.empty() ? "{}" : params);
  append_json_string(out, actor.who);
  out += R"(,"from":)";
  append_json_string(out, actor.from);
  fmt::format_to(std::back_inserter(out),
                 R"(,"level":"{}"}}}})"
                 "\n",
                 to_string(actor.level));
}

// A JSON string, also with escapes.
std::string text_of(std::string_view value) {
  if (const auto plain = plain_string(value)) return std::string{*plain};
  const auto parsed = parse_trusted_json(value);
  return parsed && parsed->is_string() ? parsed->get<std::string>() : std::string{};
}

Reply failure_from(std::string_view error) {
  return {false,
          {},
          text_of(json_member(json_member(error, "data"), "code")),
          text_of(json_member(error, "message"))};
}

struct Numbered {
  std::uint64_t id = 0;
  std::string_view text;
};

// A message as the controller writes it (control/rpc.cc): what is between is not even looked at.
std::optional<Numbered> split(std::string_view line, std::string_view before_id,
                              std::string_view after_id, std::string_view end) {
  if (!line.starts_with(before_id) || !line.ends_with(end)) return std::nullopt;
  line.remove_prefix(before_id.size());
  line.remove_suffix(end.size());
  const std::size_t digits = std::min(line.find(','), line.size());
  const auto id = whole_number(line.substr(0, digits));
  line.remove_prefix(digits);
  if (!id || !line.starts_with(after_id)) return std::nullopt;
  return Numbered{*id, line.substr(after_id.size())};
}

Reply unavailable() {
  return {false, {}, "unavailable", "the controller does not answer now; try again in a second"};
}

}  // namespace

RpcUpstream::RpcUpstream(io::Loop& loop, UniqueFd socket,
                         std::function<void(const std::string&)> on_end)
    : on_end_(std::move(on_end)), stream_(loop, std::move(socket)), refuse_(loop, [this] {
        if (!ended_) return end("the controller does not read what it is asked");
        fail_pending();
      }) {
  stream_.start_reading([this](std::string_view piece) { on_data(piece); }, [this] { end(""); });
}

std::uint64_t RpcUpstream::call(const Actor& actor, std::string_view method, std::string params,
                                std::function<void(const Reply&)> done) {
  return follow(actor, method, std::move(params), {}, std::move(done));
}

std::uint64_t RpcUpstream::follow(const Actor& actor, std::string_view method, std::string params,
                                  std::function<void(std::string_view)> on_item,
                                  std::function<void(const Reply&)> done) {
  const std::uint64_t id = ++last_id_;
  pending_.emplace(id, Pending{std::move(on_item), std::move(done)});
  if (ended_ || stream_.queued_bytes() + requests_.size() > kMostUnsent) {
    refuse_.start(Duration{0});
  } else {
    append_request(requests_, id, actor, method, params);
  }
  return id;
}

void RpcUpstream::cancel(std::uint64_t id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const bool stream = found->second.on_item != nullptr;
  pending_.erase(found);
  // A call's answer is dropped when it comes; a stream would go on.
  if (stream && !ended_) tell_stream("stream.cancel", id);
}

void RpcUpstream::more(std::uint64_t id) {
  if (pending_.contains(id) && !ended_) tell_stream("stream.more", id);
}

// The answer is dropped when it comes.
void RpcUpstream::tell_stream(std::string_view method, std::uint64_t id) {
  append_request(requests_, ++last_id_, gateway_itself(), method,
                 fmt::format(R"({{"id":{}}})", id));
}

void RpcUpstream::flush() {
  if (!requests_.empty() && !ended_) stream_.write(std::exchange(requests_, {}));
}

void RpcUpstream::on_data(std::string_view piece) {
  while (!ended_) {
    const std::size_t newline = piece.find('\n');
    if (newline == std::string_view::npos) break;
    if (line_.empty()) {
      on_line(piece.substr(0, newline));
    } else {
      line_ += piece.substr(0, newline);
      on_line(std::exchange(line_, {}));
    }
    piece.remove_prefix(newline + 1);
  }
  if (ended_) return;
  line_ += piece;
  if (line_.size() > kLongestLine) end("the controller sent a message without an end");
}

void RpcUpstream::on_line(std::string_view line) {
  if (const auto answered = split(line, R"({"jsonrpc":"2.0","id":)", R"(,"result":)", "}"))
    return answer(answered->id, {true, std::string{answered->text}, {}, {}});
  if (const auto item =
          split(line, R"({"jsonrpc":"2.0","method":"stream","params":{"id":)", R"(,"item":)", "}}"))
    return on_item(item->id, item->text);
  const auto id = whole_number(json_member(line, "id"));
  const std::string_view error = json_member(line, "error");
  if (id && !error.empty()) return answer(*id, failure_from(error));
  end("the controller sent what is no answer: " + failure_from(error).message);
}

void RpcUpstream::on_item(std::uint64_t id, std::string_view item) {
  const auto found = pending_.find(id);
  if (found == pending_.end() || !found->second.on_item) return;
  const auto see = found->second.on_item;  // a copy: it may cancel
  see(item);
}

void RpcUpstream::answer(std::uint64_t id, const Reply& reply) {
  auto found = pending_.extract(id);
  if (!found.empty()) found.mapped().done(reply);
}

void RpcUpstream::end(const std::string& why) {
  if (ended_) return;
  flush();
  ended_ = true;
  stream_.stop_reading();
  fail_pending();
  on_end_(why);
}

// Whoever is told may cancel others, or ask again.
void RpcUpstream::fail_pending() {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, each] : pending_)
    ids.push_back(id);
  for (const std::uint64_t id : ids)
    answer(id, unavailable());
}

}  // namespace mainstay::gateway

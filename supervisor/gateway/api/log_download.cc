#include "gateway/api/log_download.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

constexpr std::size_t kLongestName = 64;

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

}  // namespace

std::string download_name(std::string_view targets) {
  std::string name;
  for (const char c : targets.substr(0, kLongestName)) {
    const char kept = is_safe(c) ? c : '-';
    // Neither hidden nor an option, and no row of what was left out.
    const bool needless =
        name.empty() ? kept == '.' || kept == '-' : kept == '-' && name.back() == '-';
    if (!needless) name += kept;
  }
  while (name.ends_with('-') || name.ends_with('.'))
    name.pop_back();
  return (name.empty() ? "mainstay" : name) + ".log";
}

void LogDownload::begin(Upstream& upstream, const std::shared_ptr<Visit>& visit) {
  const auto download = std::make_shared<LogDownload>(upstream, visit);
  if (visit->request().method == "HEAD") {
    download->begin_answer();
    return visit->exchange().end();
  }
  download->start();
}

// What the controller tells keeps this alive, and with it the exchange: whoever drops it in the
// middle hangs up.
void LogDownload::start() {
  id_ = upstream_.follow(
      visit_->actor(), "logs.export", dump_json(visit_->arguments.params),
      [self = shared_from_this()](std::string_view item) { self->on_item(item); },
      [self = shared_from_this()](const Reply& reply) { self->on_end(reply); });
  visit_->exchange().on_gone([&upstream = upstream_, id = id_] { upstream.cancel(id); });
  visit_->exchange().on_taken([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_taken();
  });
}

void LogDownload::on_item(std::string_view item) {
  const auto data = plain_string(json_member(item, "data"));
  const auto bytes = data ? from_base64(*data) : std::nullopt;
  if (!bytes || !visit_->exchange().open()) return;
  if (!begun_) begin_answer();
  push(*bytes);
  ++owed_;
  if (visit_->exchange().unread() == 0) on_taken();
}

void LogDownload::on_taken() {
  for (; owed_ > 0; --owed_)
    upstream_.more(id_);
}

// When it fails in the middle, nothing is said: a response without its end is known to be cut.
void LogDownload::on_end(const Reply& reply) {
  if (!reply.ok && !begun_) return visit_->fail(reply);
  if (!reply.ok || !visit_->exchange().open()) return;
  if (!begun_) begin_answer();
  if (is_chunked()) visit_->exchange().push("0\r\n\r\n");
  visit_->exchange().end();
}

// HTTP/1.0 knows the end of a response only by that of the connection.
bool LogDownload::is_chunked() const {
  const std::string_view head = visit_->web().head;
  return !head.substr(0, head.find('\r')).ends_with("HTTP/1.0");
}

void LogDownload::begin_answer() {
  begun_ = true;
  ApiResponse head{.type = "text/plain; charset=utf-8"};
  const std::string name =
      download_name(visit_->path.empty() ? std::string_view{} : visit_->path.front().value);
  head.headers.emplace_back("Content-Disposition",
                            fmt::format("attachment; filename=\"{}\"", name));
  if (is_chunked()) head.headers.emplace_back("Transfer-Encoding", "chunked");
  if (!visit_->visitor.set_cookie.empty())
    head.headers.emplace_back("Set-Cookie", visit_->visitor.set_cookie);
  visit_->exchange().begin(HttplibAdapter::stream_head(head));
}

void LogDownload::push(std::string_view bytes) {
  if (bytes.empty()) return;
  if (!is_chunked()) return visit_->exchange().push(bytes);
  std::string chunk = fmt::format("{:x}\r\n", bytes.size());
  visit_->exchange().push(chunk.append(bytes).append("\r\n"));
}

}  // namespace mainstay::gateway

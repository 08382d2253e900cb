#include "control/log_exports.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "control/log_lines.h"
#include "control/service_object.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kPiece = 48 * 1024;  // of a log in one item; base64 makes a third more of it

std::string end_text(const std::vector<std::string>& problems) {
  JsonWriter out;
  out.open_object().key("ended").flag(true);
  if (!problems.empty()) write_texts(out, "problems", problems);
  out.close_object();
  return out.take();
}

std::string log_of(const logs::Line& line) {
  return fmt::format("{}/{}", line.instance, logs::to_string(line.stream));
}

}  // namespace

void LogExports::add(const Call& call, LogWish wish, const std::vector<InstanceId>& instances) {
  if (exports_.size() >= kMost) {
    return call.fail(
        {RpcError::Failed, "too_many_requests",
         fmt::format("{} logs are being exported already; try again when one is done", kMost)});
  }
  auto sources = log_sources(parts_.controller, instances, wish.only, parts_.clock());
  auto reading = std::make_shared<logs::LogReading>(parts_.facts.log_dir, std::move(sources),
                                                    wish.query, std::move(wish.filter));
  exports_.push_back(std::make_unique<Export>(
      Export{.number = ++last_number_, .call = call, .reading = std::move(reading)}));
  feed(*exports_.back());
}

bool LogExports::more(const Call& asker, const std::string& id) {
  const auto found = std::ranges::find_if(exports_, [&](const auto& each) {
    return each->call.open() && each->call.id() == id && each->call.is_of_client_of(asker);
  });
  if (found == exports_.end()) return false;
  ++(*found)->credit;
  feed(**found);
  return true;
}

// The call is closed when this object is gone: only then may `this` not be touched.
void LogExports::on_read(std::uint64_t number) {
  const auto found =
      std::ranges::find(exports_, number, [](const auto& each) { return each->number; });
  if (found == exports_.end()) return;
  append(**found);
  feed(**found);
}

void LogExports::append(Export& exported) {
  for (const logs::Line& line : std::exchange(exported.reading->lines(), {})) {
    const std::string log = log_of(line);
    // A line of another log came between the pieces of one: both stay lines of their own.
    if (!exported.unfinished.empty() && (exported.unfinished != log || !line.continued))
      exported.unsent += '\n';
    exported.unsent += line.text;
    exported.unfinished = line.partial ? log : std::string{};
    if (!line.partial) exported.unsent += '\n';
  }
}

void LogExports::feed(Export& exported) {
  if (exported.reading->is_busy()) return;
  while (!exported.unsent.empty() && exported.credit > 0 && exported.call.keeps_up())
    send_piece(exported);
  if (!exported.unsent.empty() || !exported.call.open()) return;
  if (exported.reading->past_ended())
    return exported.call.answer(end_text(exported.reading->problems()));
  if (exported.credit == 0) return;
  exported.reading->read_past(parts_.loop, [this, call = exported.call, number = exported.number] {
    if (call.open()) on_read(number);
  });
}

void LogExports::send_piece(Export& exported) {
  const auto piece = std::string_view{exported.unsent}.substr(exported.sent, kPiece);
  JsonWriter out;
  out.open_object().key("data").text(to_base64(piece)).close_object();
  exported.call.item(out.take());
  --exported.credit;
  exported.sent += piece.size();
  if (exported.sent < exported.unsent.size()) return;
  exported.unsent.clear();
  exported.sent = 0;
}

void LogExports::after_settle() {
  std::erase_if(exports_, [](const auto& each) { return !each->call.open(); });
  for (const auto& each : exports_)
    feed(*each);
}

}  // namespace mainstay::control

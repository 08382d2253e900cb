#include "logs/losses.h"

#include <algorithm>

#include "base/bytes.h"

namespace mainstay::logs {

namespace {

// StateStore's slots end there (process/state_store.h); a loss beyond is counted, but not kept.
constexpr std::uint32_t kMaxSlots = 65536;

std::string encode_loss(const std::string& file, const Loss& loss) {
  Encoder out;
  out.text(file);
  out.u64(loss.bytes);
  out.u64(loss.lines);
  out.wall(loss.since);
  out.wall(loss.until);
  out.flag(loss.mark_at.has_value());
  out.u64(loss.mark_at.value_or(0));
  out.u64(loss.total_bytes);
  out.u64(loss.total_lines);
  return out.take();
}

std::optional<std::pair<std::string, Loss>> decode_loss(std::string_view bytes) {
  Decoder in{bytes};
  std::pair<std::string, Loss> read;
  read.first = in.text();
  Loss& loss = read.second;
  loss.bytes = in.u64();
  loss.lines = in.u64();
  loss.since = in.wall();
  loss.until = in.wall();
  const bool planned = in.flag();
  const std::uint64_t place = in.u64();
  if (planned) loss.mark_at = place;
  loss.total_bytes = in.u64();
  loss.total_lines = in.u64();
  return in.ok() && in.at_end() ? std::optional{std::move(read)} : std::nullopt;
}

}  // namespace

Losses::Losses(runtime::StateStore* store, std::span<const Record> records) : store_(store) {
  for (const auto& [slot, bytes] : records) {
    next_slot_ = std::max(next_slot_, slot + 1);
    auto read = decode_loss(bytes);
    if (!read) continue;
    total_bytes_ += read->second.total_bytes;
    total_lines_ += read->second.total_lines;
    entries_[std::move(read->first)] = {slot, read->second};
  }
}

const Loss* Losses::find(const std::string& file) const {
  const auto found = entries_.find(file);
  return found == entries_.end() ? nullptr : &found->second.loss;
}

void Losses::add(const std::string& file, std::uint64_t bytes, std::uint64_t lines, WallTime now) {
  const auto [place, is_new] = entries_.try_emplace(file);
  Entry& entry = place->second;
  if (is_new) entry.slot = next_slot_++;
  Loss& loss = entry.loss;
  if (!loss.open()) loss.since = now;
  loss.until = now;
  loss.mark_at.reset();
  loss.bytes += bytes;
  loss.lines += lines;
  loss.total_bytes += bytes;
  loss.total_lines += lines;
  total_bytes_ += bytes;
  total_lines_ += lines;
  put(file, entry);
}

void Losses::plan_mark(const std::string& file, std::optional<std::uint64_t> place,
                       WallTime until) {
  Entry& entry = entries_.at(file);
  entry.loss.mark_at = place;
  entry.loss.until = until;
  put(file, entry);
}

void Losses::close(const std::string& file) {
  Entry& entry = entries_.at(file);
  entry.loss.bytes = 0;
  entry.loss.lines = 0;
  entry.loss.mark_at.reset();
  put(file, entry);
}

void Losses::put(const std::string& file, const Entry& entry) {
  if (store_ != nullptr && entry.slot < kMaxSlots)
    store_->put(entry.slot, encode_loss(file, entry.loss));
}

}  // namespace mainstay::logs

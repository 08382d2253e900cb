#include "process/packet_queue.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace mainstay::process {

namespace {

constexpr std::size_t kKeptBytes = 16 * 1024;

}  // namespace

void PacketQueue::push(std::string_view head, std::string_view tail, std::vector<UniqueFd> fds) {
  assert(fds.size() <= keeper::kMaxMessageFds);
  Packet& packet = packets_.emplace_back();
  packet.bytes = head.size() + tail.size();
  std::ranges::move(fds, packet.fds.begin());
  bytes_.append(head).append(tail);
}

keeper::Transfer PacketQueue::send_first(int socket) const {
  const Packet& packet = packets_.front();
  std::array<int, keeper::kMaxMessageFds> fds{};
  std::ranges::transform(packet.fds, fds.begin(), &UniqueFd::get);
  return keeper::send_packet(socket, bytes_.data() + begin_, packet.bytes, fds.data(), fds.size());
}

void PacketQueue::pop() {
  begin_ += packets_.front().bytes;
  packets_.pop_front();
  if (packets_.empty()) return clear();
  if (begin_ < kKeptBytes || begin_ < bytes_.size() / 2) return;
  bytes_.erase(0, std::exchange(begin_, 0));
}

void PacketQueue::take(PacketQueue& other) {
  bytes_.append(other.bytes_, other.begin_);
  std::ranges::move(other.packets_, std::back_inserter(packets_));
  other.clear();
}

void PacketQueue::clear() {
  packets_.clear();
  begin_ = 0;
  bytes_.clear();
  if (bytes_.capacity() > kKeptBytes) bytes_.shrink_to_fit();
}

}  // namespace mainstay::process

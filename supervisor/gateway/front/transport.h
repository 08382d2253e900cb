// One client's bytes in both directions, with or without TLS. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "gateway/front/tls.h"
#include "io/stream.h"

namespace mainstay::gateway {

class Transport {
 public:
  // What it tells. None comes after close(), and any of them may close it.
  struct Hooks {
    std::function<void(std::string_view)> on_data;  // plain, whatever the network sees
    std::function<void()> on_end;                   // nothing more comes; see broken()
    std::function<void()> on_drained;               // what was written is out
    std::function<void()> on_not_tls;  // instead of data; from here on nothing is encrypted
  };

  // Takes a connected TCP socket; `context` may be null: no TLS.
  Transport(io::Loop& loop, UniqueFd socket, std::shared_ptr<const TlsContext> context);

  void start(Hooks hooks);
  void read(bool wanted);  // the kernel keeps what is not wanted now
  void write(std::string bytes);
  // The end for the other side, once everything is out. Reading goes on.
  void finish();
  void close();  // at once; what is not out is lost

  bool encrypted() const { return tls_.has_value(); }
  // Written and not yet taken by the kernel.
  std::size_t queued_bytes() const;
  // In memory for that.
  std::size_t held_bytes() const;
  // Of all that was ever written, what the kernel took.
  std::int64_t taken_bytes() const;
  // At on_end: the connection is gone both ways, not only the other side's half of it.
  bool broken() const { return broken_; }

 private:
  void receive(std::string_view bytes);
  void receive_tls(std::string_view bytes);
  void flush();
  std::string next_piece();
  void send_on(std::string bytes);
  void written();
  void end();

  std::unique_ptr<io::TcpStream> stream_;
  std::optional<TlsSession> tls_;
  Hooks hooks_;
  // Kept here, from `given_` on, rather than in the stream: what a stream holds when it is closed
  // is freed later in the turn, and in one turn many may be closed because too much is held.
  std::string pending_;
  std::size_t given_ = 0;
  std::size_t written_ = 0;
  bool reading_ = false;
  bool heard_ = false;
  bool finishing_ = false;
  bool broken_ = false;
};

}  // namespace mainstay::gateway

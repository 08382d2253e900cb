// Byte streams over Unix sockets (uv_pipe) and TCP (uv_tcp), as server and as accepted connection.
// Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "io/loop.h"

namespace mainstay::io {

// Who is at the other end of a Unix socket (SO_PEERCRED), as of its connect().
struct Peer {
  unsigned uid = 0;
  unsigned gid = 0;
  int pid = 0;
};

class Stream {
 public:
  // Takes a connected descriptor, of a Unix socket.
  Stream(Loop& loop, UniqueFd fd);
  virtual ~Stream();  // closes at once; what was not written is lost
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // `on_data` gets each piece as it comes (valid during the call only). `on_end` comes once, at the
  // end of input or on an error. Either may destroy the stream.
  void start_reading(std::function<void(std::string_view)> on_data, std::function<void()> on_end);
  void stop_reading();

  // Queues; `on_written` (may be empty) comes when these bytes are out or can never be (the other
  // end is gone, which lost() and, to a reader, `on_end` tell), and never after the stream is gone.
  // SIGPIPE must be ignored in the process.
  void write(std::string bytes, std::function<void()> on_written = {});
  // What the kernel takes of it at once, in bytes; none while anything is queued, or when the other
  // end is gone.
  std::size_t try_write(std::string_view bytes);
  // Bytes queued and not yet taken by the kernel.
  std::size_t queued_bytes() const;
  // Something could not be written, nor will anything more be: the other end is gone.
  bool lost() const;
  // Says the end to the other side once everything queued is out; reading goes on. Nothing may be
  // written any more.
  void shut_down();

  Result<Peer> peer() const;

 protected:
  struct Handle;
  explicit Stream(Handle* handle) : handle_(handle) {}
  int fd() const;

  Handle* handle_;
};

// Who is at the other end of a TCP connection.
struct PeerAddress {
  std::string address;  // "127.0.0.1", "::1"; IPv4 over an IPv6 socket is IPv4
  std::uint16_t port = 0;
  bool loopback = false;  // comes from 127.0.0.0/8 or ::1: from this machine
  // What one client has for itself: its address, or the /64 around one of IPv6, "2001:db8:0:1::".
  std::string network{};
};

// Small writes go out at once (TCP_NODELAY), and an end that vanished without a word is found out
// after minutes (keep-alive).
class TcpStream final : public Stream {
 public:
  // Takes a connected TCP socket.
  TcpStream(Loop& loop, UniqueFd fd);

  // How much the kernel keeps of what the other side does not take. It is a wish: the kernel knows
  // a least and a most of its own.
  void set_send_buffer(int bytes);
  // What the other side has not taken when the stream is closed is dropped by the kernel as well.
  void drop_unsent_at_close();
  // Fails once the connection is gone.
  Result<PeerAddress> peer_address() const;
};

// The other end of a connected TCP socket.
Result<PeerAddress> peer_address_of(int fd);

// Accepts connections on a listening socket, Unix or TCP.
class Listener {
 public:
  // Takes a bound socket that listens already. `on_connection` gets each accepted descriptor, which
  // is non-blocking and close-on-exec. Out of descriptors, it sheds the connection and goes on;
  // when even that cannot be done it rests for a moment, so that it does not spin.
  Listener(Loop& loop, UniqueFd fd, std::function<void(UniqueFd)> on_connection);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  void accept_all();
  bool shed_one();
  void rest();

  UniqueFd fd_;
  // Given up for a moment to accept and close a connection when descriptors ran out.
  UniqueFd reserve_;
  std::function<void(UniqueFd)> on_connection_;
  FdWatch watch_;
  Timer rested_;
};

}  // namespace mainstay::io

// TLS (OpenSSL) between bytes and bytes: no socket, no loop. The one place of the incoming half
// that knows OpenSSL's TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mainstay::gateway {

// A certificate and its key: what new connections get. Cheap to share; replaced by making another.
class TlsContext {
 public:
  // PEM texts: the certificate first, then its chain; the key without a passphrase. The error says
  // what is wrong with which of the two. TLS 1.2 and newer. A certificate whose time is over is
  // taken as well: clients say so, and a page with a warning is better than none; see expires_at().
  static Result<std::shared_ptr<const TlsContext>> make(const std::string& certificate_chain,
                                                        const std::string& key);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Until when the certificate is good, in seconds since 1970.
  std::int64_t expires_at() const;

 private:
  friend class TlsSession;
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One connection's. After an error (false) nothing but take_outgoing() makes sense.
class TlsSession {
 public:
  explicit TlsSession(std::shared_ptr<const TlsContext> context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Bytes from the network; what they mean is appended to `plain`. False: the peer broke TLS, or
  // ended it (then ended()).
  bool receive(std::string_view bytes, std::string& plain);
  // Bytes for the peer; kept until the handshake is done.
  bool send(std::string_view plain);
  // The orderly end.
  void close();
  // What is to be written to the network now: after every receive(), send() and close().
  std::string take_outgoing();
  bool ended() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::gateway

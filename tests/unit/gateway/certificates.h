// Certificates made for a test, and a client of TLS that talks to a TlsSession in memory.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/front/tls.h"

namespace mainstay::gateway::testing {

struct Made {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

struct Wish {
  std::string name = "localhost";
  long begins_in = -60;  // seconds from now
  long ends_in = 3600;
  std::string passphrase{};         // of the key
  const Made* signed_by = nullptr;  // nothing: by itself
};

Made make_certificate(const Wish& wish = {});

class Client {
 public:
  // Newest version it speaks; the protocols as ALPN writes them.
  explicit Client(int newest = TLS1_3_VERSION, std::string protocols = "\x08http/1.1");
  ~Client();

  // Moves bytes both ways, `at_once` at a time, until nobody has any more. False: the session said
  // that it is over.
  bool talk(TlsSession& session, std::size_t at_once = 1 << 20);
  bool connected() const { return SSL_is_init_finished(ssl_) == 1; }
  void send(std::string_view plain);
  void shut_down() { SSL_shutdown(ssl_); }
  bool renegotiate() { return SSL_renegotiate(ssl_) == 1 && SSL_do_handshake(ssl_) == 1; }
  SSL* ssl() { return ssl_; }

  std::string received;         // from the session
  std::string heard_by_server;  // what the session made of what was sent
  bool server_ended = false;

 private:
  bool give_all(TlsSession& session, std::size_t at_once);
  void read();

  SSL_CTX* context_;
  SSL* ssl_;
};

}  // namespace mainstay::gateway::testing

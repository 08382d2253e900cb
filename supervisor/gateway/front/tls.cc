#include "gateway/front/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "gateway/front/tls_pem.h"

namespace mainstay::gateway {

namespace {

// Forward secrecy and authenticated encryption only; those of TLS 1.3 all are.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kProtocol{"\x08http/1.1", 9};  // as ALPN writes it (RFC 7301)

using ContextPointer = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Freed<SSL_free>>;

// A client that offers protocols but not ours is told so: what it would speak, we would not
// understand.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  const std::string_view all{reinterpret_cast<const char*>(offered), offered_size};
  for (std::size_t at = 0; at < all.size();) {
    const std::string_view entry = all.substr(at, 1 + static_cast<unsigned char>(all[at]));
    if (entry == kProtocol) {
      *out = offered + at + 1;
      *size = static_cast<unsigned char>(kProtocol.size() - 1);
      return SSL_TLSEXT_ERR_OK;
    }
    at += entry.size();
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Connections that wait are many: they keep no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets are kept by the client
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1;
}

// 0 for a time before 1970 and one that cannot be read.
std::int64_t seconds_of(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>> epoch{ASN1_TIME_set(nullptr, 0)};
  int days = 0;
  int seconds = 0;
  if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1 || days < 0) return 0;
  return std::int64_t{days} * 86400 + seconds;
}

// The two ends that a session reads from and writes to. Nothing is kept between calls beyond what
// is here: a BIO of OpenSSL's own would hold its largest buffer for as long as the client stays.
struct Wire {
  std::string_view incoming;
  std::string outgoing;
};

int read_wire(BIO* bio, char* to, int size) {
  auto* wire = static_cast<Wire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto taken = std::min(wire->incoming.size(), static_cast<std::size_t>(std::max(size, 0)));
  if (taken == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(to, wire->incoming.data(), taken);
  wire->incoming.remove_prefix(taken);
  return static_cast<int>(taken);
}

int write_wire(BIO* bio, const char* bytes, int size) {
  if (size > 0)
    static_cast<Wire*>(BIO_get_data(bio))->outgoing.append(bytes, static_cast<std::size_t>(size));
  return size;
}

long control_wire(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* wire_method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, read_wire);
    BIO_meth_set_write(made, write_wire);
    BIO_meth_set_ctrl(made, control_wire);
    return made;
  }();
  return kMethod;
}

}  // namespace

struct TlsContext::State {
  ContextPointer context;
  std::int64_t expires_at = 0;
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}

TlsContext::~TlsContext() = default;

std::int64_t TlsContext::expires_at() const {
  return state_->expires_at;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const std::string& certificate_chain,
                                                           const std::string& key_text) {
  const auto chain = certificates_in(certificate_chain);
  if (!chain) return chain.error();
  const auto key = key_in(key_text);
  if (!key) return key.error();
  auto state = std::make_unique<State>();
  state->context.reset(SSL_CTX_new(TLS_server_method()));
  if (!state->context || !set_rules(state->context.get()))
    return Error{"cannot set TLS up: " + openssl_reason()};
  if (Status used = use_certificates(state->context.get(), *chain, *key); !used)
    return used.error();
  state->expires_at = seconds_of(X509_get0_notAfter(chain->front().get()));
  return std::shared_ptr<const TlsContext>{new TlsContext{std::move(state)}};
}

struct TlsSession::State {
  std::shared_ptr<const TlsContext> context;
  Wire wire;
  Connection ssl;
  std::string waiting;  // to be sent, once the handshake is done
  bool broken = false;
  bool ended = false;

  bool fail() {
    ERR_clear_error();
    broken = true;
    waiting.clear();
    return false;
  }
  // True as well when it needs more bytes.
  bool shake_hands();
  bool write(std::string_view plain);
  bool read(std::string& plain);
};

bool TlsSession::State::shake_hands() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl.get());
  if (done != 1) return SSL_get_error(ssl.get(), done) == SSL_ERROR_WANT_READ || fail();
  return write(std::exchange(waiting, {}));
}

// The wire takes everything, so a piece is written whole or never.
bool TlsSession::State::write(std::string_view plain) {
  while (!plain.empty()) {
    ERR_clear_error();
    std::size_t put = 0;
    if (SSL_write_ex(ssl.get(), plain.data(), plain.size(), &put) != 1) return fail();
    plain.remove_prefix(put);
  }
  return true;
}

bool TlsSession::State::read(std::string& plain) {
  std::array<char, 16 * 1024> piece;  // the most that a record holds
  while (true) {
    ERR_clear_error();
    std::size_t got = 0;
    const int done = SSL_read_ex(ssl.get(), piece.data(), piece.size(), &got);
    if (done == 1) {
      plain.append(piece.data(), got);
      continue;
    }
    const int error = SSL_get_error(ssl.get(), done);
    if (error == SSL_ERROR_WANT_READ) return true;
    if (error != SSL_ERROR_ZERO_RETURN) return fail();
    ended = true;
    return false;
  }
}

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context)
    : state_(std::make_unique<State>()) {
  state_->context = std::move(context);
  state_->ssl.reset(SSL_new(state_->context->state_->context.get()));
  BIO* wire = state_->ssl ? BIO_new(wire_method()) : nullptr;
  if (wire == nullptr) {
    state_->fail();
    return;
  }
  BIO_set_data(wire, &state_->wire);
  BIO_set_init(wire, 1);
  SSL_set_bio(state_->ssl.get(), wire, wire);
  SSL_set_accept_state(state_->ssl.get());
}

TlsSession::~TlsSession() = default;

bool TlsSession::receive(std::string_view bytes, std::string& plain) {
  if (state_->broken || state_->ended) return false;
  state_->wire.incoming = bytes;
  bool good = SSL_is_init_finished(state_->ssl.get()) == 1 || state_->shake_hands();
  if (good && SSL_is_init_finished(state_->ssl.get()) == 1) good = state_->read(plain);
  state_->wire.incoming = {};
  return good;
}

bool TlsSession::send(std::string_view plain) {
  if (state_->broken) return false;
  if (SSL_is_init_finished(state_->ssl.get()) == 1) return state_->write(plain);
  state_->waiting.append(plain);
  return true;
}

void TlsSession::close() {
  if (state_->broken || SSL_is_init_finished(state_->ssl.get()) != 1) return;
  ERR_clear_error();
  SSL_shutdown(state_->ssl.get());
  ERR_clear_error();
}

std::string TlsSession::take_outgoing() {
  return std::exchange(state_->wire.outgoing, {});
}

bool TlsSession::ended() const {
  return state_->ended;
}

}  // namespace mainstay::gateway

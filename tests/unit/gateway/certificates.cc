#include "unit/gateway/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace mainstay::gateway::testing {

namespace {

std::string taken(BIO* from) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(from, &bytes);
  std::string text{bytes, static_cast<std::size_t>(size)};
  BIO_free(from);
  return text;
}

BIO* over(const std::string& text) {
  return BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
}

std::string key_text(EVP_PKEY* key, const std::string& passphrase) {
  BIO* out = BIO_new(BIO_s_mem());
  const bool locked = !passphrase.empty();
  PEM_write_bio_PKCS8PrivateKey(out, key, locked ? EVP_aes_256_cbc() : nullptr,
                                locked ? passphrase.c_str() : nullptr,
                                static_cast<int>(passphrase.size()), nullptr, nullptr);
  return taken(out);
}

void sign(X509* certificate, EVP_PKEY* own, const Made* issuer) {
  if (issuer == nullptr) {
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_sign(certificate, own, EVP_sha256());
    return;
  }
  BIO* text = over(issuer->certificate);
  X509* above = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  BIO* key_source = over(issuer->key);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_source, nullptr, nullptr, nullptr);
  X509_set_issuer_name(certificate, X509_get_subject_name(above));
  X509_sign(certificate, key, EVP_sha256());
  EVP_PKEY_free(key);
  X509_free(above);
  BIO_free(text);
  BIO_free(key_source);
}

}  // namespace

Made make_certificate(const Wish& wish) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.begins_in);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.ends_in);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
  sign(certificate, key, wish.signed_by);
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  Made made{taken(out), key_text(key, wish.passphrase)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

Client::Client(int newest, std::string protocols)
    : context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
  SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_, newest);
  SSL_CTX_set_security_level(context_, 0);  // it is the server that must refuse
  ssl_ = SSL_new(context_);
  SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl_);
}

Client::~Client() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

void Client::send(std::string_view plain) {
  SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
}

void Client::read() {
  SSL_do_handshake(ssl_);
  char piece[4096];
  while (true) {
    const int got = SSL_read(ssl_, piece, sizeof piece);
    if (got <= 0) break;
    received.append(piece, static_cast<std::size_t>(got));
  }
  server_ended = (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

bool Client::give_all(TlsSession& session, std::size_t at_once) {
  std::string bytes(1 << 20, '\0');
  const int got = BIO_read(SSL_get_wbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
  for (std::size_t at = 0; at < bytes.size(); at += at_once) {
    if (!session.receive(std::string_view{bytes}.substr(at, at_once), heard_by_server))
      return false;
  }
  return true;
}

bool Client::talk(TlsSession& session, std::size_t at_once) {
  bool good = true;
  while (true) {
    read();
    const bool had_some = BIO_pending(SSL_get_wbio(ssl_)) > 0;
    good = give_all(session, at_once) && good;
    const std::string answer = session.take_outgoing();
    BIO_write(SSL_get_rbio(ssl_), answer.data(), static_cast<int>(answer.size()));
    if (!had_some && answer.empty()) return good;
  }
}

}  // namespace mainstay::gateway::testing

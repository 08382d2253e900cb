#include "gateway/front/tls_pem.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace mainstay::gateway {

namespace {

using BioPointer = std::unique_ptr<BIO, Freed<BIO_free>>;

BioPointer reader_of(const std::string& text) {
  const auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  return BioPointer{BIO_new_mem_buf(text.data(), static_cast<int>(std::min(text.size(), most)))};
}

bool is_only_the_end() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

int note_that_a_passphrase_is_wanted(char*, int, int, void* wanted) {
  *static_cast<bool*>(wanted) = true;
  return -1;
}

Error misfit(const std::vector<Certificate>& chain, const Key& key) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_private_key(chain[i].get(), key.get()) == 1) {
      return Error{
          fmt::format("the TLS key belongs to certificate {} of the file; it has to be the "
                      "first, its chain follows it",
                      i + 1)};
    }
  }
  return Error{"the TLS key does not belong to the TLS certificate"};
}

}  // namespace

std::string openssl_reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* text = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return text != nullptr ? text : "it cannot be used";
}

Result<std::vector<Certificate>> certificates_in(const std::string& text) {
  const BioPointer source = reader_of(text);
  std::vector<Certificate> found;
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr))
    found.emplace_back(next);
  if (!is_only_the_end()) {
    return Error{fmt::format("cannot read the TLS certificate: number {} in it is damaged: {}",
                             found.size() + 1, openssl_reason())};
  }
  ERR_clear_error();
  if (found.empty()) {
    return Error{
        "cannot read the TLS certificate: there is none in it; it is to be PEM, with "
        "'-----BEGIN CERTIFICATE-----'"};
  }
  return found;
}

Result<Key> key_in(const std::string& text) {
  const BioPointer source = reader_of(text);
  bool wants_passphrase = false;
  ERR_clear_error();
  Key key{PEM_read_bio_PrivateKey(source.get(), nullptr, note_that_a_passphrase_is_wanted,
                                  &wants_passphrase)};
  if (key) return key;
  const std::string why = openssl_reason();
  if (wants_passphrase) {
    return Error{
        "cannot read the TLS key: it is protected by a passphrase, which nobody could type "
        "at every start; write it without: openssl pkey -in KEY -out NEW"};
  }
  if (text.find("PRIVATE KEY-----") == std::string::npos) {
    return Error{
        "cannot read the TLS key: there is none in it; it is to be PEM, with "
        "'-----BEGIN PRIVATE KEY-----'"};
  }
  return Error{"cannot read the TLS key: it is damaged: " + why};
}

Status use_certificates(SSL_CTX* context, const std::vector<Certificate>& chain, const Key& key) {
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    const Error why = misfit(chain, key);
    ERR_clear_error();
    return why;
  }
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    return Error{"cannot use the TLS certificate: " + openssl_reason()};
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return Error{"cannot use the TLS key: " + openssl_reason()};
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return Error{
          fmt::format("cannot use certificate {} of the chain: {}", i + 1, openssl_reason())};
  }
  return {};
}

}  // namespace mainstay::gateway

// Certificates and keys as OpenSSL holds them, from PEM texts.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace mainstay::gateway {

template <auto function>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// What OpenSSL says of the oldest error in this thread's queue, which is emptied.
std::string openssl_reason();

// At least one.
Result<std::vector<Certificate>> certificates_in(const std::string& text);
Result<Key> key_in(const std::string& text);
// `context` serves the first certificate with the key, and the others as its chain.
Status use_certificates(SSL_CTX* context, const std::vector<Certificate>& chain, const Key& key);

}  // namespace mainstay::gateway

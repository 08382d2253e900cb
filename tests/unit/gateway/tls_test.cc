#include "gateway/front/tls.h"

#include <doctest/doctest.h>

#include <ctime>
#include <random>

#include "unit/gateway/certificates.h"

using namespace mainstay;
using namespace mainstay::gateway;
using mainstay::gateway::testing::Client;
using mainstay::gateway::testing::Made;
using mainstay::gateway::testing::make_certificate;

namespace {

std::shared_ptr<const TlsContext> context() {
  static const Made made = make_certificate();
  static const auto made_context = *TlsContext::make(made.certificate, made.key);
  return made_context;
}

std::string problem(const std::string& certificate, const std::string& key) {
  const auto made = TlsContext::make(certificate, key);
  REQUIRE(!made.ok());
  return made.error().message;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a client and a session agree, and speak in both directions") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      CAPTURE(version);
      CAPTURE(at_once);
      TlsSession session{context()};
      Client client{version};
      CHECK(client.talk(session, at_once));
      REQUIRE(client.connected());
      CHECK(SSL_version(client.ssl()) == version);
      client.send("GET / HTTP/1.1\r\n\r\n");
      CHECK(client.talk(session, at_once));
      CHECK(client.heard_by_server == "GET / HTTP/1.1\r\n\r\n");
      CHECK(session.send("HTTP/1.1 200 OK\r\n\r\n"));
      CHECK(client.talk(session, at_once));
      CHECK(client.received == "HTTP/1.1 200 OK\r\n\r\n");
      CHECK(!session.ended());
    }
  }
}

TEST_CASE("large answers arrive whole") {
  TlsSession session{context()};
  Client client;
  CHECK(client.talk(session));
  std::string large;
  for (int i = 0; large.size() < 3'000'000; ++i)
    large += std::to_string(i);
  CHECK(session.send(large));
  CHECK(client.talk(session));
  CHECK(client.received == large);
}

TEST_CASE("what is sent before the handshake is done arrives after it") {
  TlsSession session{context()};
  CHECK(session.send("early "));
  CHECK(session.send("words"));
  CHECK(session.take_outgoing().empty());
  Client client;
  CHECK(client.talk(session));
  CHECK(client.received == "early words");
}

TEST_CASE("either end says good-bye") {
  TlsSession session{context()};
  Client client;
  CHECK(client.talk(session));
  SUBCASE("the session") {
    session.send("bye");
    session.close();
    client.talk(session);
    CHECK(client.received == "bye");
    CHECK(client.server_ended);
  }
  SUBCASE("the client") {
    client.send("bye");
    client.shut_down();
    CHECK(!client.talk(session));
    CHECK(client.heard_by_server == "bye");
    CHECK(session.ended());
    std::string more;
    CHECK(!session.receive("anything", more));
  }
}

TEST_CASE("versions before 1.2 are refused") {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsSession session{context()};
    Client client{version};
    CHECK(!client.talk(session));
    CHECK(!client.connected());
    CHECK(!session.ended());
  }
}

TEST_CASE("ciphers without forward secrecy or authentication are refused") {
  for (const char* cipher : {"AES256-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256"}) {
    CAPTURE(cipher);
    TlsSession session{context()};
    Client client{TLS1_2_VERSION};
    REQUIRE(SSL_set_cipher_list(client.ssl(), cipher) == 1);
    CHECK(!client.talk(session));
    CHECK(!client.connected());
  }
}

TEST_CASE("HTTP/1.1 is chosen among the protocols, and nothing else is spoken") {
  struct Case {
    std::string offered;
    bool works;
  };
  for (const auto& each : {Case{"\x02h2\x08http/1.1", true}, Case{"", true}, Case{"\x02h2", false},
                           Case{"\x08http/1.0", false}}) {
    CAPTURE(each.offered);
    TlsSession session{context()};
    Client client{TLS1_3_VERSION, each.offered};
    CHECK(client.talk(session) == each.works);
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
    const std::string name{reinterpret_cast<const char*>(chosen), size};
    CHECK(name == (each.works && !each.offered.empty() ? "http/1.1" : ""));
  }
}

TEST_CASE("a client that wants to negotiate again is refused") {
  TlsSession session{context()};
  Client client{TLS1_2_VERSION};
  CHECK(client.talk(session));
  client.renegotiate();
  client.talk(session);
  CHECK(!client.renegotiate());
  CHECK(SSL_version(client.ssl()) == TLS1_2_VERSION);
}

TEST_CASE("bytes that are no TLS end a session with an alert at most") {
  for (const std::string& bytes :
       {std::string{"GET / HTTP/1.1\r\n\r\n"}, std::string(100'000, '\0'),
        std::string("\x16\x03\x01\xff\xff") + std::string(70'000, 'x')}) {
    TlsSession session{context()};
    std::string plain;
    CHECK(!session.receive(bytes, plain));
    CHECK(plain.empty());
    CHECK(session.take_outgoing().size() < 64);
    CHECK(!session.send("more"));
    CHECK(!session.ended());
    session.close();
    CHECK(!session.receive(bytes, plain));
  }
}

TEST_CASE("a changed byte anywhere in what is sent never passes for what was sent") {
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    TlsSession session{context()};
    Client client;
    REQUIRE(client.talk(session));
    client.send("an order of importance");
    std::string bytes(4096, '\0');
    bytes.resize(static_cast<std::size_t>(
        BIO_read(SSL_get_wbio(client.ssl()), bytes.data(), static_cast<int>(bytes.size()))));
    bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    std::string plain;
    static_cast<void>(session.receive(bytes, plain));
    CHECK(plain.empty());
  }
}

TEST_CASE("a session goes on with the certificate it began with") {
  auto old = context();
  TlsSession session{std::move(old)};
  Client client;
  CHECK(client.talk(session));
  CHECK(client.connected());
}

TEST_CASE("a chain is served behind its certificate") {
  const Made authority = make_certificate({.name = "authority"});
  const Made between = make_certificate({.name = "between", .signed_by = &authority});
  const Made leaf = make_certificate({.name = "leaf", .signed_by = &between});
  const auto made = TlsContext::make(leaf.certificate + between.certificate, leaf.key);
  REQUIRE(made.ok());
  TlsSession session{*made};
  Client client;
  CHECK(client.talk(session));
  CHECK(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())) == 2);
  CHECK(holds(problem(between.certificate + leaf.certificate, leaf.key),
              "belongs to certificate 2 of the file"));
}

TEST_CASE("an expired certificate is served, and says since when it is") {
  const Made old = make_certificate({.begins_in = -7200, .ends_in = -3600});
  const auto made = TlsContext::make(old.certificate, old.key);
  REQUIRE(made.ok());
  TlsSession session{*made};
  Client client;
  CHECK(client.talk(session));
  CHECK(client.connected());
  const auto since = X509_get0_notAfter(SSL_get0_peer_certificate(client.ssl()));
  int days = 1;
  int seconds = 1;
  const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> said{
      ASN1_TIME_set(nullptr, (*made)->expires_at()), [](ASN1_TIME* time) { ASN1_TIME_free(time); }};
  REQUIRE(ASN1_TIME_diff(&days, &seconds, since, said.get()) == 1);
  CHECK(days == 0);
  CHECK(seconds == 0);
}

TEST_CASE("what is wrong with a certificate or key is said of the one it is wrong with") {
  const Made good = make_certificate();
  const Made other = make_certificate();
  const Made locked = make_certificate({.passphrase = "secret"});
  std::string torn = good.certificate;
  torn[torn.size() / 2] = '!';
  std::string torn_key = good.key;
  torn_key.erase(torn_key.size() / 2, 8);

  CHECK(problem(good.certificate, other.key) ==
        "the TLS key does not belong to the TLS certificate");
  CHECK(holds(problem("", good.key), "cannot read the TLS certificate: there is none in it"));
  CHECK(
      holds(problem("garbage", good.key), "cannot read the TLS certificate: there is none in it"));
  CHECK(
      holds(problem(torn, good.key), "cannot read the TLS certificate: number 1 in it is damaged"));
  CHECK(holds(problem(good.certificate + torn, good.key), "number 2 in it is damaged"));
  CHECK(holds(problem(good.certificate, ""), "cannot read the TLS key: there is none in it"));
  CHECK(
      holds(problem(good.certificate, good.certificate), "cannot read the TLS key: there is none"));
  CHECK(holds(problem(good.certificate, torn_key), "cannot read the TLS key: it is damaged"));
  CHECK(holds(problem(locked.certificate, locked.key), "protected by a passphrase"));
  CHECK(TlsContext::make(good.certificate, good.key).ok());
  CHECK(TlsContext::make("a comment\n" + good.certificate + "\nthe end\n", good.key).ok());
}

// The way to the controller, over a real socket with the test at its other end.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "base/json.h"
#include "gateway/api/upstream_rpc.h"
#include "io/loop.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

struct Line {
  Line() {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    theirs.reset(ends[1]);
    upstream.emplace(loop, UniqueFd{ends[0]}, [this](const std::string& why) { ended = why; });
  }

  // What was asked since the last time, as it came.
  std::string read() {
    upstream->flush();
    loop.run_once(false);
    std::string text(65536, '\0');
    const auto count = recv(theirs.get(), text.data(), text.size(), MSG_DONTWAIT);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  void write(const std::string& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto count = send(theirs.get(), rest.data(), rest.size(), MSG_DONTWAIT);
      if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
      loop.run_once(false);
    }
    for (int i = 0; i < 20; ++i)
      loop.run_once(false);
  }
  std::uint64_t call(const std::string& method = "a.b") {
    return upstream->call({"user \"ana\"", "127.0.0.1:1", AccessLevel::Operate}, method, "{}",
                          [this](const Reply& reply) { replies.push_back(reply); });
  }

  io::Loop loop;
  UniqueFd theirs;
  std::optional<std::string> ended;
  std::vector<Reply> replies;
  std::vector<std::string> items;
  std::optional<RpcUpstream> upstream;
};

}  // namespace

TEST_CASE_FIXTURE(Line, "a call says on whose behalf, and gets its answer") {
  call();
  CHECK(read() ==
        R"({"jsonrpc":"2.0","id":1,"method":"a.b","params":{},"as":{"who":"user \"ana\"",)"
        R"("from":"127.0.0.1:1","level":"operate"}})"
        "\n");
  write("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":[1,\"}\"]}}\n");
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].ok);
  CHECK(replies[0].result == R"({"x":[1,"}"]})");
}

TEST_CASE_FIXTURE(Line, "answers come in any order, in pieces and together") {
  call();
  call();
  write("{\"jsonrpc\":\"2.0\",\"id\":2,\"res");
  CHECK(replies.empty());
  write("ult\":2}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n");
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].result == "2");
  CHECK(replies[1].result == "1");
}

TEST_CASE_FIXTURE(Line, "an error has its code and its sentence") {
  call();
  write(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32004,"message":"no \"x\" é","data":{"code":"no_such_service"}}})"
      "\n");
  REQUIRE(replies.size() == 1);
  CHECK_FALSE(replies[0].ok);
  CHECK(replies[0].code == "no_such_service");
  CHECK(replies[0].message == "no \"x\" é");
}

TEST_CASE_FIXTURE(Line, "a stream's items come until it is cancelled") {
  const auto id = upstream->follow(
      {}, "s", "{}", [this](std::string_view item) { items.emplace_back(item); },
      [this](const Reply& reply) { replies.push_back(reply); });
  read();
  write("{\"jsonrpc\":\"2.0\",\"method\":\"stream\",\"params\":{\"id\":1,\"item\":{\"n\":1}}}\n");
  CHECK(items == std::vector<std::string>{R"({"n":1})"});
  upstream->cancel(id);
  CHECK(read().find(R"("method":"stream.cancel","params":{"id":1})") != std::string::npos);
  write(
      "{\"jsonrpc\":\"2.0\",\"method\":\"stream\",\"params\":{\"id\":1,\"item\":{\"n\":2}}}\n"
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"ended\":true}}\n");
  CHECK(items.size() == 1);
  CHECK(replies.empty());
  CHECK_FALSE(ended);
}

TEST_CASE_FIXTURE(Line, "an answer may be megabytes") {
  call();
  write("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"" + std::string(3'000'000, 'x') + "\"}\n");
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].result.size() == 3'000'002);
}

TEST_CASE_FIXTURE(Line, "everything pending fails when the controller goes, and all that follows") {
  call();
  const auto cancelled = call();
  upstream->cancel(cancelled);
  theirs.reset();
  while (!ended)
    loop.run_once(true);
  CHECK(ended->empty());
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].code == "unavailable");
  call();
  CHECK(replies.size() == 1);
  while (replies.size() == 1)
    loop.run_once(true);
  CHECK(replies[1].code == "unavailable");
}

TEST_CASE_FIXTURE(Line, "what is no answer ends it, with the reason") {
  call();
  write("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"too long\"}}\n");
  REQUIRE(ended);
  CHECK(ended->find("too long") != std::string::npos);
  CHECK(replies.at(0).code == "unavailable");
}

TEST_CASE_FIXTURE(Line, "who is told of the end may cancel others") {
  std::uint64_t second = 0;
  bool second_told = false;
  upstream->call({}, "a", "{}", [&](const Reply&) { upstream->cancel(second); });
  second = upstream->call({}, "b", "{}", [&](const Reply&) {
    second_told = true;
    upstream->cancel(1);
  });
  theirs.reset();
  while (!ended)
    loop.run_once(true);
  CHECK(replies.empty());
  static_cast<void>(second_told);  // one of the two was told, whichever came first
}

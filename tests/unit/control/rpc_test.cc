#include "control/rpc.h"

#include <doctest/doctest.h>

#include <string>

#include "control/parsed_params.h"

namespace mainstay::control {
namespace {

Request request_of(std::string_view line) {
  auto parsed = parse_request(line);
  REQUIRE(std::holds_alternative<Request>(parsed));
  return std::get<Request>(parsed);
}

Refusal refusal_of(std::string_view line) {
  auto parsed = parse_request(line);
  REQUIRE_MESSAGE(std::holds_alternative<Refusal>(parsed), line);
  return std::get<Refusal>(parsed);
}

std::string nested(std::size_t depth) {
  return R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a":)" + std::string(depth, '[') +
         std::string(depth, ']') + "}}";
}

TEST_CASE("a request keeps its id as it was written, whatever its type") {
  CHECK(request_of(R"({"jsonrpc":"2.0","id":7,"method":"m"})").id == "7");
  CHECK(request_of(R"({"jsonrpc":"2.0","id":"a b","method":"m"})").id == R"("a b")");
  CHECK(request_of(R"({"jsonrpc":"2.0","id":null,"method":"m"})").id == "null");
  CHECK(request_of(R"({"jsonrpc":"2.0","id":-1.5,"method":"m"})").id == "-1.5");
  CHECK(
      request_of(R"({"id":1,"method":"m","jsonrpc":"2.0","params":{"b":1}})").params->object["b"] ==
      1);
}

TEST_CASE("params that are absent or null are an empty object") {
  CHECK(request_of(R"({"jsonrpc":"2.0","id":1,"method":"m"})").params->object == Json::object());
  CHECK(request_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":null})").params->object ==
        Json::object());
}

TEST_CASE("a valid request without an id is a notification") {
  CHECK(std::holds_alternative<Notification>(parse_request(R"({"jsonrpc":"2.0","method":"m"})")));
  CHECK(refusal_of(R"({"jsonrpc":"2.0"})").failure.error == RpcError::InvalidRequest);
}

TEST_CASE("what is not JSON is a parse error that says where") {
  for (const std::string_view line :
       {"hello", "{", R"({"a":})", "\"\xff\"", "{\"a\":1}x", "\x01\x02"}) {
    const auto refusal = refusal_of(line);
    CHECK_MESSAGE(refusal.failure.error == RpcError::ParseError, line);
    CHECK(refusal.failure.code == "parse_error");
    CHECK(refusal.failure.message.find("at byte") != std::string::npos);
    CHECK(refusal.id == "null");
  }
}

TEST_CASE("JSON that is no request is refused with the reason and, where there is one, the id") {
  const auto refused = [](std::string_view line, std::string_view id, std::string_view word) {
    const auto refusal = refusal_of(line);
    CHECK_MESSAGE(refusal.failure.error == RpcError::InvalidRequest, line);
    CHECK(refusal.id == id);
    CHECK_MESSAGE(refusal.failure.message.find(word) != std::string::npos, refusal.failure.message);
  };
  refused("7", "null", "a whole number");
  refused(R"([{"jsonrpc":"2.0","id":1,"method":"m"}])", "null", "batches are not supported");
  refused(R"({"id":3,"method":"m"})", "3", "jsonrpc");
  refused(R"({"jsonrpc":"1.0","id":3,"method":"m"})", "3", "jsonrpc");
  refused(R"({"jsonrpc":2.0,"id":3,"method":"m"})", "3", "jsonrpc");
  refused(R"({"jsonrpc":"2.0","id":3,"method":5})", "3", "method");
  refused(R"({"jsonrpc":"2.0","id":{},"method":"m"})", "null", "id");
  refused(R"({"jsonrpc":"2.0","id":true,"method":"m"})", "null", "id");
  refused(R"({"jsonrpc":"2.0","id":")" + std::string(200, 'x') + R"(","method":"m"})", "null",
          "128");
}

TEST_CASE("params by position are refused, because every parameter has a name") {
  const auto refusal = refusal_of(R"({"jsonrpc":"2.0","id":3,"method":"m","params":[1]})");
  CHECK(refusal.failure.error == RpcError::InvalidParams);
  CHECK(refusal.id == "3");
}

TEST_CASE("nesting is limited before anything is built") {
  CHECK(request_of(nested(14)).params->object.size() == 1);
  CHECK(refusal_of(nested(15)).failure.message.find("nested deeper than 16") != std::string::npos);
  CHECK(refusal_of(std::string(60000, '[')).failure.error == RpcError::ParseError);
  std::string objects;
  for (int i = 0; i < 10000; ++i)
    objects += R"({"a":)";
  CHECK(refusal_of(objects).failure.error == RpcError::ParseError);
}

TEST_CASE("brackets and colons inside strings are not nesting") {
  const std::string text = R"("[[[[[[[[[[[[[[[[[[[[[[[[\"{{{{{{{{{{{{{{{{{{:::")";
  const auto request =
      request_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a":)" + text + "}}");
  CHECK(request.params->object["a"].get<std::string>().size() > 40);
}

TEST_CASE("an object with a great many members is refused instead of searched for each") {
  std::string members = R"({"jsonrpc":"2.0","id":1,"method":"m","params":{)";
  for (int i = 0; i < 300; ++i)
    members += "\"k" + std::to_string(i) + "\":1,";
  CHECK(refusal_of(members + R"("z":1}})").failure.message.find("more than 256 members") !=
        std::string::npos);
}

TEST_CASE("answers are one line of JSON each, whatever is in their texts") {
  const RpcFailure failure{RpcError::NoSuchTarget, "no_such_service", "no 'a\n\"b\xff\x1b'"};
  const std::string error = error_text("\"x\"", failure);
  CHECK(error.find('\n') == error.size() - 1);
  const auto parsed = parse_trusted_json(error);
  REQUIRE(parsed);
  CHECK((*parsed)["id"] == "x");
  CHECK((*parsed)["error"]["code"] == -32004);
  CHECK((*parsed)["error"]["message"] == "no 'a\n\"b\xef\xbf\xbd\x1b'");
  CHECK((*parsed)["error"]["data"]["code"] == "no_such_service");
  CHECK(answer_text("1", "{}") == "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
  CHECK(item_text("1", "{}") ==
        "{\"jsonrpc\":\"2.0\",\"method\":\"stream\",\"params\":{\"id\":1,\"item\":{}}}\n");
}

}  // namespace
}  // namespace mainstay::control

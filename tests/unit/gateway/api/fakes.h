// What surrounds the API in its tests: a client, a controller and a doorman that do what they are
// told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "gateway/api/doorman.h"
#include "gateway/api/upstream.h"
#include "gateway/front/exchange.h"

namespace mainstay::gateway {

class FakeExchange final : public Exchange {
 public:
  explicit FakeExchange(WebRequest asked) : request_(std::move(asked)) {}

  const WebRequest& request() const override { return request_; }
  bool open() const override { return open_; }
  void answer(std::string response, bool close) override {
    if (!std::exchange(open_, false)) return;
    text = std::move(response);
    closed = close;
    ++answers;
  }
  void begin(std::string head) override {
    text = std::move(head);
    streams = true;
  }
  void push(std::string_view piece) override {
    if (open_) text += piece;
  }
  void end() override {
    open_ = false;
    closed = true;
  }
  void on_gone(std::function<void()> callback) override { gone_ = std::move(callback); }
  std::size_t unread() const override { return unread_bytes; }
  void on_taken(std::function<void()> callback) override { taken = std::move(callback); }
  void go() {
    open_ = false;
    if (gone_) gone_();
  }

  int status() const { return text.size() > 12 ? std::stoi(text.substr(9, 3)) : 0; }
  std::string body() const {
    const auto end = text.find("\r\n\r\n");
    return end == std::string::npos ? "" : text.substr(end + 4);
  }
  Json json() const {
    auto parsed = parse_trusted_json(body());
    return parsed ? *parsed : Json();
  }
  std::string error_code() const {
    const Json said = json();
    return said.is_object() && said.contains("error") ? said["error"]["code"].get<std::string>()
                                                      : "";
  }
  // Of a header in the response; "": it has none.
  std::string header(const std::string& name) const;

  std::string text;
  bool closed = false;
  bool streams = false;
  int answers = 0;
  std::size_t unread_bytes = 0;
  std::function<void()> taken;

 private:
  WebRequest request_;
  bool open_ = true;
  std::function<void()> gone_;
};

class FakeUpstream final : public Upstream {
 public:
  struct Asked {
    std::uint64_t id = 0;
    Actor actor;
    std::string method;
    std::string params;
    std::function<void(std::string_view)> on_item;
    std::function<void(const Reply&)> done;
    bool cancelled = false;
    int more = 0;
  };

  std::uint64_t call(const Actor& actor, std::string_view method, std::string params,
                     std::function<void(const Reply&)> done) override {
    return follow(actor, method, std::move(params), {}, std::move(done));
  }
  std::uint64_t follow(const Actor& actor, std::string_view method, std::string params,
                       std::function<void(std::string_view)> on_item,
                       std::function<void(const Reply&)> done) override {
    asked.push_back({asked.size() + 1, actor, std::string{method}, std::move(params),
                     std::move(on_item), std::move(done), false, 0});
    return asked.size();
  }
  void cancel(std::uint64_t id) override {
    if (id != 0) asked.at(id - 1).cancelled = true;
  }

  void more(std::uint64_t id) override { ++asked.at(id - 1).more; }

  // Answers the call of that number, from 0.
  void answer(std::size_t number, std::string result) {
    const auto done = over(number);
    done({true, std::move(result), {}, {}});
  }
  void refuse(std::size_t number, std::string code, std::string message) {
    const auto done = over(number);
    done({false, {}, std::move(code), std::move(message)});
  }
  void item(std::size_t number, std::string_view text) {
    const auto see = asked.at(number).on_item;
    see(text);
  }

  std::vector<Asked> asked;

 private:
  // Nothing of it is held any more.
  std::function<void(const Reply&)> over(std::size_t number) {
    asked.at(number).on_item = {};
    return std::exchange(asked.at(number).done, {});
  }
};

class FakeDoorman final : public Doorman {
 public:
  Verdict admit(const WebRequest&, Need need) override {
    needs.push_back(need);
    return verdict;
  }
  void log_in(const WebRequest&, std::string user, std::string password,
              std::function<void(Verdict)> done) override {
    credentials = user + ":" + password;
    done(login);
  }
  Verdict log_out(const WebRequest&) override { return logout; }
  bool can_log_in() const override { return true; }

  Verdict verdict = Visitor{"user ana", AccessLevel::Admin, "127.0.0.1:50312", "csrf-1"};
  Verdict login = Visitor{"user ana", AccessLevel::Admin, "127.0.0.1:50312", "csrf-2", "s=1"};
  Verdict logout = Visitor{"", std::nullopt, "127.0.0.1:50312", "", "s=; Max-Age=0"};
  std::vector<Need> needs;
  std::string credentials;
};

WebRequest get(const std::string& target, const std::vector<Header>& headers = {});
WebRequest request(const std::string& method, const std::string& target, const std::string& body,
                   std::vector<Header> headers = {});

}  // namespace mainstay::gateway

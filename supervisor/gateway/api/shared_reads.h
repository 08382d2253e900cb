// Questions to the controller that change nothing: those alike that are asked while one is under
// way wait for the next, and share its answer. Never an older one: whoever reads after a change
// sees it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/api/upstream.h"

namespace mainstay::gateway {

class SharedReads {
 public:
  using Done = std::function<void(const Reply&)>;

  explicit SharedReads(Upstream& upstream) : upstream_(upstream) {}
  SharedReads(const SharedReads&) = delete;
  SharedReads& operator=(const SharedReads&) = delete;

  // `done` comes once, from the loop.
  void ask(const Actor& actor, std::string_view method, std::string params, Done done);

 private:
  struct Question {
    Actor actor;
    std::string method;
    std::string params;
    std::vector<Done> asked;    // who gets the answer that is on its way
    std::vector<Done> waiting;  // who came after that was asked for
  };

  void send(const std::string& key);
  void answered(const std::string& key, const Reply& reply);

  Upstream& upstream_;
  std::map<std::string, Question, std::less<>> questions_;
};

}  // namespace mainstay::gateway

#include "gateway/names.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

// A resolver that answers when it is told to.
class SlowResolver {
 public:
  Addresses operator()(const std::string& name) {
    std::unique_lock lock{mutex_};
    ++asked_[name];
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return name == "missing" ? Addresses{{}, "no such name", false}
                             : Addresses{{"192.0.2.1"}, "", false};
  }
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  void await_asked(const std::string& name) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return asked_[name] > 0; });
  }
  int asked(const std::string& name) {
    const std::lock_guard lock{mutex_};
    return asked_[name];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> asked_;
  bool open_ = false;
};

struct Rig {
  void look_up(const std::string& name) {
    names.look_up(name, ++token, [this, name](const Addresses& found) {
      answers.push_back(name + " " +
                        (found.problem.empty() ? found.addresses.at(0) : found.problem));
    });
  }
  void until_answers(std::size_t count) {
    while (answers.size() < count)
      loop.run_once(true);
  }

  SlowResolver resolver;  // outlives the loop, which waits for its workers
  io::Loop loop;
  Names names{loop, [this](const std::string& name) { return resolver(name); }};
  std::vector<std::string> answers;
  std::uint64_t token = 0;
};

}  // namespace

TEST_CASE("A name is looked up once for all who ask, and remembered for a moment") {
  Rig rig;
  for (int i = 0; i < 3; ++i)
    rig.look_up("db");
  rig.look_up("missing");
  rig.resolver.open();
  rig.until_answers(4);
  rig.look_up("db");
  CHECK(rig.answers.size() == 5);
  CHECK(rig.answers.back() == "db 192.0.2.1");
  CHECK(rig.resolver.asked("db") == 1);
  CHECK(std::count(rig.answers.begin(), rig.answers.end(), "missing no such name") == 1);
}

TEST_CASE("Who has cancelled is not told, the others are") {
  Rig rig;
  rig.look_up("db");
  rig.look_up("db");
  rig.names.cancel("db", 1);
  rig.names.cancel("db", 77);
  rig.names.cancel("other", 1);
  rig.resolver.open();
  rig.until_answers(1);
  CHECK(rig.answers == std::vector<std::string>{"db 192.0.2.1"});
}

TEST_CASE("What nobody waits for any more is not looked up, but is when somebody asks again") {
  Rig rig;
  // More than libuv has threads, so that the last ones wait for their turn.
  for (int i = 0; i < 200; ++i)
    rig.look_up("busy-" + std::to_string(i));
  rig.look_up("dropped");
  rig.names.cancel("dropped", rig.token);
  rig.look_up("again");
  rig.names.cancel("again", rig.token);
  rig.look_up("again");
  rig.resolver.open();
  rig.until_answers(201);
  CHECK(rig.resolver.asked("dropped") == 0);
  CHECK(rig.resolver.asked("again") == 1);
  CHECK(std::count(rig.answers.begin(), rig.answers.end(), "again 192.0.2.1") == 1);
}

TEST_CASE("Look-ups that are under way are bounded") {
  Rig rig;
  for (int i = 0; i < 3000; ++i)
    rig.look_up("name-" + std::to_string(i));
  CHECK(rig.answers.size() == 3000 - 2048);
  CHECK(rig.answers.at(0) == "name-2048 too many look-ups are under way");
  for (std::uint64_t token = 1; token <= 3000; ++token)
    rig.names.cancel("name-" + std::to_string(token - 1), token);
  rig.resolver.open();
}

TEST_CASE("The machine's resolver knows numbers and says what it does not know") {
  CHECK(look_up_name("127.0.0.1").addresses == std::vector<std::string>{"127.0.0.1"});
  const Addresses none = look_up_name("no-such-name.invalid");
  CHECK(none.addresses.empty());
  CHECK_FALSE(none.problem.empty());
}

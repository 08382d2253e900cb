#include "checks/names.h"

#include <functional>

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

// A resolver that answers when the test says so.
struct Resolver {
  std::unique_ptr<io::LookUp> resolve(const std::string& name, io::LookUp::Found found) {
    asked.push_back(name);
    waiting[name] = std::move(found);
    return std::make_unique<io::LookUp>(loop, "127.0.0.1", [](const auto&) {});
  }
  void answer(const std::string& name, std::size_t addresses) {
    const auto found = std::exchange(waiting[name], nullptr);
    found(std::vector<io::SocketAddress>(addresses));
  }
  io::Loop loop;
  std::vector<std::string> asked;
  std::map<std::string, io::LookUp::Found> waiting;
};

struct Asking {
  std::optional<std::size_t> addresses;
  std::string error;
  Names::Found found() {
    return [this](const Names::Addresses& got) {
      if (got) addresses = got->size();
      if (!got) error = got.error().message;
    };
  }
};

struct Book {
  Resolver resolver;
  MonoTime now{1h};
  Names names{[this] {
                return Now{now, {}};
              },
              [this](const std::string& name, io::LookUp::Found found) {
                return resolver.resolve(name, std::move(found));
              }};
};

TEST_CASE("a name that is wanted again while it waits for its turn is asked for once") {
  Book book;
  Asking ignored;
  Asking wanted;
  for (const char* name : {"a", "b"})
    book.names.look_up(name, ignored.found());
  for (int i = 0; i < 3; ++i)
    book.names.cancel(book.names.look_up("c", ignored.found()));
  book.names.look_up("c", wanted.found());
  book.resolver.answer("a", 1);
  book.resolver.answer("b", 1);
  CHECK(book.resolver.asked == std::vector<std::string>{"a", "b", "c"});
  book.resolver.answer("c", 3);
  CHECK(wanted.addresses == 3);
}

TEST_CASE("a name is asked for once at a time, and its answer is good for a moment") {
  Book book;
  Asking first;
  Asking second;
  book.names.look_up("db", first.found());
  book.names.look_up("db", second.found());
  CHECK(book.resolver.asked.size() == 1);
  book.resolver.answer("db", 2);
  CHECK(first.addresses == 2);
  CHECK(second.addresses == 2);
  Asking third;
  book.now = book.now + Names::kGoodFor - 1ms;
  book.names.look_up("db", third.found());
  CHECK(third.addresses == 2);
  book.now = book.now + 1ms;
  book.names.look_up("db", third.found());
  CHECK(book.resolver.asked.size() == 2);
}

TEST_CASE("an error is told to all who wait and is not kept") {
  Book book;
  Asking first;
  book.names.look_up("db", first.found());
  std::exchange(book.resolver.waiting["db"], nullptr)(Error{"unknown"});
  CHECK(first.error == "unknown");
  book.names.look_up("db", first.found());
  CHECK(book.resolver.asked.size() == 2);
}

TEST_CASE("only a few names are asked for at once; who waits for the others is known") {
  Book book;
  Asking asking;
  std::vector<std::uint64_t> tickets;
  for (const char* name : {"a", "b", "c", "d"})
    tickets.push_back(book.names.look_up(name, asking.found()));
  CHECK(book.resolver.asked == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(book.names.waits_for_others(tickets[1]));
  CHECK(book.names.waits_for_others(tickets[2]));
  book.names.cancel(tickets[2]);
  book.resolver.answer("a", 1);
  CHECK(book.resolver.asked == std::vector<std::string>{"a", "b", "d"});
}

TEST_CASE("a real look-up answers, and one that is not wanted any more is silent") {
  Rig rig;
  Asking asking;
  rig.shared.names.look_up("127.0.0.1", asking.found());
  REQUIRE(rig.until([&] { return asking.addresses.has_value(); }));
  CHECK(*asking.addresses == 1);
  bool called = false;
  std::optional<io::LookUp> dropped;
  dropped.emplace(rig.loop, "127.0.0.2", [&called](const auto&) { called = true; });
  dropped.reset();
  std::optional<io::LookUp> impossible;
  std::string error;
  impossible.emplace(rig.loop, std::string(5000, 'x'),
                     [&error](const auto& found) { error = found.error().message; });
  REQUIRE(rig.until([&] { return !error.empty(); }));
  CHECK_FALSE(called);
}

}  // namespace
}  // namespace mainstay::checks::test

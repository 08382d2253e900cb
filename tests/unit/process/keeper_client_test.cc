// The controller's side of the protocol: what comes is checked, what goes never blocks.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "keeper/socket.h"
#include "process/keeper_client.h"

using namespace mainstay;
using process::decode_keeper_message;

namespace {

template <typename Message>
std::string bytes_of(const Message& message) {
  return {reinterpret_cast<const char*>(&message), sizeof message};
}

std::vector<UniqueFd> descriptors(int count) {
  std::vector<UniqueFd> out;
  for (int i = 0; i < count; ++i)
    out.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  return out;
}

keeper::Run sample_run() {
  keeper::Run run;
  run.token = 12;
  run.pid = 4711;
  run.handles = keeper::kHasPidfd | keeper::kHasOut;
  run.spawned_mono_ns = 5'000;
  std::strcpy(run.label, "backend:0");
  return run;
}

struct Silent final : process::KeeperRuns, process::KeeperHost {
  void on_run(process::KeeperRun) override { ++told; }
  void on_refused(const process::KeeperRefusal&) override { ++told; }
  void on_exit(const process::KeeperExit& exit) override {
    ++told;
    last_exit = exit;
  }
  void on_welcome(const process::KeeperWelcome&) override { ++told; }
  void on_stored(std::string, UniqueFd) override { ++told; }
  void on_all_there() override { ++told; }
  void on_terminate(int, unsigned) override { ++told; }
  void on_keeper_lost(const Error& why) override { lost = why.message; }
  int told = 0;
  process::KeeperExit last_exit;
  std::string lost;
};

struct Pair {
  Pair() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    keeper = UniqueFd{ends[0]};
    client = std::make_unique<process::KeeperClient>(loop, UniqueFd{ends[1]});
  }
  // The next packet of the client's, as a T; descriptors are closed.
  template <typename T>
  bool next(T& message) {
    keeper::Packet packet;
    const bool came = keeper::receive_packet(keeper.get(), packet) == keeper::Transfer::Done;
    packet.close_fds();
    return came && keeper::read_message(packet.bytes, packet.size, message);
  }
  io::Loop loop;
  UniqueFd keeper;
  Silent silent;
  std::unique_ptr<process::KeeperClient> client;
};

}  // namespace

TEST_CASE("A run comes with the descriptors that it says it has") {
  const auto message = decode_keeper_message(bytes_of(sample_run()), descriptors(2));
  REQUIRE(message.ok());
  const auto& run = std::get<process::KeeperRun>(*message);
  CHECK(run.token == 12);
  CHECK(run.label == "backend:0");
  CHECK(run.pid == 4711);
  CHECK(run.spawned.since_boot == Duration{5'000});
  CHECK(run.pidfd);
  CHECK(run.out);
  CHECK_FALSE(run.error);
  CHECK_FALSE(run.err);
}

TEST_CASE("A message with too few or too many descriptors is refused and leaks none") {
  CHECK_FALSE(decode_keeper_message(bytes_of(sample_run()), descriptors(1)).ok());
  CHECK_FALSE(decode_keeper_message(bytes_of(sample_run()), descriptors(3)).ok());
  CHECK_FALSE(decode_keeper_message(bytes_of(keeper::Ping{}), descriptors(1)).ok());
  CHECK_FALSE(decode_keeper_message(bytes_of(keeper::Welcome{}), {}).ok());
  const int probe = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(probe);
  static_cast<void>(decode_keeper_message(bytes_of(sample_run()), descriptors(4)));
  const int again = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(again == probe);
  close(again);
}

TEST_CASE("A text without an end, a wrong size and an unknown type are refused") {
  keeper::Run endless = sample_run();
  std::memset(endless.label, 'x', sizeof endless.label);
  CHECK_FALSE(decode_keeper_message(bytes_of(endless), descriptors(2)).ok());
  const std::string run = bytes_of(sample_run());
  CHECK_FALSE(decode_keeper_message(run + "x", descriptors(2)).ok());
  CHECK_FALSE(decode_keeper_message(run.substr(1), descriptors(2)).ok());
  CHECK_FALSE(decode_keeper_message("", {}).ok());
  CHECK_FALSE(decode_keeper_message(bytes_of(keeper::Hello{}), {}).ok());
}

TEST_CASE("Random packets are refused or understood, never more") {
  std::mt19937 random{11};
  for (int round = 0; round < 5'000; ++round) {
    std::string packet(random() % 200, '\0');
    for (char& byte : packet)
      byte = static_cast<char>(random());
    CHECK_FALSE(decode_keeper_message(packet, {}).ok());
  }
}

TEST_CASE("An exit record becomes times and sizes") {
  keeper::Ended ended;
  ended.token = 3;
  ended.seq = 8;
  ended.wait_status = 256;
  ended.cpu_ns = 1'500;
  ended.peak_memory_bytes = 4096;
  ended.ended_mono_ns = 77;
  const auto message = decode_keeper_message(bytes_of(ended), {});
  REQUIRE(message.ok());
  const auto& exit = std::get<process::KeeperExit>(*message);
  CHECK(exit.token == 3);
  CHECK(exit.seq == 8);
  CHECK(exit.wait_status == 256);
  CHECK(exit.cpu == Duration{1'500});
  CHECK(exit.peak_memory_bytes == 4096);
  CHECK(exit.at.since_boot == Duration{77});
}

TEST_CASE("The client greets, answers Ping, and tells when the keeper is gone") {
  Pair pair;
  pair.client->start(pair.silent, pair.silent);
  keeper::Hello hello;
  CHECK(pair.next(hello));
  REQUIRE(keeper::send_message(pair.keeper.get(), keeper::Ping{}) == keeper::Transfer::Done);
  pair.loop.run_once(true);
  keeper::Pong pong;
  CHECK(pair.next(pong));
  pair.keeper.reset();
  pair.loop.run_once(true);
  CHECK(pair.silent.lost == "cannot go on: the keeper is gone");
  pair.client.reset();
}

TEST_CASE("What the socket does not take waits, in order, and a call never blocks") {
  Pair pair;
  pair.client->start(pair.silent, pair.silent);
  for (std::uint64_t token = 1; token <= 5'000; ++token)
    pair.client->release(token);
  pair.client->send_housekeeping();
  CHECK(pair.client->queued() > 0);
  keeper::Hello hello;
  REQUIRE(pair.next(hello));
  std::uint64_t expected = 1;
  while (expected <= 5'000) {
    keeper::Release release;
    if (pair.next(release)) {
      REQUIRE(release.token == expected++);
    } else {
      pair.loop.run_once(true);
    }
  }
  CHECK(pair.client->queued() == 0);
  pair.client.reset();
}

TEST_CASE("Long names are cut, and auxiliary tokens go on after those already used") {
  Pair pair;
  pair.client->start(pair.silent, pair.silent);
  keeper::Hello hello;
  REQUIRE(pair.next(hello));
  pair.client->drop(std::string(100, 'n'));
  keeper::Drop drop;
  REQUIRE(pair.next(drop));
  CHECK(std::string{drop.name} == std::string(keeper::kNameBytes - 1, 'n'));
  keeper::Welcome welcome;
  welcome.largest_auxiliary = keeper::kFirstAuxiliaryToken + 41;
  const int timer = open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(keeper::send_message(pair.keeper.get(), welcome, &timer, 1) == keeper::Transfer::Done);
  close(timer);
  pair.loop.run_once(true);
  CHECK(pair.silent.told == 1);
  CHECK(pair.client->next_auxiliary_token() == keeper::kFirstAuxiliaryToken + 42);
  pair.client.reset();
}

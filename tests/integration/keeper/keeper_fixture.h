// A real keeper in a temporary tree, with this process in the controller's place: the keeper's
// controller is relay_controller, which hands us its socket. Everything is gone when the fixture
// is.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/loop.h"
#include "process/keeper_client.h"
#include "process/spawn_request.h"

namespace mainstay::test {

// There, a zombie too.
inline bool exists(pid_t pid) {
  return kill(pid, 0) == 0;
}
// A zombie that is still to be reaped does not live.
bool is_alive(pid_t pid);

// What the keeper told one controller.
struct Heard final : process::KeeperRuns, process::KeeperHost {
  void on_run(process::KeeperRun run) override { runs[run.token] = std::move(run); }
  void on_refused(const process::KeeperRefusal& refusal) override {
    refused[refusal.token] = refusal;
  }
  void on_exit(const process::KeeperExit& exit) override { exits[exit.token] = exit; }
  void on_welcome(const process::KeeperWelcome& told) override { welcome = told; }
  void on_stored(std::string name, UniqueFd fd) override { stored[name] = std::move(fd); }
  void on_all_there() override { all_there = true; }
  void on_reload(std::uint32_t number) override { reloads.push_back(number); }
  void on_terminate(int signal, unsigned count) override {
    terminations.push_back({signal, count});
  }
  void on_keeper_lost(const Error& why) override { lost = why.message; }

  std::map<std::uint64_t, process::KeeperRun> runs;
  std::map<std::uint64_t, process::KeeperRefusal> refused;
  std::map<std::uint64_t, process::KeeperExit> exits;
  std::optional<process::KeeperWelcome> welcome;
  std::map<std::string, UniqueFd> stored;
  bool all_there = false;
  std::vector<std::uint32_t> reloads;
  std::vector<std::pair<int, unsigned>> terminations;
  std::string lost;
};

class KeeperFixture {
 public:
  struct Options {
    std::vector<std::string> arguments;  // after --state-dir
    std::vector<std::string> wrapper;    // before the keeper: "unshare", …
    std::map<std::string, std::string> environment;
    bool with_controller = true;
  };

  KeeperFixture();
  explicit KeeperFixture(Options options);
  ~KeeperFixture();
  KeeperFixture(const KeeperFixture&) = delete;
  KeeperFixture& operator=(const KeeperFixture&) = delete;

  // The controller that the keeper started last: waits for its relay, without saying Hello.
  void accept_controller();
  // And with a client that has said Hello.
  void become_controller();
  // A client on the accepted controller's socket, for others to listen with.
  std::unique_ptr<process::KeeperClient> take_client();
  // As SIGKILL would do to a real one: the process and our end of the socket vanish.
  void kill_controller();
  // The relay ends with this code.
  void end_controller(int code);
  // Only our copies are gone: the relay process is alive and talks no more.
  void go_silent();

  io::Loop& loop() { return loop_; }
  process::KeeperClient& client() { return *client_; }
  Heard& heard() { return heard_; }
  pid_t keeper_pid() const { return keeper_; }
  pid_t controller_pid() const { return controller_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path keeper_program() const { return folder_ / "bin" / "supervisor"; }

  // Runs the loop until `done`; fails the test after a long time.
  void until(const std::function<bool()>& done);
  // `words` for testchild, run as we are in the fixture's folder.
  process::SpawnRequest request(std::vector<std::string> words) const;
  void spawn(std::uint64_t token, const process::SpawnRequest& request,
             std::uint32_t flags = keeper::kPipeOut | keeper::kPipeErr);
  // All that a run prints until its end, once it has ended.
  std::string output_of(std::uint64_t token);
  // What the error pipe says: nothing when the program runs.
  std::optional<keeper::StageFailure> failure_of(std::uint64_t token);
  // The keeper's wait status.
  int wait_for_keeper();
  std::string keeper_words();  // its stderr so far

 private:
  void start_keeper(const Options& options);

  std::filesystem::path folder_;
  UniqueFd listening_;
  UniqueFd relay_;
  UniqueFd keeper_socket_;
  pid_t keeper_ = -1;
  pid_t controller_ = -1;
  io::Loop loop_;
  std::unique_ptr<process::KeeperClient> client_;
  Heard heard_;
};

// Says what is skipped when we are not.
bool is_root(const char* what);
// The value after "NAME:" or "NAME" in a file of /proc as text, trimmed; "" if there is none.
std::string field_of(const std::string& text, const std::string& name);
std::string read_file(const std::filesystem::path& path);

}  // namespace mainstay::test

// The gateway as a process: started through the keeper, talked to over a socket pair, started again
// when it is gone. Loop thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/time.h"
#include "checks/gateway_page.h"
#include "checks/gateway_protocol.h"
#include "io/loop.h"
#include "io/stream.h"
#include "process/auxiliary.h"

namespace mainstay::checks {

// Told by the loop, or from inside of prepare().
class GatewayListener {
 public:
  virtual ~GatewayListener() = default;
  virtual void on_answer(std::uint64_t token, HttpOutcome outcome) = 0;
  // What it was asked and has not answered is lost.
  virtual void on_gone(const std::string& why) = 0;
};

class GatewayProcess {
 public:
  // `settled`: a death after that long is the first again. `notice` is told why it died, and what
  // it has to say.
  GatewayProcess(io::Loop& loop, process::AuxiliaryRuns& runs, std::filesystem::path program,
                 Duration settled, GatewayListener& listener,
                 std::function<void(const std::string&)> notice);
  ~GatewayProcess();  // it ends; nobody is called
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  // Has it started if it is not. Why it cannot be talked to; empty: send() will do.
  std::string prepare();
  // False: it does not take what it was sent before.
  bool send(const GatewayMessage& message);
  // It is of no use, `why` says: killed, and another one is started.
  void replace(const std::string& why);
  // Nobody needs it; ignored while it serves the page.
  void end();
  // From now on there is one, always, and it serves this page, which outlives us: one that runs
  // without it is replaced.
  void serve(GatewayPage& page);
  // The page's setup has changed.
  void set_up();

 private:
  void start();
  Status give_descriptors(int socket);
  void miss(const Error& why);
  void stop();
  std::string until_then() const;
  void connect(UniqueFd ours);
  void on_data(std::string_view piece);
  std::string take(std::string_view frame);
  void lose(const std::string& why);
  void rest(const std::string& why);
  void on_exit(std::uint64_t life, const process::AuxiliaryResult& result);
  void kill_dying();
  void tell(const std::string& why);

  io::Loop& loop_;
  process::AuxiliaryRuns& runs_;
  std::filesystem::path program_;
  Duration settled_;
  GatewayListener& listener_;
  GatewayPage* page_ = nullptr;
  std::function<void(const std::string&)> notice_;
  io::Timer restart_;
  bool resting_ = false;                // restart_ runs
  std::unique_ptr<io::Stream> stream_;  // while it is talked to
  FrameReader frames_{kMaxFromGateway};
  std::uint64_t life_ = 0;   // counts them
  std::uint64_t run_ = 0;    // of the latest; 0: it has ended
  std::uint64_t dying_ = 0;  // of one before that has hung up: its end is awaited
  io::Timer patience_;       // with it
  MonoTime started_;
  bool greeted_ = false;
  std::size_t deaths_ = 0;  // in a row
  std::string why_gone_;
  std::string told_;  // the last notice
};

}  // namespace mainstay::checks

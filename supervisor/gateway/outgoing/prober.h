// HTTP checks from question to verdict: look-up, transfer, judgement, and the time each took.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "checks/http_request.h"
#include "checks/names.h"
#include "gateway/outgoing/judge.h"
#include "gateway/outgoing/outgoing.h"
#include "io/loop.h"

namespace mainstay::gateway {

class Prober {
 public:
  // At most `limit` at once; what is asked beyond that is answered with Unknown.
  Prober(io::Loop& loop, std::size_t limit);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // Calls `done` once, from the loop or from here.
  void ask(std::uint64_t token, checks::HttpRequest request,
           std::function<void(checks::HttpOutcome)> done);
  // `done` is not called any more. Unknown tokens are ignored.
  void cancel(std::uint64_t token);

 private:
  struct Inquiry;
  void look_up(Inquiry& inquiry);
  void on_names(Inquiry& inquiry, const checks::Names::Addresses& found);
  void connect(Inquiry& inquiry, const std::vector<std::string>& addresses);
  void finish(std::uint64_t token, const Answer& answer);

  io::Loop& loop_;
  std::size_t limit_;
  Judge judge_;
  checks::Names names_;
  Outgoing outgoing_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Inquiry>> inquiries_;
};

}  // namespace mainstay::gateway

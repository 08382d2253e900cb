// Reloads: a signal to each instance, or a rolling restart, which takes many turns of the loop. A
// part of Supervision, which does what only it can (Reloads::Driver).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "policy/roll.h"
#include "runtime/instance_table.h"
#include "runtime/ports.h"
#include "runtime/requests.h"
#include "runtime/wish.h"

namespace mainstay::runtime {

class Reloads {
 public:
  // Whoever moves the instances and writes their records.
  class Driver {
   public:
    virtual ~Driver() = default;
    // Returns the run that the new one comes after.
    virtual RunId restart(Instance& instance, const std::string& who) = 0;
    // What became of a start after the run `baseline`; nothing: it is still on its way.
    virtual std::optional<Outcome> outcome_of_start(const Instance& instance,
                                                    RunId baseline) const = 0;
    // Why it is as it is.
    virtual std::string reason(const Instance& instance) const = 0;
    // Its record is to be written.
    virtual void touch(Instance& instance) = 0;
  };

  Reloads(Runner& runner, InstanceTable& table, Requests& requests, Driver& driver)
      : runner_(runner), table_(table), requests_(requests), driver_(driver) {}

  // Signals are sent at once; those to be restarted have their turns from the next advance() on.
  void begin(const VerbWish& wish, bool shutting_down);

  // A rolling restart that is over.
  struct Ended {
    std::vector<std::uint32_t> services;  // of which all is up again
    std::optional<AuditWish> unawaited;   // what came of it, if whoever asked did not wait
  };
  // Whoever's turn it is is restarted, or looked at; returns what ended by that.
  std::vector<Ended> advance(bool shutting_down);

  // Whether any instance of it takes part in a roll that has not ended.
  bool has_part(const Service& service) const;
  // The instance is about to be removed.
  void forget(const Instance& instance);
  // A roll ends with its controller: what it was doing to the instance whose turn it was goes on,
  // and these say what has not had its turn. After a takeover.
  std::vector<NoteWish> end_former();

 private:
  struct Rolling {
    RequestId request;  // whoever asked may have forgotten it: the roll goes on
    std::string who;
    std::vector<InstanceId> targets;
    policy::Roll roll;
    std::optional<InstanceId> at{};  // where it ended before its time
    std::string trouble{};  // "web:1: its last run ended with code 1 …"; empty: none so far
  };

  std::string refusal(const Instance& instance, bool by_signal, bool shutting_down) const;
  Outcome send_signal(const Instance& instance, int number);
  void mark(Instance& instance, policy::RollTurn turn);
  void tell(Rolling& rolling, Outcome told);
  bool advance(Rolling& rolling, bool shutting_down);
  void begin_turn(Rolling& rolling, Instance& instance, bool shutting_down);
  const Instance* fallen_of(const Rolling& rolling) const;
  void end(Rolling& rolling, const Instance& at, const std::string& why);
  Ended conclude(const Rolling& rolling);
  NoteWish note_of_former(const Service& service, const Instance* now,
                          const std::vector<std::string>& left) const;

  Runner& runner_;
  InstanceTable& table_;
  Requests& requests_;
  Driver& driver_;
  std::vector<Rolling> rolls_;
};

}  // namespace mainstay::runtime

// The keeper's program is replaced by exec in place: its pid stays, and so do its children. What it
// holds is on its way through a socket (process/handover.h) to the controller that the new program
// starts; a second such socket, and the old programs, are kept until that one is ready.
#pragma once

#include <string>

#include "keeper/child.h"
#include "keeper/fd_store.h"

namespace mainstay::keeper {

// Descriptors that survive the exec, each told by an environment variable; -1: none.
struct Passed {
  int ready = -1;       // where `ctl up` waits
  int handover = -1;    // for the first controller
  int reserve = -1;     // the same again, should that one fail
  int old_keeper = -1;  // the programs to go back to
  int old_controller = -1;
  Left left;                   // by a supervisor that died
  std::string fell_back_from;  // the path of the program that we are the old version of; or empty

  // A new program that has to prove itself.
  bool on_trial() const { return reserve >= 0 && old_keeper >= 0 && old_controller >= 0; }
};

// From the environment, which is cleaned of all but the ready descriptor. Closes what else is open
// beyond 2.
Passed take_passed();

// Run `program`, or go back from it to what `passed` names. Return, with errno, only when that is
// impossible. They allocate: nothing of the kind is done while the keeper simply runs.
void run_new_program(const char* program, char** arguments, const Passed& passed,
                     const Inheritance& inherited);
void run_old_program(const char* program, char** arguments, const Passed& passed,
                     const Inheritance& inherited);

}  // namespace mainstay::keeper

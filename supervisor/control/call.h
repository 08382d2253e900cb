// One request that is being answered, as its handler holds it: a value that outlives the client
// safely.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "control/audit.h"
#include "control/rpc.h"
#include "io/stream.h"
#include "runtime/controller.h"

namespace mainstay::control {

class Connection;

class Call {
 public:
  Call(std::weak_ptr<Connection> connection, std::string id, std::string who,
       std::optional<OnBehalf> as = {});

  // False once it was answered, cancelled, or its client is gone: everything below is then ignored.
  bool open() const;
  // The answer; `result` is JSON text. Ends the call.
  void answer(std::string_view result) const;
  void fail(const RpcFailure& failure) const;
  // A stream notification; `item` is JSON text.
  void item(std::string_view item) const;
  // Whether the client keeps up: little is queued for it. Ask before each item of a stream.
  bool keeps_up() const;
  // Ends another call of the same client with {"ended":true}; false: there is none of that id.
  bool cancel_other(const std::string& id) const;
  // Whether both were asked on one connection.
  bool is_of_client_of(const Call& other) const;
  // The client, as people are told of it: "uid 1000 (pid 4242)", "user ana (from 127.0.0.1:50312)".
  const std::string& who() const { return who_; }
  const std::string& id() const { return id_; }

  // Whom the gateway asks for; null: the client asks for itself.
  const OnBehalf* as() const { return as_ ? &*as_ : nullptr; }

  // Of a request that changes something: answer() and fail() tell it the result. Never null in the
  // handler of such a method.
  void set_audit(std::shared_ptr<Audit> audit) { audit_ = std::move(audit); }
  Audit* audit() const { return audit_.get(); }
  // {"results":[…]}, and to the audit whether all went well.
  void answer_outcomes(const std::vector<runtime::Outcome>& outcomes) const;
  // The client's process; nothing when it is gone.
  std::optional<io::Peer> peer() const;

  // A duplicate of the client's socket; nothing when it is gone.
  UniqueFd duplicate_socket() const;

 private:
  std::weak_ptr<Connection> connection_;
  std::string id_;
  std::string who_;
  std::optional<OnBehalf> as_;
  std::shared_ptr<Audit> audit_;
};

}  // namespace mainstay::control

// One request that is being answered, as its handler holds it: a value that outlives the client
// safely.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "control/rpc.h"

namespace mainstay::control {

class Connection;

class Call {
 public:
  Call(std::weak_ptr<Connection> connection, std::string id, std::string who);

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
  // The client, for the audit: "uid 1000 (pid 4242)".
  const std::string& who() const { return who_; }
  const std::string& id() const { return id_; }

  // A duplicate of the client's socket; nothing when it is gone.
  UniqueFd duplicate_socket() const;

 private:
  std::weak_ptr<Connection> connection_;
  std::string id_;
  std::string who_;
};

}  // namespace mainstay::control

// `alerts`: channels and rules of all files together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/field.h"
#include "model/ecosystem.h"

namespace mainstay::config {

class AlertsReader {
 public:
  explicit AlertsReader(model::AlertsSpec& out) : out_(out) {}

  // The `alerts` of one file. A channel or rule that another file has already is an error naming
  // both.
  void read_file(const Field& field);
  // After the last file: whether every rule notifies a channel that exists.
  void check_channels(Findings& findings) const;

 private:
  struct Notification {
    std::string path;
    std::string channel;
    Position at;
  };

  void read_channel(const Field& field);
  void read_rule(const Field& field);
  void read_notify(const Field& field, model::AlertRule& rule);
  bool is_fresh(const Field& field, const std::string& kind, const std::string& name, Position at);

  model::AlertsSpec& out_;
  std::map<std::string, Position> declared_;
  std::vector<Notification> notifications_;
};

}  // namespace mainstay::config

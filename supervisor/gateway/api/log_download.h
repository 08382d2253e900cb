// A log as a file to keep, however large: it comes from the controller as fast as the client takes
// it, so that neither holds more of it than some pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/api/upstream.h"
#include "gateway/api/visit.h"

namespace mainstay::gateway {

class LogDownload : public std::enable_shared_from_this<LogDownload> {
 public:
  static void begin(Upstream& upstream, const std::shared_ptr<Visit>& visit);

  LogDownload(Upstream& upstream, std::shared_ptr<Visit> visit)
      : upstream_(upstream), visit_(std::move(visit)) {}

 private:
  void start();
  void on_item(std::string_view item);
  void on_end(const Reply& reply);
  void on_taken();
  void begin_answer();
  void push(std::string_view bytes);
  bool is_chunked() const;

  Upstream& upstream_;
  std::shared_ptr<Visit> visit_;
  std::uint64_t id_ = 0;
  int owed_ = 0;  // pieces that were pushed and not asked for anew
  bool begun_ = false;
};

// What the file is called: of the targets that were asked for, safe in a header and on every disk.
std::string download_name(std::string_view targets);

}  // namespace mainstay::gateway

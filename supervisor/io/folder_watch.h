// Tells when something in a folder changes: files made, written, renamed over, removed
// (uv_fs_event). Loop thread only.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "io/loop.h"

namespace mainstay::io {

class FolderWatch {
 public:
  // `callback` may come several times for one change, and may watch() again, not destroy this.
  FolderWatch(Loop& loop, std::function<void()> callback);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // This folder and no other from now on, not what is below its folders. To be repeated when the
  // folder itself may have been replaced.
  Status watch(const std::string& folder);

 private:
  struct Handle;
  Loop& loop_;
  std::function<void()> callback_;
  Handle* handle_ = nullptr;  // nothing: it watches none
  void stop();
};

}  // namespace mainstay::io

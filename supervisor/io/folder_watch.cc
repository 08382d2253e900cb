#include "io/folder_watch.h"

#include <uv.h>

#include <utility>

namespace mainstay::io {

// libuv's until it is closed.
struct FolderWatch::Handle {
  uv_fs_event_t uv{};
  FolderWatch* owner = nullptr;
};

FolderWatch::FolderWatch(Loop& loop, std::function<void()> callback)
    : loop_(loop), callback_(std::move(callback)) {}

FolderWatch::~FolderWatch() {
  stop();
}

void FolderWatch::stop() {
  if (handle_ == nullptr) return;
  Handle* old = std::exchange(handle_, nullptr);
  old->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&old->uv),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

Status FolderWatch::watch(const std::string& folder) {
  stop();
  handle_ = new Handle{{}, this};
  handle_->uv.data = handle_;
  uv_fs_event_init(loop_.raw(), &handle_->uv);
  const auto changed = [](uv_fs_event_t* uv, const char*, int, int) {
    const auto* handle = static_cast<Handle*>(uv->data);
    if (handle->owner != nullptr) handle->owner->callback_();
  };
  const int status = uv_fs_event_start(&handle_->uv, changed, folder.c_str(), 0);
  if (status == 0) return {};
  stop();
  return Error{"cannot watch " + folder + ": " + uv_strerror(status), -status};
}

}  // namespace mainstay::io

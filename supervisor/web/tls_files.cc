#include "web/tls_files.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/whole_file.h"

namespace mainstay::web {

namespace {

// Both of them, as JSON, have to fit into a setup (checks::kMaxWebSetup).
constexpr std::size_t kMaxBytes = 64 * 1024;

Result<std::string> read_pem(const char* key, const std::filesystem::path& path,
                             std::string_view what) {
  const auto wrong = [&](const std::string& why) {
    return Error{fmt::format("{}: {}: {}", key, path.string(), why)};
  };
  const UniqueFd fd{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd) return system_error(fmt::format("{}: {}", key, path.string()), errno);
  auto bytes = read_all(fd.get(), kMaxBytes);
  if (!bytes) return wrong(bytes.error().message);
  if (bytes->find(what) == std::string::npos)
    return wrong(fmt::format("there is no '{}' in it: it has to be a PEM file", what));
  return bytes;
}

}  // namespace

Result<TlsTexts> read_tls_texts(const model::TlsSpec& spec) {
  auto certificate = read_pem("web.tls.certificate", spec.certificate, "-----BEGIN CERTIFICATE");
  if (!certificate) return certificate.error();
  auto key = read_pem("web.tls.key", spec.key, "PRIVATE KEY-----");
  if (!key) return key.error();
  return TlsTexts{std::move(*certificate), std::move(*key)};
}

// Owned by the worker too: it may outlive us.
struct TlsFiles::Reading {
  TlsFiles* owner = nullptr;
  Result<TlsTexts> read = Error{"not read"};
};

TlsFiles::TlsFiles(io::Loop& loop, model::TlsSpec spec, std::function<void()> on_change,
                   std::function<void(const std::string&)> notice, TlsTimes times)
    : loop_(loop),
      spec_(std::move(spec)),
      on_change_(std::move(on_change)),
      notice_(std::move(notice)),
      times_(times),
      settle_(loop, [this] { read(); }),
      certificate_folder_(loop, [this] { settle_.start(times_.settle); }),
      key_folder_(loop, [this] { settle_.start(times_.settle); }) {
  watch();
  auto first = read_tls_texts(spec_);
  if (first) {
    texts_ = std::move(*first);
  } else {
    take(first);
  }
}

TlsFiles::~TlsFiles() {
  if (reading_) reading_->owner = nullptr;
}

// Before they are read, so that no change is missed. The folders may have been replaced.
void TlsFiles::watch() {
  const bool watched = certificate_folder_.watch(spec_.certificate.parent_path()).ok() &&
                       key_folder_.watch(spec_.key.parent_path()).ok();
  if (!watched) settle_.start(times_.again);
}

void TlsFiles::read() {
  if (reading_) {
    again_ = true;
    return;
  }
  watch();
  reading_ = std::make_shared<Reading>();
  reading_->owner = this;
  loop_.in_worker([reading = reading_, spec = spec_] { reading->read = read_tls_texts(spec); },
                  [reading = reading_] {
                    if (reading->owner == nullptr) return;
                    reading->owner->reading_.reset();
                    reading->owner->take(reading->read);
                  });
}

void TlsFiles::take(const Result<TlsTexts>& read) {
  if (std::exchange(again_, false)) settle_.start(times_.settle);
  if (!read) {
    if (read.error().message != problem_)
      notice_(read.error().message +
              (texts_.key.empty() ? "; the page waits for it" : "; the page goes on with the old"));
    problem_ = read.error().message;
    settle_.start(times_.again);
    return;
  }
  problem_.clear();
  if (*read == texts_) return;
  texts_ = *read;
  on_change_();
}

}  // namespace mainstay::web

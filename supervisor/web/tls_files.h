// The certificate and the key of the page: read by the controller, which may, and read again when
// they change, in place or by a rename over them. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/folder_watch.h"
#include "io/loop.h"
#include "model/ecosystem.h"

namespace mainstay::web {

struct TlsTexts {
  std::string certificate;  // PEM, with its chain
  std::string key;          // PEM
  bool operator==(const TlsTexts&) const = default;
};

// Whether key and certificate belong together is for the gateway to say, which has TLS.
Result<TlsTexts> read_tls_texts(const model::TlsSpec& spec);

struct TlsTimes {
  // Both files are written anew by then.
  Duration settle = std::chrono::milliseconds{500};
  // Without a folder to watch, and while there is nothing good.
  Duration again = std::chrono::seconds{5};
};

class TlsFiles {
 public:
  // Blocks while it reads them. `on_change` comes, from the loop, with the first good texts and
  // with others than before. `notice` is told why they cannot be used, each reason once.
  TlsFiles(io::Loop& loop, model::TlsSpec spec, std::function<void()> on_change,
           std::function<void(const std::string&)> notice, TlsTimes times = {});
  ~TlsFiles();
  TlsFiles(const TlsFiles&) = delete;
  TlsFiles& operator=(const TlsFiles&) = delete;

  // The last good ones; empty: there have been none.
  const TlsTexts& texts() const { return texts_; }
  // What is wrong with those on disk; empty: nothing.
  const std::string& problem() const { return problem_; }

 private:
  struct Reading;
  void watch();
  void read();
  void take(const Result<TlsTexts>& read);

  io::Loop& loop_;
  model::TlsSpec spec_;
  std::function<void()> on_change_;
  std::function<void(const std::string&)> notice_;
  TlsTimes times_;
  io::Timer settle_;
  io::FolderWatch certificate_folder_;
  io::FolderWatch key_folder_;
  std::shared_ptr<Reading> reading_;  // nothing: none is under way
  bool again_ = false;                // something changed meanwhile
  TlsTexts texts_;
  std::string problem_;
};

}  // namespace mainstay::web

// The page as the controller keeps it up: where it is listened for, what the gateway is told of it,
// and why it is not there. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "checks/gateway_page.h"
#include "io/loop.h"
#include "model/ecosystem.h"
#include "web/binding.h"
#include "web/setup.h"
#include "web/tls_files.h"

namespace mainstay::web {

// What a page asks of others.
struct PageLinks {
  FindHolder find_holder;
  // Makes the gateway's connection to the control server, and gives its end.
  std::function<Result<UniqueFd>()> connect;
  // Keeps what is listened on for the next controller.
  std::function<void(std::span<const UniqueFd>)> keep;
  // The gateway is to serve this page from now on; and its setup has changed.
  std::function<void()> serve;
  std::function<void()> set_up;
  std::function<void(const std::string&)> notice;
};

class Page final : public checks::GatewayPage {
 public:
  Page(io::Loop& loop, std::string name, model::WebSpec spec, PageLinks links);
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  // Who may come in. Before begin(), and whenever it changes.
  void set_access(Access access);
  // Listens and has it served, as soon as both can be. `bound`: by a former controller.
  void begin(std::vector<UniqueFd> bound);

  // "http://127.0.0.1:9615": what a browser on this machine is given.
  std::string url() const;
  // Why there is no page, or not the one that is declared; empty: all is well.
  std::string problem() const;

  Result<std::vector<UniqueFd>> descriptors() override;
  std::string setup() override { return text_; }

 private:
  void renew();
  void serve();

  model::WebSpec spec_;
  PageLinks links_;
  Setup setup_;
  std::string text_;  // of the setup; empty: there is none yet that could be served
  std::string too_large_;
  bool serving_ = false;
  Binding binding_;
  std::optional<TlsFiles> tls_;
};

}  // namespace mainstay::web

#include "web/page.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "checks/gateway_protocol.h"

namespace mainstay::web {

namespace {

constexpr const char* kTooLarge =
    "there are too many users and tokens for the page; remove some with ctl token revoke";

}  // namespace

Page::Page(io::Loop& loop, std::string name, model::WebSpec spec, PageLinks links)
    : spec_(std::move(spec)),
      links_(std::move(links)),
      binding_(
          loop, {.listen = spec_.listen}, links_.find_holder, [this] { serve(); }, links_.notice) {
  setup_.name = std::move(name);
  setup_.listen = spec_.listen;
  setup_.remote_without_tls = spec_.allow_remote_without_tls;
  if (spec_.tls)
    tls_.emplace(
        loop, *spec_.tls, [this] { renew(); }, links_.notice);
}

void Page::set_access(Access access) {
  setup_.access = std::move(access);
  renew();
}

void Page::begin(std::vector<UniqueFd> bound) {
  renew();
  binding_.begin(std::move(bound));
}

// A page for which TLS is declared is never served without.
void Page::renew() {
  if (tls_ && tls_->texts().key.empty()) return;
  if (tls_) {
    setup_.certificate = tls_->texts().certificate;
    setup_.key = tls_->texts().key;
  }
  std::string text = to_text(setup_);
  const bool large = text.size() > checks::kMaxWebSetup;
  if (large && too_large_.empty()) links_.notice(kTooLarge);
  too_large_ = large ? kTooLarge : "";
  if (large || text == text_) return;
  text_ = std::move(text);
  serving_ ? links_.set_up() : serve();
}

void Page::serve() {
  if (serving_ || text_.empty() || binding_.sockets().empty()) return;
  serving_ = true;
  links_.keep(binding_.sockets());
  links_.serve();
}

std::string Page::url() const {
  std::string where = spec_.listen;
  for (const char* any : {"0.0.0.0:", "[::]:"})
    if (where.starts_with(any)) where = "127.0.0.1:" + where.substr(std::string{any}.size());
  return (spec_.tls ? "https://" : "http://") + where;
}

std::string Page::problem() const {
  if (!binding_.problem().empty()) return binding_.problem();
  if (tls_ && !tls_->problem().empty()) return tls_->problem();
  return too_large_;
}

Result<std::vector<UniqueFd>> Page::descriptors() {
  std::vector<UniqueFd> given;
  auto connection = links_.connect();
  if (!connection) return connection.error();
  given.push_back(std::move(*connection));
  for (const UniqueFd& one : binding_.sockets()) {
    given.push_back(duplicate(one.get()));
    if (!given.back()) return system_error("cannot serve the page", errno);
  }
  return given;
}

}  // namespace mainstay::web

// audit.list and audit.verify.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/hex.h"
#include "base/sha256.h"
#include "control/event_wish.h"
#include "control/history_state.h"
#include "control/json_writer.h"
#include "control/method.h"
#include "control/service_object.h"
#include "history/history.h"

namespace mainstay::control {

namespace {

void write_entry(JsonWriter& out, const history::AuditEntry& entry) {
  write_event_members(out.open_object(), entry.event);
  out.key("hash").text_or_null(to_hex(entry.hash)).close_object();
}

void write_broken(JsonWriter& out, const history::AuditBreak& broken) {
  out.key("broken").open_object().key("id").whole(broken.id);
  out.key("expected").text_or_null(to_hex(broken.expected));
  out.key("found").text_or_null(to_hex(broken.found));
  out.key("reason").text(broken.reason).close_object();
}

bool lacks_noted(const history::AuditCheck& check) {
  return !check.noted.empty() && !check.noted_at;
}

std::string verdict(const history::AuditCheck& check) {
  JsonWriter out;
  const bool kept = check.entries > 0;
  out.open_object().key("ok").flag(!check.broken && !lacks_noted(check));
  out.key("entries").whole(static_cast<std::int64_t>(check.entries));
  out.key("first");
  kept ? out.whole(check.first) : out.null();
  out.key("first_at").time(check.first_at).key("last");
  kept ? out.whole(check.last) : out.null();
  out.key("head").text(to_hex(check.head));
  out.key("begins").open_object().key("after").whole(check.begin.after);
  out.key("hash").text(to_hex(check.begin.hash)).key("why").text_or_null(check.begin.why);
  out.close_object();
  if (!check.noted.empty()) {
    out.key("noted").open_object().key("hash").text(to_hex(check.noted)).key("entry");
    check.noted_at ? out.whole(*check.noted_at) : out.null();
    out.close_object();
  }
  if (check.broken) write_broken(out, *check.broken);
  return out.close_object().take();
}

// Checked piece by piece: the loop and the worker are free in between.
struct Verifying {
  Parts& parts;
  Call call;
  bool progress = false;
  history::AuditCheck check;
};

void tell(const Verifying& verifying) {
  if (!verifying.progress || !verifying.call.keeps_up()) return;
  verifying.call.item(fmt::format(R"({{"entries":{}}})", verifying.check.entries));
}

void go_on(const std::shared_ptr<Verifying>& verifying) {
  if (!verifying->call.open()) return;
  verifying->parts.history.check_audit(
      verifying->check, [verifying](Result<history::AuditCheck> checked) {
        if (!checked) return verifying->call.fail(history_failure(checked.error()));
        verifying->check = std::move(*checked);
        if (verifying->check.done) return verifying->call.answer(verdict(verifying->check));
        tell(*verifying);
        go_on(verifying);
      });
}

}  // namespace

void audit_list(Context& context, const Call& call, Params& params) {
  const auto wish = read_event_wish(context, call, params);
  if (!wish) return;
  auto query = wish->query(0, INT64_MAX);
  query.latest = true;
  query.limit = wish->limit;
  context.parts.history.audit(std::move(query),
                              [call](const Result<std::vector<history::AuditEntry>>& entries) {
                                if (!entries) return call.fail(history_failure(entries.error()));
                                JsonWriter out;
                                out.open_object().key("entries").open_list();
                                for (const history::AuditEntry& entry : *entries)
                                  write_entry(out, entry);
                                call.answer(out.close_list().close_object().take());
                              });
}

void audit_verify(Context& context, const Call& call, Params& params) {
  const auto head = params.text("head");
  history::AuditCheck check;
  if (head) check.noted = from_hex(*head).value_or("");
  if (head && check.noted.size() != kSha256Size)
    params.refuse("head", "is no hash of an entry; it has 64 digits, 0 to 9 and a to f");
  const bool progress = params.flag("progress", false);
  if (refused(call, params)) return;
  go_on(std::make_shared<Verifying>(Verifying{context.parts, call, progress, std::move(check)}));
}

}  // namespace mainstay::control

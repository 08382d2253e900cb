#include "control/page_state.h"

#include <string>

#include "web/page.h"

namespace mainstay::control {

void write_page(JsonWriter& out, const Parts& parts) {
  const web::Page* page = parts.page;
  out.key("web");
  if (page == nullptr) {
    out.null();
    return;
  }
  out.open_object().key("url").text(page->url());
  const std::string problem =
      parts.facts.drain ? "there is no page in drain mode" : page->problem();
  out.key("problem").text_or_null(problem).close_object();
}

}  // namespace mainstay::control

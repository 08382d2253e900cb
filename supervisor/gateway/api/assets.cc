#include "gateway/api/assets.h"

#include <algorithm>

#include "base/text.h"
#include "gateway/api/handlers.h"
#include "gateway/api/openapi.h"

namespace mainstay::gateway {

namespace {

std::string text_of(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// RFC 9110 13.1.2: a list of tags, or anything; weak ones are as good.
bool names_tag(std::string_view if_none_match, std::string_view etag) {
  for (std::string_view each : split(if_none_match, ',')) {
    each = trimmed(each);
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == etag) return true;
  }
  return false;
}

}  // namespace

ApiResponse asset_response(std::span<const Asset> files, std::string_view path, bool gzip,
                           std::string_view if_none_match) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [path](const Asset& each) { return each.path == path; });
  if (found == files.end()) return error_response(404, "no_such_file", "there is no such file");
  // Asked again each time, and answered by 304: a new version's files never mix with old ones.
  ApiResponse response{.type = std::string{found->type},
                       .headers = {{"ETag", std::string{found->etag}},
                                   {"Cache-Control", "no-cache"},
                                   {"Vary", "Accept-Encoding"}}};
  if (names_tag(if_none_match, found->etag)) {
    response.status = 304;
    return response;
  }
  const bool small = gzip && !found->gzip.empty();
  if (small) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = text_of(small ? found->gzip : found->plain);
  return response;
}

void answer_page(const Means&, const std::shared_ptr<Visit>& visit) {
  const auto& request = visit->request();
  visit->answer(asset_response(assets(), request.path, request.accepts_gzip,
                               visit->web().header("if-none-match")));
}

void answer_openapi(const Means&, const std::shared_ptr<Visit>& visit) {
  visit->answer_json(openapi_text());
}

}  // namespace mainstay::gateway

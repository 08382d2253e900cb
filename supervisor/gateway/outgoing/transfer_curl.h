// One request as libcurl has it. With outgoing_curl.cc the only place that knows libcurl.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checks/http_request.h"
#include "gateway/outgoing/answer.h"
#include "gateway/outgoing/target.h"

namespace mainstay::gateway {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

struct Transfer {
  std::uint64_t token = 0;
  bool wants_body = false;
  bool is_tls = false;
  std::function<void(Answer)> done;
  Answer answer;
  MonoTime begun;
  std::size_t head_bytes = 0;
  std::size_t body_bytes = 0;
  bool ended_here = false;  // by one of the limits; answer.end says which
  char error[CURL_ERROR_SIZE] = {};
  List headers;
  List addresses;
  std::unique_ptr<CURL, FreeEasy> easy;

  static std::size_t on_head(const char* bytes, std::size_t size, std::size_t count, void* self);
  // The connection is there, TLS begins.
  static CURLcode on_tls(CURL* easy, void* context, void* self);
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);

  // False: there is no memory.
  bool set_up(const checks::HttpRequest& request, const Target& target,
              const std::vector<std::string>& known_addresses, Duration time);
  // What came of it, once libcurl is done.
  Answer result(CURLcode code);
};

}  // namespace mainstay::gateway

#include "gateway/outgoing/transfer_curl.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/clock.h"
#include "mainstay/version.h"

namespace mainstay::gateway {

namespace {

using checks::HttpRequest;

constexpr long kReceiveBuffer = 8 * 1024;
constexpr long kCertificatesKept = 3600;  // seconds until the machine's list is read again

std::string user_agent() {
  return "mainstay/" + std::string{kVersion};
}

void append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;  // out of memory: the header is missing
  static_cast<void>(list.release());
  list.reset(longer);
}

bool has_header(const HttpRequest& request, const char* name) {
  return std::any_of(request.headers.begin(), request.headers.end(), [name](const auto& header) {
    return curl_strequal(header.first.c_str(), name) != 0;
  });
}

List headers_of(const HttpRequest& request) {
  List list;
  if (!has_header(request, "Connection")) append(list, "Connection: close");
  append(list, "Content-Type:");  // libcurl's own, of a body that is empty
  for (const auto& [name, value] : request.headers)
    append(list, value.empty() ? name + ";" : name + ": " + value);
  return list;
}

// "+host:port:address,address": the answer that is to be used, forgotten after a while.
List addresses_of(const Target& target, const std::vector<std::string>& addresses) {
  std::string entry = "+" + target.host + ":" + std::to_string(target.port) + ":";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const bool v6 = addresses[i].find(':') != std::string::npos;
    entry += (i == 0 ? "" : ",") + (v6 ? "[" + addresses[i] + "]" : addresses[i]);
  }
  List list;
  append(list, entry);
  return list;
}

void set_method(CURL* easy, const std::string& method) {
  if (method == "GET") return;
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (method == "POST" || method == "PUT" || method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
}

// What no check may do: be sent elsewhere by a server or by our environment, remember anything,
// speak another protocol, or use a connection that another check left.
void set_rules(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent().c_str());
  // Only a list of certificates from one file is kept in memory between requests.
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, kCertificatesKept);
}

bool starts_with_text(std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

// libcurl's own words, without what they are about.
std::string words_of(const char* error, CURLcode code) {
  std::string text = *error != 0 ? error : curl_easy_strerror(code);
  if (!starts_with_text(text, "SSL certificate problem: ")) starts_with_text(text, "SSL: ");
  // "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number"
  constexpr std::string_view kOpenSsl = "routines::";
  const std::size_t routine = text.rfind(kOpenSsl);
  if (routine != std::string::npos) text.erase(0, routine + kOpenSsl.size());
  return text;
}

End end_of(CURLcode code, int os_error) {
  switch (static_cast<int>(code)) {
    case CURLE_OK:
      return End::Complete;
    case CURLE_COULDNT_RESOLVE_HOST:
      return End::NoName;
    case CURLE_COULDNT_CONNECT:
      return End::NoConnection;
    case CURLE_OPERATION_TIMEDOUT:
      return End::TimedOut;
    case CURLE_GOT_NOTHING:
      return End::Silent;
    case CURLE_PARTIAL_FILE:
      return End::Cut;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return os_error == ECONNRESET || os_error == EPIPE ? End::Reset : End::Cut;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return End::NotHttp;
    case CURLE_PEER_FAILED_VERIFICATION:
      return End::BadCertificate;
    case CURLE_SSL_CONNECT_ERROR:
      return End::NoTls;
    case CURLE_OUT_OF_MEMORY:  // so it calls one line of 100K
      return End::HeadTooLong;
    default:
      return End::Unable;
  }
}

Duration time_of(CURL* easy, CURLINFO info) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, info, &microseconds);
  return std::chrono::microseconds{microseconds};
}

}  // namespace

std::size_t Transfer::on_head(const char*, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.answer.began = true;
  transfer.head_bytes += size * count;
  if (transfer.head_bytes <= kMaxHead) return size * count;
  transfer.ended_here = true;
  transfer.answer.end = End::HeadTooLong;
  return 0;
}

std::size_t Transfer::on_body(const char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.wants_body) transfer.answer.body.append(bytes, size * count);
  transfer.body_bytes += size * count;
  if (transfer.body_bytes <= kMaxBody) return size * count;
  transfer.ended_here = true;
  transfer.answer.end = End::Enough;
  return 0;
}

CURLcode Transfer::on_tls(CURL*, void*, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.answer.connected = true;
  transfer.answer.connect = io::read_clocks().mono - transfer.begun;
  return CURLE_OK;
}

bool Transfer::set_up(const HttpRequest& request, const Target& target,
                      const std::vector<std::string>& known_addresses, Duration time) {
  easy.reset(curl_easy_init());
  if (!easy) return false;
  begun = io::read_clocks().mono;
  CURL* const handle = easy.get();
  if (!known_addresses.empty()) addresses = addresses_of(target, known_addresses);
  set_rules(handle);
  set_method(handle, request.method);
  headers = headers_of(request);
  wants_body = !request.body.empty();
  is_tls = target.url.starts_with("https:");
  curl_easy_setopt(handle, CURLOPT_URL, target.url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (addresses) curl_easy_setopt(handle, CURLOPT_RESOLVE, addresses.get());
  if (!target.socket_path.empty())
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, target.socket_path.c_str());
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, request.insecure ? 0L : 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, request.insecure ? 0L : 2L);
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(ms)));
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_head);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, &Transfer::on_tls);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, this);
  return true;
}

Answer Transfer::result(CURLcode code) {
  CURL* const handle = easy.get();
  long status = 0;
  long os_error = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &os_error);
  answer.os_error = static_cast<int>(os_error);
  answer.status = static_cast<int>(status);
  // With TLS libcurl tells of the connection only when that is through.
  if (!is_tls) {
    answer.connect = time_of(handle, CURLINFO_CONNECT_TIME_T);
    answer.connected = answer.connect > Duration{0};
  }
  answer.secured = !is_tls || time_of(handle, CURLINFO_APPCONNECT_TIME_T) > Duration{0};
  if (!ended_here) answer.end = end_of(code, answer.os_error);
  if (code != CURLE_OK) answer.detail = words_of(error, code);
  return std::move(answer);
}

}  // namespace mainstay::gateway

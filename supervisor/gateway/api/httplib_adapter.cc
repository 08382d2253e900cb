#include "gateway/api/httplib_adapter.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/json.h"

namespace mainstay::gateway {

namespace {

// What every response carries: nothing of ours is ever part of another site, nothing of others part
// of ours, and a browser never guesses what something is.
constexpr std::pair<const char*, const char*> kEverywhere[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
     "'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

bool has_header(const ApiResponse& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& header) { return header.first == name; });
}

class MemoryStream final : public httplib::Stream {
 public:
  explicit MemoryStream(std::string_view input) : input_(input) {}

  // Not all of these are known to every version: `override` cannot be said.
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winconsistent-missing-override"
#endif
  bool is_readable() const {
    return true;
  }
  bool is_writable() const {
    return true;
  }
  bool wait_readable() const {
    return true;
  }
  bool wait_writable() const {
    return true;
  }
  time_t duration() const {
    return 0;
  }
#pragma GCC diagnostic pop
  ssize_t read(char* into, std::size_t size) override {
    const std::size_t count = std::min(size, input_.size());
    std::memcpy(into, input_.data(), count);
    input_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override {
    return 0;
  }
  std::string take_output() {
    return std::move(output_);
  }

 private:
  std::string_view input_;
  std::string output_;
};

ApiRequest request_from(const httplib::Request& read) {
  ApiRequest request{.method = read.method, .path = read.path};
  for (const auto& [name, value] : read.params)
    request.query.push_back({name, value});
  request.accepts_gzip = read.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
  return request;
}

void give(httplib::Response& out, const ApiResponse& response) {
  out.status = response.status;
  for (const auto& [name, value] : kEverywhere)
    out.set_header(name, value);
  for (const auto& [name, value] : response.headers)
    out.set_header(name, value);
  if (!has_header(response, "Cache-Control")) out.set_header("Cache-Control", "no-store");
  if (response.status != 304) out.set_content(response.body, response.type);
}

}  // namespace

ApiResponse error_response(int status, std::string_view code, std::string_view message) {
  ApiResponse response{.status = status};
  response.body = R"({"error":{"code":)";
  append_json_string(response.body, code);
  response.body += R"(,"message":)";
  append_json_string(response.body, message);
  response.body += "}}\n";
  return response;
}

class HttplibAdapter::Server : public httplib::Server {
 public:
  Server() {
    svr_sock_ = 0;  // looks as if it were running
    // The front ends connections, by its own rules; these are only what is told.
    set_keep_alive_timeout(40);
    set_keep_alive_max_count(100'000);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (answer_ != nullptr) {
        give(response, *answer_);
      } else {
        read_ = request_from(request);
      }
      return HandlerResponse::Handled;
    });
    // Never what an exception says: that is not for strangers.
    set_exception_handler([](const httplib::Request&, httplib::Response& response,
                             std::exception_ptr) { response.status = 500; });
  }
  ~Server() override { svr_sock_ = INVALID_SOCKET; }

  std::optional<ApiRequest> read(const WebRequest& request) {
    read_.reset();
    bool close = false;
    pass(request.head, close);
    if (read_) read_->close = close;
    return std::move(read_);
  }

  std::string write(const ApiResponse& response, bool head_only, bool close) {
    answer_ = &response;
    bool closed = false;
    // Nothing that the client sent: with its Range or Accept-Encoding cpp-httplib would cut or
    // compress.
    std::string_view head = head_only ? "HEAD / HTTP/1.1\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n";
    if (close) {
      head = head_only ? "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n"
                       : "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    }
    std::string text = pass(head, closed);
    answer_ = nullptr;
    return text;
  }

 private:
  std::string pass(std::string_view input, bool& connection_closed) {
    MemoryStream stream{input};
    process(*this, stream, connection_closed);
    return stream.take_output();
  }

  // The entry point got four more parameters in 0.19; no macro of both versions tells them apart.
  template <typename Self>
  static void process(Self& self, httplib::Stream& stream, bool& closed) {
    const std::function<void(httplib::Request&)> no_setup;
    if constexpr (requires { self.process_request(stream, false, closed, no_setup); }) {
      self.process_request(stream, false, closed, no_setup);
    } else {
      self.process_request(stream, std::string{}, 0, std::string{}, 0, false, closed, no_setup);
    }
  }

  std::optional<ApiRequest> read_;
  const ApiResponse* answer_ = nullptr;
};

HttplibAdapter::HttplibAdapter() : server_(std::make_unique<Server>()) {}
HttplibAdapter::~HttplibAdapter() = default;

std::variant<ApiRequest, ApiResponse> HttplibAdapter::read(const WebRequest& request) {
  auto read = server_->read(request);
  if (read) return std::move(*read);
  return error_response(400, "bad_request", "the request cannot be read");
}

std::string HttplibAdapter::write(const ApiResponse& response, bool head_only, bool close) {
  return server_->write(response, head_only, close);
}

std::string HttplibAdapter::stream_head(const ApiResponse& response) {
  std::string head =
      fmt::format("HTTP/1.1 {} OK\r\nContent-Type: {}\r\n", response.status, response.type);
  for (const auto& [name, value] : kEverywhere)
    head += fmt::format("{}: {}\r\n", name, value);
  for (const auto& [name, value] : response.headers)
    head += fmt::format("{}: {}\r\n", name, value);
  return head + "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
}

}  // namespace mainstay::gateway

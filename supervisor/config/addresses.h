// Addresses in the ecosystem file. Each function says what is wrong with one, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mainstay::config {

// "127.0.0.1:8000", "db.internal:5432", "[::1]:80"; a bare port too where `port_alone`.
std::string problem_of_host_port(std::string_view text, bool port_alone);
// "http://host[:port][/path]" or https; "http://unix:/run/app.sock:/path" over a Unix socket.
std::string problem_of_url(std::string_view text);
// "tcp://0.0.0.0:8000" or "unix:///run/x.sock".
std::string problem_of_listen(std::string_view text);
// "smtp://[user[:password]@]host[:port]" or smtps.
std::string problem_of_smtp(std::string_view text);
// Something before and after one @, without blanks or control characters.
std::string problem_of_mail_address(std::string_view text);

// Whether a valid host and port is reachable from this machine only.
bool is_loopback(std::string_view host_port);

}  // namespace mainstay::config

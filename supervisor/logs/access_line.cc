#include "logs/access_line.h"

#include <algorithm>

#include "base/text.h"
#include "logs/access_json.h"
#include "logs/access_time.h"
#include "logs/colours.h"
#include "logs/fold.h"
#include "logs/interest.h"

namespace mainstay::logs {

namespace {

bool is_method(std::string_view word) {
  return word.size() >= 3 && word.size() <= kLongestMethod && word[0] != '-' &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

// Takes three digits that stand alone off `rest`; 0: there are none.
int take_status(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.size() < 3 || !std::all_of(rest.begin(), rest.begin() + 3, is_digit)) return 0;
  if (rest.size() > 3 && rest[3] != ' ' && rest[3] != ',' && rest[3] != '|') return 0;
  const int status = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  rest.remove_prefix(3);
  return status >= 100 && status < 600 ? status : 0;
}

// "GET /x" of `"GET /x HTTP/1.1" 200 …`, wherever it stands.
std::optional<AccessEntry> quoted_request(std::string_view line) {
  constexpr std::string_view kProtocol = "HTTP/";
  const std::size_t found = line.find(kProtocol);
  if (found == std::string_view::npos || found == 0 || line[found - 1] != ' ') return std::nullopt;
  const std::size_t protocol = found - 1;
  const std::size_t quote = line.rfind('"', protocol);
  const std::size_t close = line.find('"', protocol);
  if (quote == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  if (close > found + kProtocol.size() + 3) return std::nullopt;
  const std::string_view request = line.substr(quote + 1, protocol - quote - 1);
  const std::size_t method = request.find(' ');
  if (method == std::string_view::npos || !is_method(request.substr(0, method)))
    return std::nullopt;
  std::string_view rest = line.substr(close + 1);
  AccessEntry entry{request.substr(0, method), request.substr(method + 1), take_status(rest), {}};
  if (entry.status == 0) return std::nullopt;
  entry.took = find_took(rest);
  return entry;
}

// morgan's "GET /x 200 3.2 ms - 12" and "GET /x 200 12 - 3.2 ms".
std::optional<AccessEntry> bare_request(std::string_view line) {
  const std::size_t method = line.find(' ');
  if (method == std::string_view::npos || !is_method(line.substr(0, method))) return std::nullopt;
  std::string_view rest = line.substr(method + 1);
  if (!rest.starts_with('/')) return std::nullopt;
  const std::size_t target = std::min(rest.find(' '), rest.size());
  AccessEntry entry{line.substr(0, method), rest.substr(0, target), 0, {}};
  rest.remove_prefix(target);
  entry.status = take_status(rest);
  if (entry.status == 0) return std::nullopt;
  entry.took = find_took(rest);
  const bool like_morgan = entry.took || rest.starts_with(" - - ");
  return like_morgan ? std::optional{entry} : std::nullopt;
}

}  // namespace

std::optional<AccessEntry> parse_access(std::string_view line, std::string& storage) {
  const std::size_t text = std::min(line.find_first_not_of(" \t"), line.size());
  if (text < line.size() && line[text] == '{') return parse_access_json(line.substr(text), storage);
  line = line.substr(0, kInterestingBytes);
  if (line.starts_with('\x1b')) line = storage = without_colours(line);
  if (auto entry = quoted_request(line)) return entry;
  return bare_request(line);
}

void endpoint_of(const AccessEntry& entry, std::string& out) {
  out.assign(entry.method.substr(0, kLongestMethod));
  if (!out.empty()) out += ' ';
  append_folded_path(out, entry.target);
}

}  // namespace mainstay::logs

#include "logs/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace mainstay::logs {

namespace {

constexpr double kMuchCpu = 70;
constexpr double kMuchMemory = 80;

// Words of well-known signatures, in lower case, and what to do. {} is the service.
struct Known {
  std::array<std::string_view, 5> words;
  std::string_view text;
  std::string_view command;
};

constexpr std::array kKnown = {
    Known{{"no space left", "enospc", "disk full", "disk quota"},
          "the disk is full: delete what is not needed, or lower logs.total_size",
          "ctl logs usage"},
    Known{{"out of memory", "cannot allocate memory", "heap limit", "memoryerror", "oom"},
          "memory ran out: look for what grows, or raise limits.memory",
          "ctl show {} --crashes"},
    Known{{"address already in use", "eaddrinuse", "address in use"},
          "a port is taken: see who holds it, or give this one another port",
          "ctl why {}"},
    Known{{"too many open files", "emfile"},
          "it runs out of descriptors: look for what is never closed, or raise limits.open_files",
          "ctl show {}"},
    Known{{"connection refused", "econnrefused", "connection reset", "econnreset", "broken pipe"},
          "something that it talks to does not answer or hangs up: see whether that is up, and "
          "declare it under depends_on or monitors",
          "ctl status"},
    Known{{"timed out", "timeout", "etimedout", "deadline exceeded"},
          "something that it waits for is slow: see how that is doing before raising timeouts",
          "ctl logs {} --grep 'time(d )?out' -i -n 20"},
    Known{{"enotfound", "getaddrinfo", "name resolution", "no such host", "name or service not"},
          "a host name is not found: check the name in its environment, and the machine's DNS",
          "ctl show {}"},
    Known{{"certificate", "x509", "ssl", "tls handshake"},
          "a TLS connection is refused: check the certificate, its date and the host name",
          "ctl logs {} --grep 'certificate|x509|ssl|tls' -i -n 20"},
    Known{{"password", "unauthorized", "authentication", "forbidden", "access denied"},
          "it is not let in somewhere: check its credentials",
          "ctl show {}"},
    Known{{"permission denied", "eacces", "operation not permitted"},
          "it may not do something: check its user and the rights of the files",
          "ctl show {}"},
    Known{{"no module named", "cannot find module", "classnotfound", "modulenotfound",
           "class not found"},
          "a library is missing: install what the program needs in its folder or environment",
          "ctl show {}"},
    Known{{"no such file", "filenotfound", "enoent"},
          "a file is missing: check cwd and the paths in its configuration",
          "ctl show {}"},
    Known{{"deadlock", "database is locked", "lock wait"},
          "transactions stand in each other's way: keep them short, and retry them",
          "ctl logs {} --grep lock -i -n 20"},
};

bool has_word(const std::string& text, std::string_view word) {
  const auto found = std::search(text.begin(), text.end(), word.begin(), word.end(),
                                 [](char a, char b) { return to_lower(a) == b; });
  return found != text.end();
}

bool is_about(const Signature& signature, const Known& known) {
  return std::any_of(known.words.begin(), known.words.end(), [&](std::string_view word) {
    return !word.empty() && (has_word(signature.text, word) || has_word(signature.cause, word));
  });
}

class Adviser {
 public:
  Adviser(const Findings& findings, const Vitals& vitals)
      : findings_(findings), vitals_(vitals), name_(findings.service) {}

  std::vector<Advice> run(const Verdict& verdict) {
    if (vitals_.failed) {
      add("it was given up: see why, and start it when that is put right",
          fmt::format("ctl why {}", name_));
    } else if (vitals_.unhealthy) {
      add("its checks fail: see which, and what they say", fmt::format("ctl why {}", name_));
    }
    if (vitals_.restarts > 0) {
      add(fmt::format("it ended by itself: see its last words and how it ended", name_),
          fmt::format("ctl show {} --crashes", name_));
    }
    known_troubles();
    traces();
    requests();
    usage();
    if (advice_.empty() && verdict.light != Light::Green && findings_.errors > 0) {
      add("see what it says around the errors",
          fmt::format("ctl logs {} --level error -n 20", name_));
    }
    if (advice_.size() > kMostAdvice) advice_.resize(kMostAdvice);
    return std::move(advice_);
  }

 private:
  void add(std::string text, std::string command) {
    const bool told = std::any_of(advice_.begin(), advice_.end(),
                                  [&](const Advice& known) { return known.text == text; });
    if (!told) advice_.push_back({std::move(text), std::move(command)});
  }

  void known_troubles() {
    for (const FoundSignature& trouble : findings_.signatures) {
      for (const Known& known : kKnown) {
        if (!is_about(trouble.signature, known)) continue;
        std::string command{known.command};
        if (const std::size_t at = command.find("{}"); at != std::string::npos)
          command.replace(at, 2, name_);
        add(std::string{known.text}, std::move(command));
        break;
      }
    }
  }

  // The most frequent trace says where to begin in the program.
  void traces() {
    for (const FoundSignature& trouble : findings_.signatures) {
      if (trouble.signature.where.empty() || trouble.signature.level != Level::Error) continue;
      add(fmt::format("most traces ({}) come from {}: begin there", trouble.count,
                      trouble.signature.where),
          fmt::format("ctl logs {} --level error -n 20", name_));
      return;
    }
  }

  void requests() {
    for (const FoundEndpoint& endpoint : findings_.endpoints) {
      if (endpoint.server_errors == 0) continue;
      add(fmt::format("{} fails most: {} of {} were answered with 5xx", endpoint.endpoint,
                      endpoint.server_errors, endpoint.requests),
          fmt::format("ctl logs {} --grep '\" 5\\d\\d ' -n 20", name_));
      break;
    }
    const auto slowest = std::max_element(
        findings_.endpoints.begin(), findings_.endpoints.end(),
        [](const FoundEndpoint& a, const FoundEndpoint& b) { return a.slow < b.slow; });
    if (slowest == findings_.endpoints.end() || slowest->slow == 0) return;
    add(fmt::format("{} is slow: {} of {} took a second or more, the longest {:.1f} s",
                    slowest->endpoint, slowest->slow, slowest->requests,
                    to_seconds(slowest->longest)),
        "");
  }

  void usage() {
    if (vitals_.cpu_percent >= kMuchCpu) {
      add("an instance has nearly a whole core busy: see what it computes, or run more of them",
          fmt::format("ctl scale {} +1", name_));
    }
    if (vitals_.memory_percent >= kMuchMemory) {
      add(vitals_.memory_of_limit
              ? "memory is near its limit: look for what grows, or raise limits.memory"
              : "it has most of the machine's memory: set limits.memory so that others can live",
          fmt::format("ctl show {}", name_));
    }
  }

  const Findings& findings_;
  const Vitals& vitals_;
  const std::string& name_;
  std::vector<Advice> advice_;
};

}  // namespace

std::vector<Advice> advise(const Findings& findings, const Vitals& vitals, const Verdict& verdict) {
  return Adviser{findings, vitals}.run(verdict);
}

}  // namespace mainstay::logs

// What log files are called. One place, so that capture, readers and `ctl` cannot disagree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/service_spec.h"

namespace mainstay::logs {

// Which of a service's outputs a file holds. Both: merged, so the stream of a line is no longer
// known.
enum class Stream : std::uint8_t { Out, Err, Both };

// "out", "err", "both": as in the API and in `ctl logs --stream`.
std::string_view to_string(Stream stream);
// "out" and "err" only; nothing for any other word.
std::optional<Stream> parse_stream(std::string_view word);

// The base name of an instance's logs: "backend" for the only declared instance, else "backend:1".
// It follows from the declaration alone, so `ctl scale` moves no log.
std::string log_base_name(std::string_view service, std::uint32_t declared_instances,
                          std::uint32_t index);
// "backend.out.log", "backend.err.log" or, for Both, "backend.log".
std::string log_file_name(std::string_view base, Stream stream);
// What log_file_name() was given: "backend" of "backend.err.log".
std::string log_base_of(std::string_view log_file);
// The index beside a log: "backend.out.log.idx".
std::string index_file_name(std::string_view log_file);
// What was captured for a log of the formats text and json and is not in it yet:
// "backend.out.log.raw".
std::string staging_file_name(std::string_view log_file);

// The streams that are kept for a service, in the order in which ties in time are shown.
std::vector<Stream> kept_streams(const model::LogSpec& spec);

}  // namespace mainstay::logs

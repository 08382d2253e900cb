#include "history/point_block.h"

#include <limits>

#include "history/varint.h"

namespace mainstay::history {

namespace {

// Differences modulo 2^64: any two values have one, and no sum overflows.
std::int64_t difference(std::int64_t value, std::int64_t before) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) -
                                   static_cast<std::uint64_t>(before));
}

std::int64_t sum(std::int64_t value, std::int64_t step) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) +
                                   static_cast<std::uint64_t>(step));
}

// Steps of zero in a row are written as 0 and how many more there are.
class RunWriter {
 public:
  explicit RunWriter(std::string& out) : out_(out) {}
  ~RunWriter() { end_run(); }
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  void add(std::int64_t step) {
    if (step == 0) {
      ++zeros_;
      return;
    }
    end_run();
    append_varint(out_, zigzag(step));
  }

 private:
  void end_run() {
    if (zeros_ == 0) return;
    out_.push_back(0);
    append_varint(out_, zeros_ - 1);
    zeros_ = 0;
  }

  std::string& out_;
  std::uint64_t zeros_ = 0;
};

class RunReader {
 public:
  explicit RunReader(VarintReader& in) : in_(in) {}

  std::int64_t next() {
    if (zeros_ > 0) return --zeros_, 0;
    const std::uint64_t step = in_.next();
    if (step != 0) return unzigzag(step);
    zeros_ = in_.next();
    return 0;
  }
  // Whether what was read ends with the last run.
  bool complete() const { return in_.ok() && zeros_ == 0; }

 private:
  VarintReader& in_;
  std::uint64_t zeros_ = 0;
};

template <typename Number>
void append_values(std::string& out, const std::vector<Number>& values) {
  RunWriter runs{out};
  std::int64_t before = 0;
  for (const Number value : values) {
    runs.add(difference(static_cast<std::int64_t>(value), before));
    before = static_cast<std::int64_t>(value);
  }
}

bool read_values(VarintReader& in, std::size_t count, std::vector<std::int64_t>& values) {
  RunReader runs{in};
  values.resize(count);
  std::int64_t value = 0;
  for (std::int64_t& place : values)
    place = value = sum(value, runs.next());
  return runs.complete();
}

// Times are told from each other by a step that is mostly the same.
void append_times(std::string& out, const std::vector<std::int64_t>& times) {
  RunWriter runs{out};
  std::int64_t before = 0;
  std::int64_t step = 0;
  for (const std::int64_t time : times) {
    runs.add(difference(difference(time, before), step));
    step = difference(time, before);
    before = time;
  }
}

bool read_times(VarintReader& in, std::size_t count, std::vector<std::int64_t>& times) {
  RunReader runs{in};
  times.resize(count);
  std::int64_t time = 0;
  std::int64_t step = 0;
  for (std::int64_t& place : times) {
    step = sum(step, runs.next());
    place = time = sum(time, step);
  }
  return runs.complete();
}

void append_sized(std::string& out, std::string_view bytes) {
  append_varint(out, bytes.size());
  out.append(bytes);
}

std::string column_bytes(const Column& column) {
  std::string out;
  if (!column.rows.empty()) {
    append_varint(out, column.rows.size());
    append_values(out, column.rows);
  }
  append_values(out, column.values);
  return out;
}

// Ascending, and rows that there are.
bool read_rows(VarintReader& in, std::size_t count, std::size_t rows,
               std::vector<std::uint32_t>& out) {
  std::vector<std::int64_t> read;
  if (count == 0 || count > rows || !read_values(in, count, read)) return false;
  std::int64_t before = -1;
  for (const std::int64_t row : read) {
    if (row <= before || row >= static_cast<std::int64_t>(rows)) return false;
    out.push_back(static_cast<std::uint32_t>(before = row));
  }
  return true;
}

}  // namespace

std::string encode(const Block& block) {
  std::string out;
  append_varint(out, block.times.size());
  std::string times;
  append_times(times, block.times);
  append_sized(out, times);
  for (const Column& column : block.columns) {
    append_varint(out, std::uint64_t{column.id} * 2 + (column.rows.empty() ? 0 : 1));
    append_sized(out, column_bytes(column));
  }
  return out;
}

bool BlockReader::open(std::string_view bytes) {
  VarintReader in{bytes};
  damaged_ = false;
  const std::uint64_t rows = in.next();
  if (!in.ok() || rows == 0 || rows > kMostRows) return fail();
  const std::uint64_t size = in.next();
  const std::string_view coded = in.take(size);
  VarintReader times{coded};
  if (!in.ok() || !read_times(times, rows, times_) || !times.at_end()) return fail();
  left_ = bytes.substr(static_cast<std::size_t>(coded.data() + coded.size() - bytes.data()));
  return true;
}

bool BlockReader::next() {
  if (damaged_ || left_.empty()) return false;
  VarintReader in{left_};
  tag_ = in.next();
  const std::uint64_t size = in.next();
  bytes_ = in.take(size);
  if (!in.ok() || tag_ / 2 > std::numeric_limits<std::uint32_t>::max()) return fail();
  left_ = left_.substr(static_cast<std::size_t>(bytes_.data() + bytes_.size() - left_.data()));
  return true;
}

bool BlockReader::read(Column& column) {
  column.id = id();
  column.rows.clear();
  VarintReader in{bytes_};
  std::uint64_t count = times_.size();
  if (tag_ % 2 != 0) {
    count = in.next();
    if (!read_rows(in, count, times_.size(), column.rows)) return fail();
  }
  return (read_values(in, count, column.values) && in.at_end()) || fail();
}

bool BlockReader::fail() {
  damaged_ = true;
  left_ = bytes_ = {};
  return false;
}

}  // namespace mainstay::history

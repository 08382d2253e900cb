#include "ctl/history_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "ctl/display_width.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kRows = 10;
constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kLeastColumns = 8;
constexpr std::size_t kMostColumns = 1000;
constexpr std::size_t kWidestLabel = 10;  // "1023.9 MB/s" loses its last letter nowhere else

// A grid of dots, of which a character shows several.
class Canvas {
 public:
  Canvas(std::size_t columns, bool braille)
      : braille_(braille),
        width_(static_cast<int>(columns * (braille ? 2 : 1))),
        height_(static_cast<int>(kRows * (braille ? 4 : 1))),
        dots_(static_cast<std::size_t>(width_ * height_)) {}

  int width() const { return width_; }
  int height() const { return height_; }

  // From the lower left corner.
  void line(int x0, int y0, int x1, int y1) {
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i)
      set(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
  }

  // Row 0 is the uppermost; without spaces at its end.
  std::string row(std::size_t row) const {
    std::string out;
    const int columns = width_ / (braille_ ? 2 : 1);
    std::size_t end = 0;
    for (int column = 0; column < columns; ++column) {
      out += character(column, static_cast<int>(row));
      if (out.back() != ' ') end = out.size();
    }
    return out.substr(0, end);
  }

 private:
  void set(int x, int y) { dots_[static_cast<std::size_t>((height_ - 1 - y) * width_ + x)] = true; }
  bool dot(int x, int y) const { return dots_[static_cast<std::size_t>(y * width_ + x)]; }

  // U+2800 plus a bit for each of eight dots, numbered as in the Unicode chart.
  std::string character(int column, int row) const {
    if (!braille_) return dot(column, row) ? "*" : " ";
    constexpr std::array<std::array<unsigned, 2>, 4> kBits = {
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    unsigned bits = 0;
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 2; ++x) {
        const auto bit = kBits[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
        if (dot(column * 2 + x, row * 4 + y)) bits |= bit;
      }
    }
    if (bits == 0) return " ";
    return {'\xe2', static_cast<char>(0xa0 | bits >> 6), static_cast<char>(0x80 | (bits & 0x3f))};
  }

  bool braille_;
  int width_;
  int height_;
  std::vector<bool> dots_;
};

// The values at the lower and the upper edge. Zero is in sight unless all is far above it.
struct Scale {
  explicit Scale(const HistoryView& view) {
    low = high = view.points.front().mean;
    for (const PointView& point : view.points) {
      low = std::min(low, point.mean);
      high = std::max({high, point.mean, point.max});
    }
    if (low > 0 && low < high / 2) low = 0;
    if (high > low) return;
    if (low > 0) {
      low = 0;
    } else {
      high = low + 1;
    }
  }
  int place(double value, int height) const {
    return static_cast<int>(std::lround((value - low) / (high - low) * (height - 1)));
  }

  double low = 0;
  double high = 0;
};

// Farther apart than this nothing was measured in between.
Duration gap_of(const HistoryView& view, const ChartFrame& frame, int width) {
  std::vector<Duration> steps;
  for (std::size_t i = 1; i < view.points.size(); ++i)
    steps.push_back(view.points[i].at - view.points[i - 1].at);
  if (steps.empty()) return Duration{0};
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2),
                   steps.end());
  return std::max(steps[steps.size() / 2] * 5 / 2, (frame.to - frame.from) / width * 2);
}

void draw(Canvas& canvas, const HistoryView& view, const Scale& scale, const ChartFrame& frame) {
  const Duration gap = gap_of(view, frame, canvas.width());
  const double length = to_seconds(frame.to - frame.from);
  int last_x = 0;
  int last_y = 0;
  const PointView* last = nullptr;
  for (const PointView& point : view.points) {
    const double part = std::clamp(to_seconds(point.at - frame.from) / length, 0.0, 1.0);
    const int x = static_cast<int>(std::lround(part * (canvas.width() - 1)));
    const int y = scale.place(point.mean, canvas.height());
    canvas.line(x, y, x, scale.place(std::max(point.mean, point.max), canvas.height()));
    if (last != nullptr && point.at - last->at <= gap) canvas.line(last_x, last_y, x, y);
    last = &point;
    last_x = x;
    last_y = y;
  }
}

std::string time_label(WallTime at, const ChartFrame& frame) {
  const std::string date_clock = format_local_date_clock(at);  // "2026-11-22 14:02:11"
  constexpr std::size_t kDate = 5;
  constexpr std::size_t kClock = 11;
  if (frame.to - frame.from < std::chrono::minutes{10}) return date_clock.substr(kClock);
  const std::size_t from = frame.to - frame.from <= std::chrono::hours{24} ? kClock : kDate;
  return date_clock.substr(from, 16 - from);
}

// As many times as there is room for, each below its place.
std::string time_axis(const ChartFrame& frame, std::size_t columns) {
  std::string out;
  for (const int quarter : {0, 2, 4}) {
    const std::string label = time_label(frame.from + (frame.to - frame.from) / 4 * quarter, frame);
    const std::size_t middle = columns * static_cast<std::size_t>(quarter) / 4;
    const std::size_t back = quarter == 0 ? 0 : quarter == 4 ? label.size() : label.size() / 2;
    const std::size_t place = middle > back ? middle - back : 0;
    if (!out.empty() && place < out.size() + 2) continue;
    out.append(place - out.size(), ' ').append(label);
  }
  return out.size() <= columns ? out : "";
}

std::size_t width_of(const Terminal& terminal) {
  return terminal.width.value_or(kUsualWidth);
}

}  // namespace

std::size_t chart_points(const Terminal& terminal) {
  return 2 * std::clamp(width_of(terminal), kLeastColumns, kMostColumns);
}

std::string chart_text(const HistoryView& view, const ChartFrame& frame, const Terminal& terminal) {
  const Scale scale{view};
  const auto label = [&](double value) { return value_text(view.metric, value); };
  std::array<std::string, 3> labels = {label(scale.high), label((scale.low + scale.high) / 2),
                                       label(scale.low)};
  std::size_t margin = 0;
  for (const std::string& one : labels)
    margin = std::max(margin, std::min(display_width(one), kWidestLabel));
  const std::size_t width = std::min(width_of(terminal), kMostColumns);
  // Where there is no room for both, the line goes on without its values.
  const bool labelled = width >= margin + 2 + kLeastColumns;
  const std::size_t columns = labelled ? width - margin - 2 : std::max<std::size_t>(width, 1);
  Canvas canvas{columns, terminal.symbols};
  draw(canvas, view, scale, frame);

  const std::string_view edge = terminal.symbols ? "┤" : "|";
  std::string out;
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::string text = row == 0           ? labels[0]
                             : row == kRows / 2 ? labels[1]
                             : row + 1 == kRows ? labels[2]
                                                : "";
    if (labelled) {
      const std::string shown = shorten_end(text, margin, "");
      out.append(margin - display_width(shown), ' ').append(shown).append(" ").append(edge);
    }
    out += canvas.row(row) + "\n";
  }
  const std::string axis = time_axis(frame, columns);
  if (!axis.empty()) out += std::string(labelled ? margin + 2 : 0, ' ') + axis + "\n";
  return out;
}

}  // namespace mainstay::ctl

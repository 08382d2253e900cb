#include "logs/line_filter.h"

namespace mainstay::logs {

bool LineFilter::is_severe(const LineKind& kind) const {
  return !least_ || kind.level.value_or(Level::Debug) >= *least_;
}

LineFilter::Next LineFilter::look_at(Line line) const {
  Next next{std::move(line), {}, false};
  if (passes_all() || stands_alone(next.line)) return next;
  next.kind = kind_of(next.line.text);
  const auto unit = units_.find({next.line.instance, next.line.stream});
  next.joined = unit != units_.end() && unit->second.begun &&
                belongs(unit->second.previous, next.kind, next.line.continued);
  return next;
}

void LineFilter::feed(Next next, std::vector<Line>& out) {
  if (passes_all()) {
    out.push_back(std::move(next.line));
    return;
  }
  if (stands_alone(next.line)) {
    if (finds(next.line.text)) out.push_back(std::move(next.line));
    return;
  }
  Unit& unit = units_[{next.line.instance, next.line.stream}];
  if (!next.joined) begin(unit, next.kind);
  if (!next.line.continued && next.kind.shape != LineKind::Shape::Blank) unit.previous = next.kind;
  if (!unit.severe) return;
  unit.found = unit.found || finds(next.line.text);
  if (least_) next.line.level = unit.level;
  if (!unit.found) {
    // Without a level, only the pieces of one line hang together.
    if (least_ || next.line.partial) hold(unit, std::move(next.line));
    return;
  }
  for (Line& held : unit.held)
    out.push_back(std::move(held));
  unit.held.clear();
  out.push_back(std::move(next.line));
}

void LineFilter::begin(Unit& unit, const LineKind& kind) {
  unit = {};
  unit.begun = true;
  unit.previous = kind;
  unit.level = kind.level;
  unit.severe = is_severe(kind);
}

void LineFilter::hold(Unit& unit, Line line) {
  unit.held_bytes += line.text.size() + 1;
  unit.held.push_back(std::move(line));
  while (unit.held_bytes > kHeld && unit.held.size() > 1) {
    unit.held_bytes -= unit.held.front().text.size() + 1;
    unit.held.pop_front();
  }
}

}  // namespace mainstay::logs

#include "logs/analysis_source.h"

#include <utility>

#include "logs/formatted_line.h"
#include "logs/interest.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kRemembered = 512;  // of a line: as much of it as LineKind looks at

SourceLines::Options options_for(Span span) {
  SourceLines::Options options;
  options.span = span;
  return options;
}

bool says_nothing(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

AnalysisSource::AnalysisSource(const Directory& directory, LogChain chain, Span span, Tally& tally)
    : chain_(std::move(chain)), lines_(directory, chain_, options_for(span)), tally_(tally) {}

bool AnalysisSource::run(Budget& budget) {
  for (;;) {
    switch (lines_.prepare(budget)) {
      case SourceLines::State::Ready:
        take(lines_.line());
        lines_.take();
        continue;
      case SourceLines::State::Later:
        return false;
      case SourceLines::State::End:
        finish_unit();
        for (const std::string& problem : lines_.problems())
          tally_.add_problem(problem);
        return true;
    }
  }
}

// Of a line in pieces the first one says what it is.
void AnalysisSource::take(const RawLine& raw) {
  if (raw.continued) return;
  const auto format = chain_.source.format;
  const auto parsed = raw.partial ? std::nullopt : parse_formatted(raw.text, format);
  const bool continued = parsed && parsed->continued;
  if (!continued) take_text(parsed ? parsed->message : raw.text, lines_.at());
}

void AnalysisSource::take_text(std::string_view text, WallTime at) {
  tally_.count_line(at);
  // One trouble seldom comes alone. Of other lines it is soon known that they are of no interest.
  KnownLine known = incident_.open() ? known_lines_.find(text) : nullptr;
  const Interest interest = known ? known->interest : interest_of(text);
  if (interest.request) {
    if (const auto entry = parse_access(text, storage_)) tally_.add(*entry, text, at);
  }
  if (interest.level || incident_.open()) {
    follow_level(text, at, known ? std::move(known) : known_lines_.find(text));
  } else if (!says_nothing(text)) {
    remember(text);
  }
}

// The same units as LineFilter finds: a trace belongs to the line that it follows.
void AnalysisSource::follow_level(std::string_view text, WallTime at, KnownLine known) {
  const LineKind kind = known ? known->kind : LineKind::of(text);
  const bool severe = kind.level >= Level::Warn;
  if (!incident_.open() && !severe) {
    if (kind.shape != LineKind::Shape::Blank) is(kind);
    return;
  }
  if (!continues(previous(), kind)) {
    finish_unit();
    if (severe) {
      incident_.begin(text, kind, at);
      begun_with_ = std::move(known);
    }
  } else if (incident_.open()) {
    incident_.add(text, kind);
  }
  if (kind.shape != LineKind::Shape::Blank) is(kind);
}

void AnalysisSource::is(const LineKind& kind) {
  previous_ = kind;
  previous_known_ = true;
}

void AnalysisSource::remember(std::string_view text) {
  previous_text_.assign(text.substr(0, kRemembered));
  previous_known_ = false;
}

const LineKind& AnalysisSource::previous() {
  if (!std::exchange(previous_known_, true)) previous_ = LineKind::of(previous_text_);
  return previous_;
}

void AnalysisSource::finish_unit() {
  if (!incident_.open()) return;
  incident_.end();
  const std::string& instance = chain_.source.instance;
  if (!begun_with_ || !incident_.is_one_line())
    return tally_.add(incident_, KeyedSignature{incident_.signature()}, instance);
  if (!begun_with_->signature) begun_with_->signature.emplace(incident_.signature());
  tally_.add(incident_, *begun_with_->signature, instance);
}

}  // namespace mainstay::logs

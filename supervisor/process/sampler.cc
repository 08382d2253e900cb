#include "process/sampler.h"

#include <algorithm>
#include <utility>

#include "io/clock.h"

namespace mainstay::process {

// Lives on while a worker has it, even after the Sampler is gone.
struct Sampler::State : std::enable_shared_from_this<Sampler::State> {
  State(io::Loop& used_loop, const ProcessTrees& used_trees, SamplerOptions used_options)
      : loop(used_loop), trees(used_trees), options(used_options) {}

  // A sample in which instances are missing that exist by now is old sooner.
  bool is_fresh() const {
    if (!latest) return false;
    const auto spacing =
        latest->index == trees.index() ? options.min_spacing : options.min_spacing_after_change;
    return io::read_clocks().mono - latest->at.mono < spacing;
  }
  void sample();
  void finish(std::shared_ptr<UsageSample> sample);
  void schedule();

  io::Loop& loop;
  const ProcessTrees& trees;
  SamplerOptions options;
  bool gone = false;
  bool periodic = false;
  bool working = false;
  std::unique_ptr<io::Timer> timer;
  std::vector<std::function<void()>> waiting;
  std::shared_ptr<UsageSample> latest;
  std::shared_ptr<UsageSample> spare;  // the one before: its memory is used again
  // The worker's, while `working`.
  UsageReader usage;
  PortReader ports;
};

void Sampler::State::sample() {
  if (working) return;
  working = true;
  auto sample = std::exchange(spare, nullptr);
  if (!sample || sample.use_count() != 1) sample = std::make_shared<UsageSample>();
  // The index is made here: the trees belong to the loop's thread.
  loop.in_worker(
      [self = shared_from_this(), sample, index = trees.index()] {
        self->usage.read(index, *sample);
        self->ports.read(self->usage.members(), *sample);
      },
      [self = shared_from_this(), sample]() mutable { self->finish(std::move(sample)); });
}

void Sampler::State::finish(std::shared_ptr<UsageSample> sample) {
  working = false;
  if (gone) return;
  spare = std::exchange(latest, std::move(sample));
  schedule();
  for (const auto& done : std::exchange(waiting, {}))
    done();
}

void Sampler::State::schedule() {
  if (periodic) timer->start(options.interval);
}

Sampler::Sampler(io::Loop& loop, const ProcessTrees& trees, SamplerOptions options)
    : state_(std::make_shared<State>(loop, trees, options)) {
  state_->timer = std::make_unique<io::Timer>(loop, [state = state_.get()] { state->sample(); });
}

Sampler::~Sampler() {
  state_->gone = true;
  state_->timer.reset();
}

void Sampler::start() {
  if (std::exchange(state_->periodic, true)) return;
  state_->sample();
}

void Sampler::stop() {
  state_->periodic = false;
  state_->timer->cancel();
}

void Sampler::refresh(std::function<void()> done) {
  if (state_->is_fresh()) {
    done();
    return;
  }
  state_->waiting.push_back(std::move(done));
  state_->sample();
}

const TreeUsage* Sampler::usage_of(std::string_view instance) const {
  if (!state_->latest) return nullptr;
  const auto& entries = state_->latest->index->entries;
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), instance,
      [](const TreeIndex::Entry& entry, std::string_view name) { return entry.instance < name; });
  if (found == entries.end() || found->instance != instance) return nullptr;
  return &state_->latest->trees[static_cast<std::size_t>(found - entries.begin())];
}

std::shared_ptr<const UsageSample> Sampler::latest() const {
  return state_->latest;
}

void Sampler::find_port_holders(std::uint16_t port,
                                std::function<void(std::vector<PortHolder>)> done) {
  auto found = std::make_shared<std::vector<PortHolder>>();
  state_->loop.in_worker(
      [found, port, index = state_->trees.index()] {
        *found = process::find_port_holders(port, *index);
      },
      [found, state = state_, done = std::move(done)] {
        if (!state->gone) done(std::move(*found));
      });
}

}  // namespace mainstay::process

#include "process/sampler.h"

#include <algorithm>
#include <utility>

#include "io/clock.h"

namespace mainstay::process {

// Lives on while a worker has it, even after the Sampler is gone.
struct Sampler::State : std::enable_shared_from_this<Sampler::State> {
  State(io::Loop& used_loop, const ProcessTrees& used_trees, SamplerOptions used_options)
      : loop(used_loop),
        trees(used_trees),
        options(std::move(used_options)),
        disk_reader(options.places) {}

  // A sample in which instances are missing that exist by now is old sooner.
  bool is_fresh() const {
    if (!latest) return false;
    const auto spacing =
        latest->index == trees.index() ? options.min_spacing : options.min_spacing_after_change;
    return io::read_clocks().mono - latest->at.mono < spacing;
  }
  void begin_interval();
  void sample();
  void read(const std::shared_ptr<const TreeIndex>& index, UsageSample& sample);
  void finish(std::shared_ptr<UsageSample> sample);
  void look_at_disks();

  io::Loop& loop;
  const ProcessTrees& trees;
  SamplerOptions options;
  bool gone = false;
  bool periodic = false;
  bool working = false;
  bool due = false;  // the next sample, or the one under way, is that of an interval
  MonoTime next_interval;
  std::unique_ptr<io::Timer> timer;
  std::function<void(const UsageSample&)> on_interval;
  std::vector<std::function<void()>> waiting;
  std::shared_ptr<UsageSample> latest;
  std::shared_ptr<UsageSample> spare;  // the one before: its memory is used again
  // The worker's, while `working`.
  UsageReader usage;
  PortReader ports;
  HostReader host;
  // A disk may not answer for long: it holds up nothing but the next look at disks.
  bool looking_at_disks = false;
  DiskReader disk_reader;  // the worker's, while `looking_at_disks`
  std::vector<DiskUsage> disks;
};

// At regular moments; what was missed is not made up for.
void Sampler::State::begin_interval() {
  const MonoTime now = io::read_clocks().mono;
  next_interval = next_interval + options.interval;
  if (next_interval <= now) next_interval = now + options.interval;
  timer->start(next_interval - now);
  due = true;
  sample();
  look_at_disks();
}

void Sampler::State::sample() {
  if (working) return;
  working = true;
  auto sample = std::exchange(spare, nullptr);
  if (!sample || sample.use_count() != 1) sample = std::make_shared<UsageSample>();
  // The index is made here: the trees belong to the loop's thread.
  loop.in_worker(
      [self = shared_from_this(), sample, index = trees.index()] { self->read(index, *sample); },
      [self = shared_from_this(), sample]() mutable { self->finish(std::move(sample)); });
}

void Sampler::State::read(const std::shared_ptr<const TreeIndex>& index, UsageSample& sample) {
  usage.read(index, sample);
  ports.read(usage.members(), sample);
  sample.host = {};
  host.read(sample.at.mono, sample.host);
}

void Sampler::State::finish(std::shared_ptr<UsageSample> sample) {
  working = false;
  if (gone) return;
  sample->host.disks = disks;
  spare = std::exchange(latest, std::move(sample));
  if (std::exchange(due, false) && on_interval) on_interval(*latest);
  for (const auto& done : std::exchange(waiting, {}))
    done();
}

void Sampler::State::look_at_disks() {
  if (looking_at_disks) {
    disks.clear();  // what was found an interval ago says nothing any more
    return;
  }
  looking_at_disks = true;
  auto found = std::make_shared<std::vector<DiskUsage>>();
  loop.in_worker([self = shared_from_this(), found] { *found = self->disk_reader.read(); },
                 [self = shared_from_this(), found] {
                   self->looking_at_disks = false;
                   self->disks = std::move(*found);
                 });
}

Sampler::Sampler(io::Loop& loop, const ProcessTrees& trees, SamplerOptions options)
    : state_(std::make_shared<State>(loop, trees, std::move(options))) {
  state_->timer =
      std::make_unique<io::Timer>(loop, [state = state_.get()] { state->begin_interval(); });
}

Sampler::~Sampler() {
  state_->gone = true;
  state_->timer.reset();
}

void Sampler::start() {
  if (std::exchange(state_->periodic, true)) return;
  state_->next_interval = io::read_clocks().mono;
  state_->begin_interval();
}

void Sampler::stop() {
  state_->periodic = false;
  state_->due = false;
  state_->timer->cancel();
}

void Sampler::on_interval(std::function<void(const UsageSample&)> callback) {
  state_->on_interval = std::move(callback);
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

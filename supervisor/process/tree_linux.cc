// ProcessTrees: names, choice of the back end, and patience.
#include <signal.h>

#include <algorithm>
#include <cassert>

#include "process/cgroup_linux.h"
#include "process/orphans_linux.h"
#include "process/tree.h"
#include "process/tree_backend.h"
#include "process/tree_choice.h"

namespace mainstay::process {

namespace {

// Between two looks at a tree that is being killed, or that cannot be watched.
constexpr Duration kFirstPause = std::chrono::milliseconds{2};
constexpr Duration kLongestPause = std::chrono::milliseconds{500};

// What ProcessTrees knows of one instance.
struct HeldTree {
  Tree* tree = nullptr;
  TreeBackEnd* back_end = nullptr;
  bool prepared = false;  // by us: then its processes are where we put them
  bool killing = false;
  std::function<void()> on_empty;
  std::unique_ptr<EmptinessWatch> watch;
  std::unique_ptr<io::Timer> again;
  Duration pause = kFirstPause;
};

}  // namespace

struct ProcessTrees::State {
  State(io::Loop& used_loop, TreeOptions used_options);

  HeldTree& hold(const std::string& instance);
  HeldTree* find(const std::string& instance);
  void set_main(Tree& tree, int pid, bool is_alive);
  void adopt(HeldTree& held);
  // Looks whether the tree is empty; if not, kills on if it is being killed, and arranges for the
  // next look.
  void advance(const std::string& instance);
  void rest(HeldTree& held);
  void look_later(const std::string& instance, HeldTree& held);
  void changed() { index.reset(); }

  io::Loop& loop;
  Proc proc;
  TreeOptions options;
  std::string name;  // "mainstay-<hash>"
  std::string cookie_root;
  TreeChoice choice;
  TreeTable trees;
  std::unique_ptr<TreeBackEnd>
      sweep;  // always there: for trees that an earlier controller kept that way
  std::unique_ptr<TreeBackEnd> groups;  // empty with Sweep
  std::unordered_map<std::string, HeldTree> held_by_name;
  std::shared_ptr<const TreeIndex> index;
};

ProcessTrees::State::State(io::Loop& used_loop, TreeOptions used_options)
    : loop(used_loop),
      options(std::move(used_options)),
      name("mainstay-" + state_dir_hash(options.state_dir)),
      cookie_root(name + "/"),
      choice(choose_tree_kind(options, name)),
      sweep(make_sweep_trees(loop, options.keeper_pid, cookie_root, trees)) {
  if (choice.kind == TreeKind::CgroupV2) groups = make_v2_trees(loop, choice.root);
  if (choice.kind == TreeKind::CgroupV1) groups = make_v1_trees(loop, choice.root);
}

HeldTree& ProcessTrees::State::hold(const std::string& instance) {
  auto [at, is_new] = held_by_name.try_emplace(instance);
  if (is_new) {
    auto tree = std::make_unique<Tree>();
    tree->instance = instance;
    if (groups) tree->cgroup = choice.root + "/" + group_name(instance);
    at->second.tree = tree.get();
    at->second.back_end = groups ? groups.get() : sweep.get();
    trees.by_name.emplace(instance, std::move(tree));
    changed();
  }
  return at->second;
}

HeldTree* ProcessTrees::State::find(const std::string& instance) {
  const auto found = held_by_name.find(instance);
  return found == held_by_name.end() ? nullptr : &found->second;
}

void ProcessTrees::State::set_main(Tree& tree, int pid, bool is_alive) {
  if (tree.main_alive) trees.mains.erase(trees.mains.find(tree.main_pid));
  if (pid != tree.main_pid) tree.heir = 0;
  tree.main_pid = pid;
  tree.main_alive = is_alive;
  if (is_alive) trees.mains.insert(pid);
}

// A run of an earlier controller may have been started when no groups could be made.
void ProcessTrees::State::adopt(HeldTree& held) {
  if (held.prepared || !groups || groups->holds_main(*held.tree)) return;
  if (!groups->populated(*held.tree)) {
    held.back_end = sweep.get();
    held.tree->cgroup.clear();
  }
}

void ProcessTrees::State::rest(HeldTree& held) {
  held.killing = false;
  held.pause = kFirstPause;
  held.watch.reset();
  held.again.reset();
}

void ProcessTrees::State::look_later(const std::string& instance, HeldTree& held) {
  if (!held.again)
    held.again = std::make_unique<io::Timer>(loop, [this, instance] { advance(instance); });
  held.again->start(held.pause);
  held.pause = std::min(held.pause * 2, kLongestPause);
}

void ProcessTrees::State::advance(const std::string& instance) {
  HeldTree* held = find(instance);
  if (held == nullptr || (!held->killing && !held->on_empty)) return;
  if (!held->back_end->populated(*held->tree)) {
    const auto on_empty = std::exchange(held->on_empty, nullptr);
    rest(*held);
    if (on_empty) on_empty();
    return;
  }
  if (held->killing) held->back_end->kill_round(*held->tree);
  held->watch = held->back_end->watch(*held->tree, [this, instance] { advance(instance); });
  if (held->killing || !held->watch) look_later(instance, *held);
}

ProcessTrees::ProcessTrees(io::Loop& loop, TreeOptions options)
    : state_(std::make_unique<State>(loop, std::move(options))) {}

ProcessTrees::~ProcessTrees() = default;

TreeKind ProcessTrees::kind() const {
  return state_->choice.kind;
}

Result<TreePlace> ProcessTrees::prepare(const std::string& instance) {
  HeldTree& held = state_->hold(instance);
  // A stop command joins the run that it is to stop, wherever that is held.
  if (held.back_end != state_->groups.get() && state_->groups && !held.tree->main_alive) {
    held.back_end = state_->groups.get();
    state_->changed();
  }
  held.prepared = true;
  return held.back_end->prepare(*held.tree);
}

std::string ProcessTrees::cookie(std::string_view instance, RunId run) const {
  return cookie_prefix(state_->cookie_root, instance) + std::to_string(run.value);
}

const std::string& ProcessTrees::cookie_root() const {
  return state_->cookie_root;
}

void ProcessTrees::started(const std::string& instance, int main_pid) {
  HeldTree& held = state_->hold(instance);
  state_->set_main(*held.tree, main_pid, true);
  state_->adopt(held);
  state_->changed();
}

void ProcessTrees::started_elsewhere(const std::string& instance, int main_pid) {
  started(instance, main_pid);
  const auto stat = state_->proc.stat(main_pid);
  if (!stat) return;
  Tree& tree = *state_->find(instance)->tree;
  tree.heir = stat->ppid;
  tree.main_start = stat->start_time;
}

void ProcessTrees::main_ended(const std::string& instance) {
  HeldTree* held = state_->find(instance);
  if (held == nullptr) return;
  state_->set_main(*held->tree, held->tree->main_pid, false);
  state_->changed();
}

void ProcessTrees::forget(const std::string& instance) {
  HeldTree* held = state_->find(instance);
  if (held == nullptr) return;
  state_->set_main(*held->tree, 0, false);
  held->back_end->remove(*held->tree);
  state_->held_by_name.erase(instance);
  state_->trees.by_name.erase(instance);
  state_->changed();
}

void ProcessTrees::signal_tree(const std::string& instance, int number) {
  if (HeldTree* held = state_->find(instance)) held->back_end->signal(*held->tree, number);
}

void ProcessTrees::kill_tree(const std::string& instance) {
  HeldTree* held = state_->find(instance);
  if (held == nullptr) return;
  held->killing = true;
  held->pause = kFirstPause;
  state_->advance(instance);
}

bool ProcessTrees::leftovers(const std::string& instance) const {
  const HeldTree* held = state_->find(instance);
  return held != nullptr && held->back_end->populated(*held->tree);
}

Belonging ProcessTrees::belonging(const std::string& instance, int pid) const {
  const HeldTree* held = state_->find(instance);
  if (held == nullptr) return state_->proc.stat(pid) ? Belonging::Outside : Belonging::Gone;
  return belonging_of(state_->proc, *held->tree, state_->trees, state_->options.keeper_pid,
                      state_->cookie_root, pid);
}

void ProcessTrees::await_empty(const std::string& instance, std::function<void()> callback) {
  HeldTree* held = state_->find(instance);
  if (held == nullptr) {
    callback();
    return;
  }
  held->on_empty = std::move(callback);
  state_->advance(instance);
}

void ProcessTrees::cancel_await(const std::string& instance) {
  HeldTree* held = state_->find(instance);
  if (held == nullptr) return;
  held->on_empty = nullptr;
  if (!held->killing) state_->rest(*held);
}

std::shared_ptr<const TreeIndex> ProcessTrees::index() const {
  if (!state_->index) {
    auto made = std::make_shared<TreeIndex>();
    made->kind = state_->choice.kind;
    made->keeper_pid = state_->options.keeper_pid;
    made->cookie_root = state_->cookie_root;
    for (const auto& [name, tree] : state_->trees.by_name) {
      made->entries.push_back(
          {name, tree->cgroup, tree->main_alive ? tree->main_pid : 0, tree->memory});
    }
    std::sort(made->entries.begin(), made->entries.end(),
              [](const auto& a, const auto& b) { return a.instance < b.instance; });
    state_->index = std::move(made);
  }
  return state_->index;
}

std::string ProcessTrees::group_of(const std::string& instance) const {
  if (const HeldTree* held = state_->find(instance)) return held->tree->cgroup;
  return state_->groups ? state_->choice.root + "/" + group_name(instance) : "";
}

void ProcessTrees::set_memory_group(const std::string& instance, LimitGroup group) {
  HeldTree* held = state_->find(instance);
  if (held == nullptr || held->tree->memory == group) return;
  held->tree->memory = std::move(group);
  state_->changed();
}

std::string ProcessTrees::kill_folder() const {
  return state_->choice.kind == TreeKind::CgroupV2 ? state_->choice.root : std::string{};
}

void ProcessTrees::remove_all() {
  if (state_->groups) remove_group(state_->choice.root);
}

}  // namespace mainstay::process

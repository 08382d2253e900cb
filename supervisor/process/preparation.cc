#include "process/preparation.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "mainstay/endpoint.h"
#include "process/notify_wish.h"
#include "process/secrets.h"

namespace mainstay::process {

namespace {

runtime::StartFailure failed(std::string stage, const Error& error) {
  return {failure_kind(error.code), std::move(stage), error.code, error.message};
}

Error cannot_start(const runtime::StartRequest& start, const Error& why) {
  return Error{"cannot start " + start.shown_name + ": " + why.message, why.code};
}

// Secret files, read here; the keys of secret commands go to `commands`.
Result<SecretValues> read_secret_files(const model::ServiceSpec& spec) {
  SecretValues values;
  for (const auto& [key, value] : spec.env) {
    const auto* file = std::get_if<model::SecretFile>(&value);
    if (file == nullptr) continue;
    auto content = read_secret_file(key, *file);
    if (!content) return content.error();
    values[key] = std::move(*content);
  }
  return values;
}

bool has_secret_commands(const model::ServiceSpec& spec) {
  for (const auto& [key, value] : spec.env) {
    if (std::holds_alternative<model::SecretCommand>(value)) return true;
  }
  return false;
}

Result<std::string> secret_of(const std::string& key, AuxiliaryResult result) {
  if (!result.failure.empty()) return Error{result.failure, result.error_number};
  if (result.wait_status != 0) {
    return Error{"cannot read secret " + key + ": its command " + how_it_ended(result.wait_status)};
  }
  return secret_from_output(key, std::move(result.output));
}

}  // namespace

// A start that waits for its secret commands, with copies of what the caller keeps only for the
// call.
struct Preparer::Pending {
  std::uint64_t id = 0;
  model::ServiceSpec spec;
  runtime::StartRequest start;
  StartPurpose purpose = StartPurpose::Service;
  std::function<void(Preparation)> done;
  SecretValues secrets;
  std::size_t waiting = 0;
  std::optional<Error> error;  // the first
};

Preparer::Preparer(AuxiliaryRuns& auxiliary, ProcessTrees& trees, ResourceLimits& limits,
                   NotifyListener& notify, EnvironmentMap own_environment, User self)
    : auxiliary_(auxiliary),
      trees_(trees),
      limits_(limits),
      notify_(notify),
      own_environment_(std::move(own_environment)),
      self_(std::move(self)) {}

Preparer::~Preparer() = default;

void Preparer::prepare(const runtime::StartRequest& start, StartPurpose purpose,
                       std::function<void(Preparation)> done) {
  auto secrets = read_secret_files(*start.spec);
  if (!secrets) return done(failed("secret", cannot_start(start, secrets.error())));
  if (!has_secret_commands(*start.spec)) return done(complete(start, purpose, *secrets));
  auto pending = std::make_unique<Pending>();
  pending->id = next_id_++;
  pending->spec = *start.spec;
  pending->start = start;
  pending->start.spec = &pending->spec;
  pending->purpose = purpose;
  pending->done = std::move(done);
  pending->secrets = std::move(*secrets);
  Pending& placed = *pending_.emplace(pending->id, std::move(pending)).first->second;
  run_secret_commands(placed);
}

void Preparer::run_secret_commands(Pending& pending) {
  const std::uint64_t id = pending.id;
  std::vector<std::pair<std::string, model::SecretCommand>> commands;
  for (const auto& [key, value] : pending.spec.env) {
    const auto* command = std::get_if<model::SecretCommand>(&value);
    if (command != nullptr) commands.emplace_back(key, *command);
  }
  pending.waiting = commands.size();
  for (const auto& [key, command] : commands) {
    // One that cannot even be asked for answers at once, and the last answer ends `pending`.
    const auto still = pending_.find(id);
    if (still != pending_.end()) run_secret_command(*still->second, key, command);
  }
}

void Preparer::run_secret_command(Pending& pending, const std::string& key,
                                  const model::SecretCommand& secret) {
  SpawnContext context;
  AuxiliaryResult failure;
  auto placed = place(pending.start, pending.purpose, context);
  if (!placed) {
    failure.failure = placed.error().message;
    failure.error_number = placed.error().code;
    return on_secret(pending.id, key, std::move(failure));
  }
  SpawnRequest& request = placed->request;
  request.arguments = secret.argv;
  request.environment = own_environment_;
  request.environment[std::string{kCookieVariable}] = context.cookie;
  request.environment.erase(kReadyVariable);
  request.cwd = model::expand(pending.spec.cwd, [&](std::string_view name) {
    return name == "INSTANCE" ? std::optional{std::to_string(pending.start.index)} : std::nullopt;
  });
  request.candidates = candidate_paths(secret.argv.empty() ? "" : secret.argv[0],
                                       request.environment["PATH"], request.cwd);
  AuxiliaryOptions options;
  options.own_tree = pending.purpose == StartPurpose::Check;
  options.label = pending.start.canonical_name + (options.own_tree ? "" : " secret");
  options.shown_name = "the command of secret " + key;
  options.output_limit = kMaxSecretBytes;
  options.timeout = kSecretTime;
  auxiliary_.start(request, std::move(placed->cgroup), std::move(options),
                   [this, id = pending.id, key](AuxiliaryResult result) {
                     on_secret(id, key, std::move(result));
                   });
}

void Preparer::on_secret(std::uint64_t id, const std::string& key, AuxiliaryResult result) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  Pending& pending = *found->second;
  auto value = secret_of(key, std::move(result));
  if (value) {
    pending.secrets[key] = std::move(*value);
  } else if (!pending.error) {
    pending.error = cannot_start(pending.start, value.error());
  }
  if (--pending.waiting > 0) return;
  const std::unique_ptr<Pending> last = std::move(found->second);
  pending_.erase(found);
  if (last->error) return last->done(failed("secret", *last->error));
  last->done(complete(last->start, last->purpose, last->secrets));
}

// An empty request in the instance's place: its groups, and its cookie in `context`.
Result<PreparedStart> Preparer::place(const runtime::StartRequest& start, StartPurpose purpose,
                                      SpawnContext& context) {
  context.own_environment = own_environment_;
  context.self = self_;
  if (purpose == StartPurpose::Check) return PreparedStart{};
  auto place = trees_.prepare(start.canonical_name);
  if (!place) return place.error();
  context.cookie = trees_.cookie(start.canonical_name, start.run);
  PreparedStart prepared;
  prepared.cgroup = std::move(place->born_in);
  LimitsAtBirth limits = limits_.prepare(start);
  context.cgroups = std::move(place->enters);
  std::ranges::move(limits.enters, std::back_inserter(context.cgroups));
  context.limits = std::move(limits.resources);
  prepared.request.cgroups = context.cgroups;
  return prepared;
}

// What stops a service may use the socket of its run; a check speaks for nobody.
Result<UniqueFd> Preparer::notify_socket(const runtime::StartRequest& start, StartPurpose purpose,
                                         const std::optional<User>& user, SpawnContext& context) {
  if (purpose == StartPurpose::Service && wants_notify_socket(*start.spec)) {
    auto endpoint = notify_.prepare(start.run, user);
    if (!endpoint) return endpoint.error();
    context.notify_socket = endpoint->path;
    return std::move(endpoint->socket);
  }
  if (purpose == StartPurpose::StopCommand) context.notify_socket = notify_.path_of(start.run);
  return UniqueFd{};
}

Preparation Preparer::complete(const runtime::StartRequest& start, StartPurpose purpose,
                               const SecretValues& secrets) {
  SpawnContext context;
  auto user = user_for(*start.spec, self_);
  if (!user) return failed("user", cannot_start(start, user.error()));
  auto placed = place(start, purpose, context);
  if (!placed) return failed("cgroup", cannot_start(start, placed.error()));
  auto notify = notify_socket(start, purpose, *user, context);
  if (!notify) return failed("notify", cannot_start(start, notify.error()));
  placed->notify_socket = std::move(*notify);
  const auto* command = purpose == StartPurpose::StopCommand ? &start.spec->stop.command : nullptr;
  auto request = compose_request(start, std::move(*user), secrets, context, command);
  if (!request) return failed("request", request.error());
  placed->request = std::move(*request);
  if (purpose == StartPurpose::Service) placed->request.notify_fd = notify_fd_of(*start.spec);
  return std::move(*placed);
}

}  // namespace mainstay::process

#include "reload.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "base/text.h"
#include "base/whole_file.h"
#include "config/diagnostics.h"
#include "config/loader.h"

namespace mainstay {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

bool is_in_force(const config::Loaded& loaded, int in_force) {
  if (in_force < 0 || lseek(in_force, 0, SEEK_SET) != 0) return false;
  const auto text = read_all(in_force, kMostBytes);
  return text && *text == loaded.sources.encode();
}

}  // namespace

FileLook look_at_file(const std::filesystem::path& file, int in_force) {
  const config::Loaded loaded = config::load(file, config::process_load_options());
  if (!loaded.ecosystem) {
    const std::string first =
        loaded.diagnostics.empty() ? "it cannot be used" : config::headline(loaded.diagnostics[0]);
    return {fmt::format("{} has {}, and what runs goes on: {}", file.string(),
                        count_of(loaded.diagnostics.size(), "error"), first),
            config::render(loaded.diagnostics, false)};
  }
  if (is_in_force(loaded, in_force))
    return {fmt::format("{} has no errors and is what runs", file.string()), {}};
  return {fmt::format("{} has no errors and has changed; restart the supervisor to use it",
                      file.string()),
          {}};
}

void Reload::begin(UniqueFd in_force) {
  if (busy_) {
    next_ = std::move(in_force);
    return;
  }
  busy_ = true;
  const auto look = std::make_shared<FileLook>();
  const auto fd = std::make_shared<UniqueFd>(std::move(in_force));
  loop_.in_worker([file = file_, fd, look] { *look = look_at_file(file, fd->get()); },
                  [this, look] { finish(*look); });
}

void Reload::finish(const FileLook& look) {
  busy_ = false;
  say_("asked to reload: " + look.found);
  if (!look.details.empty()) fmt::print(stderr, "{}", look.details);
  keeper_.reloaded(look.found);
  if (next_) begin(std::move(next_));
}

}  // namespace mainstay

// Any bytes as an ecosystem file that also includes itself as an env file: refused with a reason,
// or loaded to the same model every time. Built as a libFuzzer target with MAINSTAY_FUZZ, and run
// with mutated files by tests/unit/config/mutation_test.cc.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/description.h"
#include "config/env_file.h"
#include "config/loader.h"

using namespace mainstay;
using namespace mainstay::config;

namespace {

LoadOptions options() {
  LoadOptions made;
  made.environment = [](std::string_view name) -> std::optional<std::string> {
    return name == "HOME" ? std::optional<std::string>{"/home/u"} : std::nullopt;
  };
  return made;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const LoadOptions kOptions = options();
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  SourceBundle bundle;
  bundle.files.push_back({"/srv/shop/ecosystem.yaml", bytes});
  bundle.files.push_back({"/srv/shop/.env", bytes});
  const Loaded loaded = load_bundle(bundle, kOptions);
  require(loaded.ecosystem.has_value() == loaded.diagnostics.empty());
  for (const Diagnostic& one : loaded.diagnostics)
    require(!one.message.empty());
  const std::string said = render(loaded.diagnostics, false) + render(loaded.inactive, false);
  require(said.find('\x1b') == std::string::npos && said.find('\0') == std::string::npos);
  if (loaded.ecosystem) {
    describe(*loaded.ecosystem);
    const auto stored = SourceBundle::decode(loaded.sources.encode());
    require(stored.ok());
    const Loaded again = load_bundle(*stored, kOptions);
    require(again.ecosystem.has_value() && *again.ecosystem == *loaded.ecosystem);
  }
  parse_env_file(bytes);
  // What was stored by somebody else may be anything, too.
  const auto foreign = SourceBundle::decode(bytes);
  if (foreign.ok()) load_bundle(*foreign, kOptions);
  return 0;
}

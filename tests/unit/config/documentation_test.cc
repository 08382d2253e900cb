#include <doctest/doctest.h>

#include "config/keys.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

TEST_CASE("every example in docs/config.md, health.md and monitors.md is a file that loads") {
  const auto files = documented_files();
  CHECK(files.size() >= 5);
  for (const std::string& file : files) {
    CAPTURE(file);
    const Loaded loaded =
        load_text(file, {{"HOME", "/home/u"}},
                  {{".env", "DB_PASSWORD=x\n"}, {"services/web.yaml", "services: {}\n"}});
    const std::string said = render(loaded.diagnostics, false);
    CHECK(said == "");
  }
}

namespace {

void check_mentioned(const Shape& shape, const std::string& text) {
  if (shape.keys != nullptr) {
    for (const Key& key : *shape.keys) {
      const std::string name{key.name};
      CAPTURE(name);
      CHECK((text.find("`" + name + "`") != std::string::npos ||
             text.find(name + ":") != std::string::npos));
      check_mentioned(*key.shape, text);
    }
  }
  if (shape.each != nullptr) check_mentioned(*shape.each, text);
}

}  // namespace

TEST_CASE("docs/config.md speaks of every key") {
  check_mentioned(kFileShape, read_file(source_tree() / "docs/config.md"));
}

}  // namespace mainstay::config::test

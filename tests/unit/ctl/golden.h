// Expected texts in tests/golden/ctl/. With MAINSTAY_UPDATE_GOLDEN set they are written anew, and
// so are the examples of docs/ctl.md that name them; look at the difference before committing it.
#pragma once

#include <string>
#include <string_view>

namespace mainstay::ctl {

// Fails the test when `text` is not what golden file NAME.txt holds.
void check_golden(std::string_view name, const std::string& text);

// Fails the test when an example of docs/ctl.md that is marked with a golden file differs from it.
void check_examples(const std::string& document);

std::string read_file(const std::string& path);

}  // namespace mainstay::ctl

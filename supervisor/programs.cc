#include "programs.h"

namespace mainstay {

Programs programs_of(const std::filesystem::path& controller) {
  const auto prefix = controller.parent_path().parent_path().parent_path();
  return {prefix / "bin" / "supervisor", controller, controller.parent_path() / "mainstay-gateway"};
}

}  // namespace mainstay

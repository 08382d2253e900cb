// For callbacks that may come when their owner is gone: then nothing happens.
#pragma once

#include <memory>
#include <utility>

namespace mainstay::checks {

// A member of the owner, declared last.
class Guard {
 public:
  template <typename Call>
  auto operator()(Call call) const {
    return [owner = std::weak_ptr<const char>{alive_}, call](auto&&... arguments) {
      if (!owner.expired()) call(std::forward<decltype(arguments)>(arguments)...);
    };
  }

 private:
  std::shared_ptr<const char> alive_ = std::make_shared<const char>();
};

}  // namespace mainstay::checks

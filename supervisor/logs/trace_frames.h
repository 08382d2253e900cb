// What a stack trace tells: whose it is, which exception is at its root, where that came from.
#pragma once

#include <string>
#include <string_view>

#include "logs/trace.h"

namespace mainstay::logs {

class TraceFrames {
 public:
  // The lines of a unit in their order, the first one too. Indentation may be there or not.
  void add(std::string_view line, const LineKind& kind);

  // "python", "java", "node", "go", "php", "rust", "dotnet"; empty: there was no trace.
  std::string_view language() const { return language_; }
  // The last exception of the chain, "ValueError: no stock"; may be empty.
  const std::string& exception() const { return exception_; }
  // The function and the file of the frame in which it was raised; may be empty.
  const std::string& where() const { return where_; }

 private:
  bool add_python(std::string_view line);
  bool add_at(std::string_view line);
  bool add_go(std::string_view line, const LineKind& kind);
  bool add_numbered(std::string_view line);
  void new_exception(std::string_view line);

  std::string_view language_;
  std::string exception_;
  std::string where_;
  bool place_wanted_ = false;    // the next line has the file of where_
  bool message_wanted_ = false;  // the next line is what exception_ says (Rust)
};

}  // namespace mainstay::logs

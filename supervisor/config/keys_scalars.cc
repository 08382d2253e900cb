#include "config/keys.h"

namespace mainstay::config {

namespace {

constexpr Shape kAnyText{kText, "text"};

constexpr Key kSecretKeys[] = {
    {"file", &kPathShape, false, true},
    {"command", &kWordsShape, false, true},
};
constexpr KeyTable kSecretTable{kSecretKeys};

}  // namespace

constinit const Shape kDurationShape{kText, "a duration like 250ms, 5s or 1m30s"};
constinit const Shape kSizeShape{kText, "a size like 512K, 10M or 1GiB"};
constinit const Shape kPercentShape{kText, "a percentage like 80%"};
constinit const Shape kBoolShape{kText, "true or false"};
constinit const Shape kIntegerShape{kText, "a whole number"};
constinit const Shape kNumberShape{kText, "a number"};
constinit const Shape kWordShape{kText, "text"};
constinit const Shape kPathShape{kText, "a path"};
constinit const Shape kTextsShape{kText | kList, "a list of words", nullptr, &kAnyText};
constinit const Shape kWordsShape{kText | kList, "a command, as a list of words or as one text",
                                  nullptr, &kAnyText};
constinit const Shape kSecretableShape{kText | kMap, "text, {file: path} or {command: [...]}",
                                       &kSecretTable};
constinit const Shape kSecretablesShape{kMap, "a map of names and values", nullptr,
                                        &kSecretableShape};

const Key* find_key(KeyTable table, std::string_view name) {
  for (const Key& key : table) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

std::vector<std::string> key_names(KeyTable table) {
  std::vector<std::string> names;
  for (const Key& key : table)
    names.emplace_back(key.name);
  return names;
}

}  // namespace mainstay::config

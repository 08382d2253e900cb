#include "gateway/api/shared_reads.h"

#include <utility>

namespace mainstay::gateway {

void SharedReads::ask(const Actor& actor, std::string_view method, std::string params, Done done) {
  // Who asks makes no difference to an answer, what they may see does.
  std::string key;
  key += static_cast<char>('0' + static_cast<int>(actor.level));
  key.append(method).append("\n").append(params);
  const auto [found, is_new] = questions_.try_emplace(key);
  Question& question = found->second;
  question.waiting.push_back(std::move(done));
  if (!is_new) return;
  question.actor = actor;
  question.method = method;
  question.params = std::move(params);
  send(key);
}

void SharedReads::send(const std::string& key) {
  Question& question = questions_.at(key);
  question.asked = std::exchange(question.waiting, {});
  upstream_.call(question.actor, question.method, question.params,
                 [this, key](const Reply& reply) { answered(key, reply); });
}

void SharedReads::answered(const std::string& key, const Reply& reply) {
  for (const Done& done : std::exchange(questions_.at(key).asked, {}))
    done(reply);
  if (questions_.at(key).waiting.empty()) {
    questions_.erase(key);
  } else {
    send(key);
  }
}

}  // namespace mainstay::gateway

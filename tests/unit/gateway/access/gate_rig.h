// A gate with made-up people, on a virtual clock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/access/gate.h"

namespace mainstay::gateway::testing {

inline const std::string kPassword = "correct horse";
inline const std::string kHash =
    "$y$j9T$abcdefghijklmnopqrstu/$.vSz9b7ryOgSnkttEnbNRNUInhzzGARqDmB2sX9pMj3";
inline const std::string kToken = "ms_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";

// Of a client on this machine, unless told otherwise.
WebRequest request(std::string method, std::vector<Header> headers = {});
WebRequest from(std::string address, WebRequest request);  // another machine
WebRequest encrypted(WebRequest request);
WebRequest with(WebRequest request, std::string name, std::string value);

web::Setup nobody();
web::Setup people();  // ana: admin, olga: operate, rita: read; token deploy: operate

// "read", "operate", "admin" or "nobody"; a refusal as "403 denied".
std::string told(const Verdict& verdict);

class GateRig {
 public:
  explicit GateRig(const web::Setup& setup = people());

  // Turns the loop until the answer is there.
  Verdict log_in(const std::string& user, const std::string& password,
                 const WebRequest& by = request("POST"));
  // Begins without waiting.
  void begin(const std::string& user, const std::string& password, const WebRequest& by);
  void finish();  // until all that began are answered
  // The Cookie header that a browser would send after `user` logged in.
  std::string session(const std::string& user, const WebRequest& by = request("POST"));
  Visitor visitor(const Verdict& verdict);

  io::Loop loop;
  Now now;
  std::vector<web::EndedSession> ended;
  std::vector<LoginReport> logins;
  std::vector<Verdict> answers;
  int waiting = 0;
  Gate gate;
};

// "name=value" of a Set-Cookie header.
std::string cookie_in(const std::string& set_cookie);

}  // namespace mainstay::gateway::testing

#include "base/socket_url.h"

#include <doctest/doctest.h>

#include <string>

using namespace mainstay;

TEST_CASE("A URL over a Unix socket has the socket's path and what is asked for") {
  CHECK(split_socket_url("http://unix:/run/app.sock:/health?a=b:c") ==
        SocketUrl{"http", "/run/app.sock", "/health?a=b:c"});
  CHECK(split_socket_url("https://unix:/run/app.sock:/") ==
        SocketUrl{"https", "/run/app.sock", "/"});
  CHECK(split_socket_url("http://unix:/run/app.sock") == SocketUrl{"http", "/run/app.sock", "/"});
}

TEST_CASE("Other URLs, a host named unix among them, are none over a socket") {
  for (const char* url :
       {"", "http://", "http://unix/", "http://unix:80/", "http://unix:/", "http://unix:/run/",
        "http://unix:/run/a.sock:health", "http://unix:run/a.sock:/", "ftp://unix:/run/a.sock:/",
        "unix:/run/a.sock:/", "http://127.0.0.1/unix:/run/a.sock:/"}) {
    CAPTURE(std::string{url});
    CHECK_FALSE(split_socket_url(url));
  }
}

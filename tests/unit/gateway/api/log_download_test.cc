// A log as a file: at the client's pace, and known to be whole or cut.
#include <doctest/doctest.h>

#include "base/text.h"
#include "gateway/api/log_download.h"
#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

struct DownloadFixture : ApiFixture {
  std::shared_ptr<FakeExchange> download(const std::string& more = "") {
    return ask("/api/v1/services/web:1/logs?download=true" + more);
  }
  void send(std::string_view bytes) {
    upstream.item(0, R"({"data":")" + to_base64(bytes) + R"("})");
  }
};

}  // namespace

TEST_CASE_FIXTURE(DownloadFixture, "a download is the bytes of the log, in chunks") {
  const auto exchange = download("&since=1h");
  CHECK(upstream.asked[0].method == "logs.export");
  CHECK(upstream.asked[0].params.find("since") != std::string::npos);
  CHECK(upstream.asked[0].params.find("download") == std::string::npos);
  CHECK(exchange->text.empty());  // it may still be refused
  send("<b>\n\xff");
  send("end\n");
  upstream.answer(0, R"({"ended":true})");
  CHECK(exchange->header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(exchange->header("Content-Disposition") == "attachment; filename=\"web-1.log\"");
  CHECK(exchange->header("Transfer-Encoding") == "chunked");
  CHECK(exchange->body() == "5\r\n<b>\n\xff\r\n4\r\nend\n\r\n0\r\n\r\n");
  CHECK(exchange->closed);
}

TEST_CASE_FIXTURE(DownloadFixture,
                  "another piece is asked for when the client has taken the last") {
  const auto exchange = download();
  exchange->unread_bytes = 100;
  send("one");
  send("two");
  CHECK(upstream.asked[0].more == 0);
  exchange->unread_bytes = 0;
  exchange->taken();
  CHECK(upstream.asked[0].more == 2);
  send("three");
  CHECK(upstream.asked[0].more == 3);
  exchange->taken();
  CHECK(upstream.asked[0].more == 3);
}

TEST_CASE_FIXTURE(DownloadFixture,
                  "what cannot be had is an error, and what breaks off has no end") {
  const auto refused = download();
  upstream.refuse(0, "no_such_service", "no service named 'web'");
  CHECK(refused->status() == 404);
  const auto broken = download();
  upstream.item(1, R"({"data":"YQ=="})");
  upstream.refuse(1, "unavailable", "the controller is gone");
  CHECK(broken->body() == "1\r\na\r\n");
  CHECK(broken.use_count() == 1);  // nobody holds it any more: the front hangs up
}

TEST_CASE_FIXTURE(DownloadFixture, "a client that goes away ends the reading") {
  const auto exchange = download();
  send("one");
  exchange->go();
  CHECK(upstream.asked[0].cancelled);
}

TEST_CASE("a file is called by what was asked for, and safe everywhere") {
  CHECK(download_name("backend") == "backend.log");
  CHECK(download_name("@web,api-*") == "web-api.log");
  CHECK(download_name("../../etc/passwd") == "etc-passwd.log");
  CHECK(download_name("a\"\r\nX: y") == "a-X-y.log");
  CHECK(download_name("--help") == "help.log");
  CHECK(download_name("") == "mainstay.log");
  CHECK(download_name("\xc3\xa9") == "mainstay.log");
  CHECK(download_name(std::string(500, 'a')).size() == 68);
}

#!/usr/bin/env python3
"""The checks find what they are for: each is shown a small tree with one fault, and the same tree without it."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
DESIGN = (HERE.parents[1] / "DESIGN.md").read_text()


class Tree:
    def __init__(self, files):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mainstay-checks-"))
        for name, text in {"DESIGN.md": DESIGN, **files}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, check):
        environment = {**os.environ, "MAINSTAY_CHECK_ROOT": str(self.folder), "GIT_DIR": "/nonexistent"}
        done = subprocess.run([sys.executable, str(HERE / check)], capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout + done.stderr

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


class Checks(unittest.TestCase):
    def finds(self, check, path, bad, words):
        with Tree({path: bad, "supervisor/io/loop.h": "#pragma once\n", "supervisor/base/text.h": "#pragma once\n",
                   "supervisor/base/json.h": "#pragma once\n"}) as tree:
            code, said = tree.run(check)
            self.assertEqual(code, 1, said)
            self.assertIn(path, said)
            self.assertIn(words, said)

    def passes(self, check, path, good):
        with Tree({path: good, "supervisor/base/text.h": "#pragma once\n"}) as tree:
            code, said = tree.run(check)
            self.assertEqual(code, 0, said)

    def test_an_include_that_points_up_is_found(self):
        self.finds("layers.py", "supervisor/policy/x.cc", '#include "io/loop.h"\n', "must not include supervisor/io")
        self.finds("layers.py", "ctl/x.cc", '#include "io/loop.h"\n', "ctl must not include supervisor/io")
        self.passes("layers.py", "supervisor/policy/x.cc", '#include "base/text.h"\n')

    def test_a_system_header_in_a_pure_folder_is_found(self):
        self.finds("layers.py", "supervisor/runtime/x.cc", "#include <unistd.h>\n", "system header <unistd.h>")
        self.finds("layers.py", "supervisor/policy/x.cc", "#include <sys/wait.h>\n", "system header <sys/wait.h>")
        self.passes("layers.py", "supervisor/runtime/x.cc", "#include <csignal>\n#include <vector>\n")
        self.passes("layers.py", "supervisor/process/x.cc", "#include <unistd.h>\n")

    def test_a_library_outside_its_door_is_found(self):
        self.finds("layers.py", "supervisor/process/x.cc", "#include <uv.h>\n", "supervisor/io/ only")
        self.finds("layers.py", "ctl/client.cc", "#include <nlohmann/json.hpp>\n", "supervisor/base/json.h only")
        self.finds("layers.py", "supervisor/policy/x.cc", '#include "base/json.h"\n', "is for")
        self.finds("layers.py", "supervisor/io/x.cc", "#include <boost/asio.hpp>\n", "library without a door")
        self.passes("layers.py", "supervisor/io/x.cc", "#include <uv.h>\n")

    def test_a_second_door_to_yaml_is_found(self):
        with Tree({"supervisor/config/a.cc": "#include <yaml-cpp/yaml.h>\n",
                   "supervisor/config/b.cc": "#include <yaml-cpp/yaml.h>\n"}) as tree:
            code, said = tree.run("layers.py")
            self.assertEqual(code, 1)
            self.assertIn("has one door", said)

    def test_a_folder_without_a_row_is_found(self):
        self.finds("layers.py", "supervisor/newfolder/x.cc", "\n", "no row of DESIGN.md")

    def test_reading_a_clock_is_found(self):
        for call in ("clock_gettime(CLOCK_MONOTONIC, &t);", "auto t = std::chrono::steady_clock::now();",
                     "time(nullptr);", "std::time( NULL );", "gettimeofday(&t, 0);", "uv_now(loop);"):
            self.finds("clocks.py", "supervisor/runtime/x.cc", f"void f() {{ {call} }}\n", "x.cc:1: reads a clock")
        self.passes("clocks.py", "supervisor/io/x.cc", "void f() { time(nullptr); }\n")
        self.passes("clocks.py", "supervisor/runtime/x.cc",
                    '// clock_gettime(0, 0)\nauto s = "time(nullptr)"; int uptime(int); void g(T t) { t.time(); }\n')

    def test_a_long_file_is_found(self):
        self.finds("sizes.py", "supervisor/base/x.cc", "\n" * 301, "301 lines")
        self.passes("sizes.py", "tests/unit/x.cc", "\n" * 400)

    def test_a_sleep_in_a_test_is_found(self):
        self.finds("sleeps.py", "tests/unit/x.cc", "void f() { std::this_thread::sleep_for(1s); }\n", "sleep_for")
        self.finds("sleeps.py", "tests/integration/x.py", "import time\ntime.sleep(1)\n", "x.py:2")
        self.passes("sleeps.py", "tests/integration/x.py", 'yaml = "command: sleep 1000"\n')
        self.passes("sleeps.py", "tests/child/x.cc", "void f() { sleep(1); }\n")

    def test_unsound_data_is_found(self):
        self.finds("data_files.py", "packaging/x.json", "{,}\n", "is not JSON")
        self.finds("data_files.py", "docs/x.md", "[gone](gone.md)\n", "links to gone.md")
        self.finds("data_files.py", "docs/y.md", "no newline", "newline")
        self.finds("data_files.py", "packaging/x.sh", "#!/bin/sh\n", "not executable")

    def test_a_page_that_does_more_than_it_may_is_found(self):
        asset = "supervisor/gateway/assets/js/x.js"
        for bad, words in (("a.innerHTML = b;\n", "makes elements of text"), ("eval(a);\n", "runs text"),
                           ("setTimeout('a()', 1);\n", "runs text"), ("fetch('https://cdn.example.org/a');\n", "another server"),
                           ("h('p', { style: 'color: red' });\n", "style attribute")):
            self.finds("page_assets.py", asset, bad, words)
        page = "supervisor/gateway/assets/index.html"
        for bad in ("<script>1</script>\n", "<p style=\"color: red\"></p>\n", "<p onclick=\"a()\"></p>\n",
                    "<script src=\"//cdn.example.org/a.js\"></script>\n"):
            self.finds("page_assets.py", page, bad, "index.html:1")
        self.finds("page_assets.py", "supervisor/gateway/assets/x.css", "@import 'a';\n", "fetches something")
        self.passes("page_assets.py", asset, "// innerHTML: see https://example.org/a\nconst at = 'http://127.0.0.1:8000/';\n")

    def test_a_page_that_grew_too_large_is_found(self):
        noise = "".join(chr(33 + byte % 90) for byte in random.Random(1).randbytes(140_000))
        with Tree({"supervisor/gateway/assets/x.svg": noise.replace("<", " ") + "\n"}) as tree:
            code, said = tree.run("page_assets.py")
            self.assertEqual(code, 1, said)
            self.assertIn("bytes gzipped, more than", said)

    def test_a_metric_that_is_not_described_is_found(self):
        source = "supervisor/control/metrics.cc"
        for page, words in [("", "mainstay_x is not described"), ("| `mainstay_x` |\n| `mainstay_y` |\n", "by nobody")]:
            with Tree({source: 'family("mainstay_x")', "docs/metrics.md": page}) as tree:
                code, said = tree.run("metrics_docs.py")
                self.assertEqual(code, 1, said)
                self.assertIn(words, said)
        with Tree({source: 'family("mainstay_x")', "docs/metrics.md": "| `mainstay_x` |\n"}) as tree:
            self.assertEqual(tree.run("metrics_docs.py")[0], 0)

    def test_a_dockerfile_that_cannot_be_built_or_stopped_is_found(self):
        sound = ('FROM debian:12 AS build\nCOPY ctl /ctl\nFROM debian:12\nRUN a \\\n    && b\nCOPY --from=build /x /y\n'
                 'ENTRYPOINT ["/usr/bin/supervisor"]\n')
        for good, bad, words in (("COPY ctl", "COPY clt", "COPY of clt, which is not there"),
                                 ("--from=build", "--from=built", "which no FROM above names"),
                                 ("debian:12 AS", "debian AS", "names no version"),
                                 ('["/usr/bin/supervisor"]', "/usr/bin/supervisor", "is not a JSON array"),
                                 ("/supervisor", "/sh", "ENTRYPOINT is not the supervisor"),
                                 ("RUN a", "RUM a", "unknown instruction RUM"),
                                 ("RUN a", "RUN apt-get install a", "without --no-install-recommends")):
            with Tree({"packaging/Dockerfile": sound.replace(good, bad), "ctl/main.cc": ""}) as tree:
                code, said = tree.run("dockerfile.py")
                self.assertEqual(code, 1, said)
                self.assertIn(words, said)
        with Tree({"packaging/Dockerfile": sound, "ctl/main.cc": ""}) as tree:
            self.assertEqual(tree.run("dockerfile.py"), (0, "The Dockerfile is sound.\n"))

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
    def test_unformatted_code_is_found(self):
        style = "BasedOnStyle: Google\n"
        with Tree({".clang-format": style, "ctl/x.cc": "int  f( ){return 1;}\n"}) as tree:
            self.assertEqual(tree.run("formatting.py")[0], 1)
        with Tree({".clang-format": style, "ctl/x.cc": "int f();\n"}) as tree:
            self.assertEqual(tree.run("formatting.py")[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)

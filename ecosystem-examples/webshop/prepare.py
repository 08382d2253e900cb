#!/usr/bin/env python3
"""prepare.py STATE SHOP API: makes the folders below STATE, and nginx.conf from nginx.conf.in with both addresses."""

import pathlib
import string
import sys

HERE = pathlib.Path(__file__).resolve().parent


class Template(string.Template):
    delimiter = "%"  # nginx has $ for itself


def main():
    state, shop, api = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    for name in ("redis", "nginx"):
        (state / name).mkdir(parents=True, exist_ok=True)
    template = Template((HERE / "nginx.conf.in").read_text())
    (state / "nginx" / "nginx.conf").write_text(template.substitute(SHOP=shop, API=api))
    print(f"all is prepared in {state.resolve()}")


if __name__ == "__main__":
    main()

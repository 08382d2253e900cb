#!/bin/sh
# Compares mainstay with runit, s6, supervisord and pm2 on this machine. Nothing is installed: peers come from PATH or
# from --peers-dir (install-peers.sh makes one), and those that are absent are skipped and named.
# usage: run.sh [--build DIR] [--peers-dir DIR] [--only a,b] [--tests restart,restart_at_once,idle,capture,writers]
#               [--services 1000] [--restarts 60] [--megabytes 1000] [--watch 30] [--json FILE]
# Without --build it takes build/release of this tree. For numbers worth quoting the machine should be idle.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/release
case " $* " in *" --build "*) ;; *) set -- --build "$build" "$@" ;; esac

compiler=$(command -v cc || command -v gcc || command -v clang) ||
  { echo "cannot build the payload: no C compiler (cc, gcc or clang) in PATH" >&2; exit 1; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mainstay-payload.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
# The driver gets the signal that ends us, and cleans up; we wait for it.
trap 'kill "$driver" 2>/dev/null; wait "$driver"; exit 1' INT TERM
"$compiler" -O2 -nostdlib -static -ffreestanding -fno-stack-protector -fno-pic -no-pie \
  -o "$scratch/payload" "$here/payload.c"

# A thousand services need descriptors; every supervisor gets the same.
ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
PYTHONDONTWRITEBYTECODE=1 python3 "$here/bench.py" --payload "$scratch/payload" "$@" &
driver=$!
wait "$driver"

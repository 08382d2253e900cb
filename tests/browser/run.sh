#!/usr/bin/env bash
# Runs one file of browser tests, or fetches what they need: run.sh modules | NAME [NODE OPTION…]
#
# MAINSTAY_BIN has `supervisor` and `ctl`, MAINSTAY_BROWSER_MODULES is where node_modules goes, MAINSTAY_CHROMIUM the browser.
# Exits with 77, which ctest shows as skipped, where a program is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${1:?the name of a test}
shift
modules=${MAINSTAY_BROWSER_MODULES:?where node_modules is}
export MAINSTAY_CHROMIUM=${MAINSTAY_CHROMIUM:-$(command -v chromium || true)}

for program in node npm "${MAINSTAY_CHROMIUM:-chromium}"; do
  if ! command -v "$program" >/dev/null; then
    echo "skipped: there is no $program"
    exit 77
  fi
done

if [[ $name == modules ]]; then
  # Only when the lock file is not the one that it was last done for.
  cmp -s "$here/package-lock.json" "$modules/fetched" && exit 0
  mkdir -p "$modules"
  cp "$here/package.json" "$here/package-lock.json" "$modules/"
  cd "$modules"
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json fetched
  exit 0
fi

exec node --test "$@" "$here/$name.test.mjs"

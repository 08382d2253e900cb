#!/bin/sh
# Fetches runit and supervisor from Debian's packages and pm2 from npm into a folder of their own. s6 has the paths
# of its programs built in, so it can only be installed for real: that is done when we are root, and said.
# Afterwards: run.sh --peers-dir FOLDER.
# usage: install-peers.sh [FOLDER]      default: a new temporary folder, whose name is printed last
set -eu

dir=${1:-$(mktemp -d "${TMPDIR:-/tmp}/mainstay-peers.XXXXXX")}
mkdir -p "$dir/debs" "$dir/root"
dir=$(cd "$dir" && pwd)

if command -v apt-get >/dev/null; then
  # With what they need, except what is installed already; a peer that Debian does not have is left out.
  packages=$(for package in runit supervisor; do
    apt-get -s install --no-install-recommends "$package" 2>/dev/null | awk '/^Inst/ {print $2}'
  done | sort -u)
  for package in $packages; do
    (cd "$dir/debs" && apt-get download -qq "$package" >/dev/null 2>&1) ||
      echo "cannot download $package; going on without it" >&2
  done
  for deb in "$dir"/debs/*.deb; do
    [ -e "$deb" ] && dpkg -x "$deb" "$dir/root"
  done
  rm -rf "$dir/debs"
  if command -v s6-supervise >/dev/null; then
    :
  elif [ "$(id -u)" = 0 ]; then
    echo "installing the package s6 on this system (apt-get purge s6 removes it)" >&2
    apt-get install -y -q --no-install-recommends s6 >/dev/null ||
      echo "cannot install s6; going on without it" >&2
  else
    echo "s6 is left out: only root can install it" >&2
  fi
else
  echo "no apt-get here: runit, s6 and supervisor are left out" >&2
fi

if command -v npm >/dev/null; then
  mkdir -p "$dir/npm"
  npm install --silent --no-audit --no-fund --prefix "$dir/npm" pm2 >/dev/null ||
    echo "cannot install pm2; going on without it" >&2
else
  echo "no npm here: pm2 is left out" >&2
fi
echo "$dir"

# What quickstart.sh and test.sh share. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
JOBS=$(nproc)

# What every build needs. Python runs the quickstart's programs and the tests; tzdata is read at run time.
BUILD_PACKAGES=(g++ cmake ninja-build pkg-config libuv1-dev libyaml-cpp-dev libfmt-dev nlohmann-json3-dev
                libcctz-dev zlib1g-dev libcurl4-openssl-dev libsqlite3-dev libcpp-httplib-dev libssl-dev
                libcrypt-dev libmd-dev python3 tzdata)
# What the tests need besides: a second compiler with its sanitizers and fuzzer, and the formatter.
# dbus-daemon is a program that speaks sd_notify; nginx and Redis are run by an example. npm fetches what draws the page's charts and
# what drives a browser, Node.js runs the tests of the page, and Chromium shows it to them.
TEST_PACKAGES=(chromium doctest-dev clang clang-format dbus-daemon libclang-rt-14-dev git logrotate nginx-light nodejs npm openssl
               procps redis-server shellcheck strace)

# promtool by itself: its package would start a Prometheus server.
PROMTOOL_DIR=$ROOT/build/promtool

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD= PLAIN=; fi

step() { printf '%s== %s%s\n' "$BOLD" "$*" "$PLAIN"; }

fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  printf '       %s\n' "$@" >&2
  exit 1
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local name
  for name; do
    # Node.js may have come from elsewhere, with an npm of its own.
    [[ $name != npm ]] || ! command -v npm >/dev/null || continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || printf '%s\n' "$name"
  done
}

# Installs what is missing of the named packages, and nothing that they only recommend.
install_packages() {
  if ! command -v apt-get >/dev/null; then
    step "This is no Debian: make sure that these are installed: $*"
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    fail "packages are missing, and there is neither root nor sudo to install them" \
         "as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  step "Installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Puts promtool into PATH, which says whether metrics are written as they should be. Without it that test is skipped.
fetch_promtool() {
  export PATH=$PATH:$PROMTOOL_DIR
  ! command -v promtool >/dev/null || return 0
  command -v apt-get >/dev/null || return 0
  step "Fetching promtool"
  local work
  work=$(mktemp -d)
  if (cd "$work" && apt-get download -qq prometheus && dpkg -x ./*.deb package); then
    install -D "$work/package/usr/bin/promtool" "$PROMTOOL_DIR/promtool"
  fi
  rm -rf "$work"
}

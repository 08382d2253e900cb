#!/usr/bin/env bash
# Builds Mainstay on a plain Debian 12 machine and starts the four programs of ecosystem-examples/quickstart.
#
#   packaging/quickstart.sh            build, start, wait until everything is healthy, show it
#   packaging/quickstart.sh stop       stop it again
#
# May be run again at any time. Needs root or sudo only when packages are missing. Everything it makes is in
# build/quickstart and in ~/.local/state/mainstay-quickstart; API_PORT, FRONTEND_PORT and PAGE_PORT choose the ports.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

BUILD=$ROOT/build/quickstart
PLACE=${XDG_STATE_HOME:-${HOME:?HOME is not set}/.local/state}/mainstay-quickstart
SOCKET=$PLACE/run/control.sock
EXAMPLE=$ROOT/ecosystem-examples/quickstart/ecosystem.yaml
CTL=$BUILD/bin/ctl

ctl() { "$CTL" --socket "$SOCKET" "$@"; }

running() { [[ -x $CTL ]] && ctl ping >/dev/null 2>&1; }

build() {
  install_packages "${BUILD_PACKAGES[@]}"
  step "Building (a few minutes the first time)"
  cd "$ROOT"
  cmake --preset release -B "$BUILD" -DMAINSTAY_TESTS=OFF >"$PLACE/build.log" 2>&1 || show_build_log
  cmake --build "$BUILD" -j "$JOBS" 2>&1 | tee -a "$PLACE/build.log" | show_progress
  ((PIPESTATUS[0] == 0)) || show_build_log
  ! grep -q 'built without uPlot' "$PLACE/build.log" || CHARTS=plain
}

# Ninja's "[3/120] …" as one line that moves, where there is a terminal; elsewhere a line for every tenth.
show_progress() {
  local line tenth=0
  while IFS= read -r line; do
    if [[ -t 1 ]]; then
      printf '\r\e[K%.*s' "$((${COLUMNS:-80} - 1))" "$line"
    elif [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] && ((BASH_REMATCH[1] * 10 / BASH_REMATCH[2] > tenth)); then
      tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
      printf '   %d of %d\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    fi
  done
  [[ ! -t 1 ]] || printf '\r\e[K'
}

show_build_log() {
  tail -n 40 "$PLACE/build.log" >&2
  fail "the build failed" "all of its output: $PLACE/build.log"
}

# The first free port from the wanted one on.
free_port() {
  python3 - "$1" <<'PYTHON'
import socket, sys
for port in range(int(sys.argv[1]), int(sys.argv[1]) + 100):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
else:
    sys.exit(f"no free port from {sys.argv[1]} on")
PYTHON
}

# Waits until every service is up and all of its checks have passed; the deadline ends what would wait for ever.
await_healthy() {
  python3 - "$CTL" --socket "$SOCKET" status --json <<'PYTHON'
import json, subprocess, sys, time

def what_is_not_healthy():
    status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if status.returncode not in (0, 3):  # 3: something is not up, which is what we look for
        sys.exit(f"error: ctl status has failed: {status.stdout.decode(errors='replace')}")
    return [f"{service['name']}: {service['reason']}" for service in json.loads(status.stdout)["services"]
            if service["state"] != "running" or service["health"] not in ("healthy", "none")]

end = time.monotonic() + 60
while left := what_is_not_healthy():
    if time.monotonic() > end:
        sys.exit("\n".join(["error: not everything is healthy after 60 s", *left]))
    time.sleep(0.1)
PYTHON
}

start() {
  if running; then
    step "It is running already"
    read -r API_PORT FRONTEND_PORT PAGE_PORT <"$PLACE/ports"
    return
  fi
  API_PORT=$(free_port "${API_PORT:-8000}")
  FRONTEND_PORT=$(free_port "${FRONTEND_PORT:-8080}")
  ((FRONTEND_PORT != API_PORT)) || FRONTEND_PORT=$(free_port "$((API_PORT + 1))")
  PAGE_PORT=$(free_port "${PAGE_PORT:-9615}")
  printf '%s %s %s\n' "$API_PORT" "$FRONTEND_PORT" "$PAGE_PORT" >"$PLACE/ports"
  export API_PORT FRONTEND_PORT PAGE_PORT DATA_DIR=$PLACE/data
  step "Starting"
  ctl up --state-dir "$PLACE/state" --log-dir "$PLACE/log" "$EXAMPLE"
}

show() {
  await_healthy
  step "Running"
  ctl status
  cat <<TEXT

Page      http://127.0.0.1:$PAGE_PORT/           all of this in a browser
Example   http://127.0.0.1:$FRONTEND_PORT/
API       http://127.0.0.1:$API_PORT/health
Logs      $PLACE/log
TEXT
  [[ ${CHARTS:-} != plain ]] || cat <<TEXT
Charts    plain lines; better ones are built in when npm is installed and this is run again
TEXT
  cat <<TEXT
Try       alias ctl="$CTL --socket $SOCKET"
          ctl logs -f         ctl why worker:0         ctl restart @web
          ctl signal KILL api; ctl status               ctl signal STOP worker:0    (it hangs: see it in half a minute)
          ctl password NAME                             (whoever logs in on the page may also act, not only look)
Stop      packaging/quickstart.sh stop
TEXT
}

stop() {
  running || { echo "It is not running."; return; }
  ctl down
}

case ${1:-start} in
  start)
    mkdir -p "$PLACE"
    chmod 700 "$PLACE"
    build
    start
    show
    ;;
  stop) stop ;;
  *) fail "usage: packaging/quickstart.sh [start|stop]" ;;
esac

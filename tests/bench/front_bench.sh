#!/bin/sh
# Requests a second of the gateway's front with fixed answers behind it, and what they cost; by wrk (Debian's package).
#   front_bench.sh FRONT_SERVER [CONNECTIONS] [SECONDS]
set -eu
if ! command -v wrk >/dev/null; then
  echo "skipped: wrk is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/end"
"$1" <"$folder/end" >"$folder/port" &
server=$!
exec 3>"$folder/end"
until [ -s "$folder/port" ]; do kill -0 $server; done
wrk -t1 -c"${2:-32}" -d"${3:-3}" --latency "http://127.0.0.1:$(cat "$folder/port")/a" | grep -E 'Requests/sec|50%|99%|Non-2xx|Socket errors'
ticks=$(cut -d' ' -f14,15 /proc/$server/stat)
echo "ticks of the server (user, system; 100 are a second): $ticks, memory $(grep VmHWM /proc/$server/status)"
exec 3>&-
wait $server

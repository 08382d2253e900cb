#!/bin/sh
# A service in shell that ends politely: the trap runs as soon as the wait is interrupted.
set -u
trap 'echo "ticker ends"; exit 0' TERM INT
while :; do
  date '+%H:%M:%S' >> "$DATA_DIR/ticks"
  echo tick
  sleep 1 &
  wait $!
done

#!/bin/sh
# Ends with code 0 when everything is in place; what depends on it starts then.
set -eu
mkdir -p "$DATA_DIR"
: > "$DATA_DIR/ticks"
echo "prepared $DATA_DIR"

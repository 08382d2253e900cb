#!/usr/bin/env bash
# Runs the tests of limits in a guest whose kernel has cgroup v2 alone, with every controller: machines like ours have
# memory, cpu and pids in v1. Needs qemu-system-x86_64, busybox, cpio and apt-get; software emulation will do.
#
#   tests/guest/run.sh BUILD [TEST…]     BUILD is build/release; TEST is Class.name of tests/integration/limits_test.py
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=$(cd "$1" && pwd)
shift
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
TREE=$WORK/tree

# What `ldd` names, at the same places.
add_libraries() {
  local file library
  for file in "$@"; do
    while IFS= read -r library; do
      mkdir -p "$TREE$(dirname "$library")"
      [[ -e $TREE$library ]] || cp -L "$library" "$TREE$library"
    done < <(ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true)
  done
}

make_tree() {
  local applet python
  mkdir -p "$TREE"/{bin,usr/bin,usr/lib,proc,sys,dev,tmp,run,etc,root,mainstay/tests}
  cp /bin/busybox "$TREE/bin/"
  for applet in $(/bin/busybox --list); do
    [[ $applet == busybox ]] || ln -s busybox "$TREE/bin/$applet"
  done
  printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >"$TREE/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$TREE/etc/group"
  cp --remove-destination /usr/bin/setpriv "$TREE/bin/setpriv"
  python=$(readlink -f /usr/bin/python3)
  cp "$python" "$TREE/usr/bin/python3"
  cp -r "/usr/lib/$(basename "$python")" "$TREE/usr/lib/"
  cp -r "$BUILD/bin" "$BUILD/libexec" "$TREE/mainstay/"
  find "$TREE/mainstay/bin" -name '*_test' -o -name '*_fuzz' | xargs -r rm -f
  cp -r "$ROOT/tests/integration" "$TREE/mainstay/tests/"
  add_libraries "$TREE/usr/bin/python3" "$TREE/bin/setpriv" "$TREE"/mainstay/bin/* "$TREE"/mainstay/libexec/*/* \
    "$TREE"/usr/lib/python3*/lib-dynload/*.so
  install -m 755 "$HERE/init" "$TREE/init"
  printf '%s\n' "$@" >"$TREE/tests-to-run"
}

find_kernel() {
  local package
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -n 1)
  (cd "$WORK" && apt-get download -qq "$package" >/dev/null 2>&1 && dpkg -x ./*.deb kernel)
  KERNEL=$(echo "$WORK"/kernel/boot/vmlinuz-*)
}

if (($# == 0)); then set -- Memory Shares; fi
make_tree "$@"
find_kernel
(cd "$TREE" && find . | cpio -o -H newc --quiet | gzip -1 >"$WORK/initrd.gz")
timeout 1500 qemu-system-x86_64 -accel tcg -cpu max -m 2000 -nographic -no-reboot -kernel "$KERNEL" \
  -initrd "$WORK/initrd.gz" -append "console=ttyS0 panic=-1 quiet" </dev/null | tr -d '\r' | tee "$WORK/output"
grep -q '^OK' "$WORK/output"

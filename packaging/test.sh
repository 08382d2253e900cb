#!/usr/bin/env bash
# Runs every test of Mainstay on a plain Debian 12 machine. Needs root or sudo only when packages are missing.
#
#   packaging/test.sh                  everything, in the order below; some fifty minutes on two cores
#   packaging/test.sh PART…            only these parts:
#
#   checks       layers, clocks, sizes, format and data of the sources
#   tsan         ThreadSanitizer over what has threads
#   fuzz         each fuzz target for FUZZ_SECONDS (10), built by clang with the sanitizers
#   asan         unit, simulation and integration tests, built by clang with AddressSanitizer and UBSan
#   release      g++ builds what is shipped; all tests but the soak of an hour
#   unit         the unit and simulation tests of the release build
#   integration  the integration tests of the release build
#   boot         a Debian that systemd boots with ours in it, the package in another, and the container; only when asked for: the first time
#                debootstrap fetches a Debian (150 MB), it needs root, and the container an engine that runs
#   guest        limits in a guest with a kernel of cgroup v2 alone; only when asked for: it needs qemu
#   tidy         clang-tidy over everything; only when asked for: it takes long
#
# The first part that fails ends it with that part's exit code. The last lines are ctest's own summary.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"

FUZZ_SECONDS=${FUZZ_SECONDS:-10}
# Everything else is single-threaded: workers run in io/ and are used by the sampler, log readers, archives, crash records and checks.
THREADED_TESTS=(io_test process_usage_test logs_archiver_test history_test control_server_test checks_test)
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

# configure PRESET [CMAKE OPTION…]: quiet unless it fails.
configure() {
  local log
  log=$(mktemp)
  if ! cmake --preset "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "cannot configure $1"
  fi
  rm -f "$log"
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  cmake --build "build/$preset" -j "$JOBS" ${1:+--target "$@"}
}

# run_tests PRESET [CTEST OPTION…]
run_tests() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure -j "$JOBS" --no-tests=error "$@"
}

part_checks() {
  step "Checks of the sources"
  configure release
  run_tests release -L checks -E 'checks.yaml_examples'
}

release_build() {
  step "Release build with $(c++ --version | head -n 1)"
  configure release
  build release
}

part_release() {
  release_build
  step "All tests of the release build"
  run_tests release -LE 'soak_long|boot'
}

part_unit() {
  release_build
  run_tests release -L 'unit|sim'
}

part_integration() {
  release_build
  run_tests release -L integration
}

# One build by clang serves the sanitizers and the fuzzers, and shows that clang compiles all of it without a warning.
asan_build() {
  step "AddressSanitizer and UBSan build with $(clang++ --version | head -n 1)"
  configure asan -DCMAKE_CXX_COMPILER=clang++ -DMAINSTAY_FUZZ=ON "-DMAINSTAY_FUZZ_SECONDS=$FUZZ_SECONDS"
  build asan
}

part_asan() {
  asan_build
  step "Unit, simulation and integration tests with sanitizers"
  run_tests asan -L 'unit|sim|integration'
}

part_tsan() {
  step "ThreadSanitizer over what has threads: ${THREADED_TESTS[*]}"
  configure tsan
  build tsan "${THREADED_TESTS[@]}"
  # Its runtime cannot live with every randomised address layout.
  local fixed=()
  ! setarch -R true 2>/dev/null || fixed=(setarch -R)
  "${fixed[@]}" ctest --test-dir build/tsan --output-on-failure --no-tests=error \
    -R "^unit\.($(IFS='|'; echo "${THREADED_TESTS[*]}"))\$"
}

part_fuzz() {
  asan_build
  step "Fuzzing, $FUZZ_SECONDS seconds for each target"
  run_tests asan -L fuzz
}

part_boot() {
  install_packages debootstrap systemd-container
  release_build
  build release deb
  step "Starting with the machine"
  run_tests release -L boot
}

part_guest() {
  install_packages qemu-system-x86 busybox-static cpio
  release_build
  step "Limits on cgroup v2, in a guest"
  tests/guest/run.sh build/release
}

part_tidy() {
  step "clang-tidy"
  install_packages clang-tidy
  configure debug -DCMAKE_CXX_COMPILER=clang++
  git ls-files 'supervisor/*.cc' 'ctl/*.cc' | xargs -P "$JOBS" -n 4 clang-tidy -quiet -p build/debug
}

parts=("$@")
((${#parts[@]})) || parts=(checks tsan fuzz asan release)
for part in "${parts[@]}"; do
  declare -F "part_$part" >/dev/null || fail "there is no part '$part'" "parts: checks fuzz tsan asan release unit integration boot guest tidy"
done
install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
fetch_promtool
for part in "${parts[@]}"; do
  SECONDS=0
  "part_$part"
  ((${#parts[@]} == 1)) || [[ $part == "${parts[-1]}" ]] || step "$part took $SECONDS s"
done

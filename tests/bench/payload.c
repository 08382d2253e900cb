/* What every supervisor of the benchmark runs: a static program without a C library, so that the time to its
 * first instruction is the supervisor's and the kernel's alone. It takes its orders from the environment,
 * because runit and s6 start "./run" without arguments:
 *   BENCH_STAMPS   file to which it appends one record at its first instruction (and one before it crashes)
 *   BENCH_MODE     idle: sleep for ever; crash: exit 1 after BENCH_LIFE_MS and up to 200 ms more, which differ
 *                  from service to service so that they do not crash in step; lines: write BENCH_BYTES of
 *                  100-byte lines, BENCH_BLOCK (65500) of them at a time, then sleep for ever
 * A record is {nanoseconds of CLOCK_MONOTONIC, inode of the working directory, kind}, 64 bits each; the working
 * directory says which service it is. */
typedef unsigned long u64;
typedef long i64;

enum { kStart = 1, kCrash = 2, kWritten = 3 };

#if defined(__x86_64__)
enum { kWrite = 1, kNanosleep = 35, kExitGroup = 231, kClock = 228, kOpenat = 257, kStatat = 262 };
__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call payload\n  hlt\n");
static i64 call4(i64 n, i64 a, i64 b, i64 c, i64 d) {
  i64 result;
  register i64 r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { kWrite = 64, kNanosleep = 101, kExitGroup = 94, kClock = 113, kOpenat = 56, kStatat = 79 };
__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl payload\n");
static i64 call4(i64 n, i64 a, i64 b, i64 c, i64 d) {
  register i64 x8 __asm__("x8") = n;
  register i64 x0 __asm__("x0") = a;
  register i64 x1 __asm__("x1") = b;
  register i64 x2 __asm__("x2") = c;
  register i64 x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
#error "no system calls for this machine yet: x86_64 and aarch64 are known"
#endif

static u64 now(void) {
  i64 at[2];
  call4(kClock, 1 /* CLOCK_MONOTONIC */, (i64)at, 0, 0);
  return (u64)at[0] * 1000000000UL + (u64)at[1];
}

static const char* value_of(char** environment, const char* name) {
  for (; *environment; ++environment) {
    const char* have = *environment;
    const char* want = name;
    while (*want && *have == *want) ++have, ++want;
    if (!*want && *have == '=') return have + 1;
  }
  return "";
}

static u64 number(const char* text) {
  u64 value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (u64)(*text - '0');
  return value;
}

static void sleep_ms(u64 ms) {
  i64 time[2] = {(i64)(ms / 1000), (i64)(ms % 1000) * 1000000};
  while (call4(kNanosleep, (i64)time, (i64)time, 0, 0) != 0) {
  }
}

static u64 directory_inode(void) {
  u64 info[32]; /* struct stat: the inode is its second word on both machines */
  call4(kStatat, -100, (i64) ".", (i64)info, 0);
  return info[1];
}

static void stamp(i64 file, u64 at, u64 which, u64 kind) {
  const u64 record[3] = {at, which, kind};
  call4(kWrite, file, (i64)record, sizeof record, 0);
}

static char lines[65500];

static void write_lines(u64 bytes, u64 block) {
  u64 i;
  if (block == 0 || block > sizeof lines) block = sizeof lines;
  for (i = 0; i < sizeof lines; ++i) lines[i] = i % 100 == 99 ? '\n' : (char)('a' + i % 26);
  while (bytes > 0) {
    const u64 wanted = bytes < block ? bytes : block;
    const i64 n = call4(kWrite, 1, (i64)lines, (i64)wanted, 0);
    if (n <= 0) call4(kExitGroup, 3, 0, 0, 0);
    /* A short write leaves a line cut; the count of bytes is what matters here. */
    bytes -= (u64)n;
  }
}

__attribute__((used)) void payload(u64* stack) {
  const u64 started = now();
  char** environment = (char**)(stack + 1 + stack[0] + 1);
  const char* mode = value_of(environment, "BENCH_MODE");
  /* O_WRONLY | O_APPEND | O_CREAT: short appends do not mix. */
  const i64 file = call4(kOpenat, -100, (i64)value_of(environment, "BENCH_STAMPS"), 02001 | 0100, 0644);
  const u64 which = directory_inode();
  stamp(file, started, which, kStart);
  if (mode[0] == 'c') {
    const u64 life = number(value_of(environment, "BENCH_LIFE_MS"));
    if (life > 0) sleep_ms(life + which * 37 % 200);
    stamp(file, now(), which, kCrash);
    call4(kExitGroup, 1, 0, 0, 0);
  }
  if (mode[0] == 'l') {
    write_lines(number(value_of(environment, "BENCH_BYTES")), number(value_of(environment, "BENCH_BLOCK")));
    stamp(file, now(), which, kWritten);
  }
  for (;;) sleep_ms(1000000000UL);
}

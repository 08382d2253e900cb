// A process that makes trees for the tests of process/: argv[1] says which. It writes "<pid>\n" for
// every process that is ready to standard output, and nothing else. All of them but `plain` ignore
// TERM.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

extern char** environ;

namespace {

void report() {
  char line[32];
  const int n = std::snprintf(line, sizeof line, "%d\n", getpid());
  static_cast<void>(!write(1, line, static_cast<std::size_t>(n)));
}

[[noreturn]] void stay() {
  for (;;)
    pause();
}

// A daemon of the old school: forks twice and starts a session, so that nothing leads back to its
// parent.
void escape() {
  const pid_t first = fork();
  if (first > 0) {
    waitpid(first, nullptr, 0);
    return;
  }
  setsid();
  if (fork() > 0) _exit(0);
  report();
  stay();
}

// As some servers do to show a title: the block that /proc/<pid>/environ shows is overwritten.
void clobber_environment() {
  for (char** entry = environ; *entry != nullptr; ++entry)
    std::memset(*entry, 'x', std::strlen(*entry));
}

void orphan_in_session() {
  if (fork() != 0) return;
  clobber_environment();
  report();
  stay();
}

// Processes that fork as fast as they can until there are `limit` of them.
void bomb(int limit) {
  auto* count = static_cast<std::atomic<int>*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  count->store(1);
  report();
  for (;;) {
    if (count->fetch_add(1) < limit) {
      if (fork() == 0) continue;
    } else {
      count->fetch_sub(1);
      usleep(1000);
    }
  }
}

// A chain in which everyone forks and exits at once: never in one place for long. It ends by itself
// after `links`, in a process that stays.
void hop(int links) {
  report();
  for (int i = 0; i < links; ++i) {
    if (fork() > 0) _exit(0);
  }
  stay();
}

void listen_on_loopback(int type) {
  const int socket_fd = socket(AF_INET, type, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) _exit(1);
  if (type == SOCK_STREAM && listen(socket_fd, 1) != 0) _exit(1);
  socklen_t size = sizeof address;
  getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
}

void burn() {
  volatile unsigned long work = 0;
  report();
  for (;;)
    work = work + 1;
}

// Writes so many bytes to the disk that `folder` is on, and reads them from there.
void use_storage(const std::string& folder, int bytes) {
  std::string path = folder + "/XXXXXX";
  const int file = mkstemp(path.data());
  if (file < 0) _exit(1);
  unlink(path.c_str());
  std::string block(static_cast<std::size_t>(bytes), 'x');
  if (write(file, block.data(), block.size()) != bytes || fsync(file) != 0) _exit(1);
  if (posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) _exit(1);
  if (pread(file, block.data(), block.size(), 0) != bytes) _exit(1);
  close(file);
}

// A child uses storage and stays; a while after it has ended, at USR1, its parent waits for it.
void nurse(const std::string& folder, int bytes) {
  sigset_t asked;
  sigemptyset(&asked);
  sigaddset(&asked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &asked, nullptr);
  const pid_t child = fork();
  if (child == 0) {
    use_storage(folder, bytes);
    report();
    stay();
  }
  int signal_number = 0;
  sigwait(&asked, &signal_number);
  waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string mode = argv[1];
  const int number = argc > 2 ? std::atoi(argv[2]) : 0;
  const bool leave = argc > 3 && std::string{argv[3]} == "leave";
  if (mode != "plain") signal(SIGTERM, SIG_IGN);
  if (mode == "escapees") {
    for (int i = 0; i < number; ++i)
      escape();
  } else if (mode == "orphans") {
    for (int i = 0; i < number; ++i)
      orphan_in_session();
  } else if (mode == "bomb") {
    bomb(number);
  } else if (mode == "hop") {
    if (fork() == 0) hop(number);
  } else if (mode == "listen") {
    listen_on_loopback(SOCK_STREAM);
  } else if (mode == "burn") {
    burn();
  } else if (mode == "storage") {
    use_storage(argv[3], number);
  } else if (mode == "nurse") {
    nurse(argv[3], number);
  } else if (mode == "named") {
    prctl(PR_SET_NAME, ") R 1 (\n");
  }
  if (leave) return 0;
  report();
  stay();
}

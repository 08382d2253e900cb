// A program for tests to supervise. Does what its words say, in order, and ends with code 0:
//
//   exit N            ends with code N              raise SIG         ends by that signal (a
//   number) ignore SIG        ignores the signal            hold              waits for ever
//   wait-for FILE     until the file exists         touch FILE        makes it (with our pid in it)
//   say TEXT          a line on stdout              complain TEXT     a line on stderr
//   lines N           "line 0" … "line N-1"         bytes N           N bytes without a newline
//   show FILE         copies a file to stdout       fds               "N -> target" per descriptor
//   env               the environment               ids               uid gid groups umask nice sid
//   cwd reopen TEXT       a line through /dev/stdout    close-output      closes 1 and 2 escape
//   FILE       a double-forked daemon in a session of its own that ignores TERM and appends its pid
//   to FILE fork WORD…        a child that does the rest, while we wait for ever
//   notify TEXT       tells NOTIFY_SOCKET           notify-with N TEXT  with N descriptors attached
//   notify-vanish TEXT  from a child that ends      notify-flood N      as fast as there is room
//   notify-bytes N    a message of N bytes          notify-barrier      waits until it is heard
//   notify-main       MAINPID of ourselves          write-to FD TEXT    TEXT to a descriptor
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "notify.h"

namespace {

void write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t size = write(fd, text.data() + done, text.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) _exit(99);
    done += static_cast<std::size_t>(size);
  }
}

[[noreturn]] void hold() {
  while (true)
    pause();
}

void append_pid(const char* file) {
  const int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  write_all(fd, std::to_string(getpid()) + "\n");
  close(fd);
}

// Woken by the folder, so that a test never waits for a poll.
void wait_for(const std::string& file) {
  const int watch = inotify_init1(IN_CLOEXEC);
  const std::size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash);
  inotify_add_watch(watch, folder.c_str(), IN_CREATE | IN_MOVED_TO);
  char events[4096];
  while (access(file.c_str(), F_OK) != 0) {
    if (read(watch, events, sizeof events) < 0) break;
  }
  close(watch);
}

void lines(long count) {
  std::string text;
  for (long i = 0; i < count; ++i) {
    text += "line " + std::to_string(i) + "\n";
    if (text.size() < 60'000 && i + 1 < count) continue;
    write_all(1, text);
    text.clear();
  }
}

void show(const char* file) {
  const int fd = open(file, O_RDONLY | O_CLOEXEC);
  char piece[4096];
  for (ssize_t size; (size = read(fd, piece, sizeof piece)) > 0;) {
    write_all(1, {piece, static_cast<std::size_t>(size)});
  }
  close(fd);
}

void fds() {
  DIR* folder = opendir("/proc/self/fd");
  std::map<int, std::string> found;
  while (const dirent* entry = readdir(folder)) {
    const int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || fd == dirfd(folder)) continue;
    char target[PATH_MAX] = {};
    if (readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) < 0) continue;
    found[fd] = target;
  }
  closedir(folder);
  for (const auto& [fd, target] : found) {
    write_all(1, std::to_string(fd) + " -> " + target + "\n");
  }
}

void ids() {
  gid_t groups[256];
  const int count = getgroups(256, groups);
  const mode_t mask = umask(0);
  char cwd[PATH_MAX] = {};
  std::string text =
      "uid " + std::to_string(getuid()) + "\ngid " + std::to_string(getgid()) + "\ngroups";
  for (int i = 0; i < count; ++i)
    text += " " + std::to_string(groups[i]);
  char octal[16];
  snprintf(octal, sizeof octal, "%03o", mask);
  text +=
      std::string{"\numask "} + octal + "\nnice " + std::to_string(getpriority(PRIO_PROCESS, 0));
  text += "\nsession leader " + std::string{getsid(0) == getpid() ? "yes" : "no"};
  text += "\ncwd " + std::string{getcwd(cwd, sizeof cwd) != nullptr ? cwd : "?"} + "\n";
  write_all(1, text);
}

void escape(const char* file) {
  int gone[2];
  if (pipe2(gone, O_CLOEXEC) != 0) _exit(99);
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      signal(SIGTERM, SIG_IGN);
      append_pid(file);
      close(gone[1]);
      hold();
    }
    _exit(0);
  }
  close(gone[1]);
  char byte;
  while (read(gone[0], &byte, 1) < 0 && errno == EINTR) {
  }
  close(gone[0]);
}

void reopen(const char* text) {
  const int fd = open("/dev/stdout", O_WRONLY | O_CLOEXEC);
  if (fd < 0) _exit(98);
  write_all(fd, std::string{text} + "\n");
  close(fd);
}

class Words {
 public:
  explicit Words(char** at) : at_(at) {}
  const char* next() { return *at_ != nullptr ? *at_++ : nullptr; }
  const char* argument() {
    const char* word = next();
    if (word == nullptr) _exit(97);
    return word;
  }

 private:
  char** at_;
};

bool act_on_process(const std::string& word, Words& words) {
  if (word == "exit") _exit(atoi(words.argument()));
  if (word == "raise") {
    const int number = atoi(words.argument());
    rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(number, SIG_DFL);
    raise(number);
    return true;
  }
  if (word == "ignore") return signal(atoi(words.argument()), SIG_IGN) != SIG_ERR;
  if (word == "hold") hold();
  if (word == "fork" && fork() != 0) hold();
  if (word == "escape") {
    escape(words.argument());
  } else if (word == "wait-for") {
    wait_for(words.argument());
  } else if (word == "touch") {
    append_pid(words.argument());
  } else {
    return word == "fork";
  }
  return true;
}

bool act_on_output(const std::string& word, Words& words) {
  if (word == "say") {
    write_all(1, std::string{words.argument()} + "\n");
  } else if (word == "complain") {
    write_all(2, std::string{words.argument()} + "\n");
  } else if (word == "lines") {
    lines(atol(words.argument()));
  } else if (word == "bytes") {
    write_all(1, std::string(static_cast<std::size_t>(atol(words.argument())), 'x'));
  } else if (word == "show") {
    show(words.argument());
  } else if (word == "fds") {
    fds();
  } else if (word == "env") {
    for (char** at = environ; *at != nullptr; ++at)
      write_all(1, std::string{*at} + "\n");
  } else if (word == "ids") {
    ids();
  } else if (word == "reopen") {
    reopen(words.argument());
  } else if (word == "close-output") {
    close(1);
    close(2);
  } else {
    return false;
  }
  return true;
}

bool act_on_notify(const std::string& word, Words& words) {
  using namespace mainstay::test;
  if (word == "notify") {
    notify(words.argument());
  } else if (word == "notify-with") {
    const int count = atoi(words.argument());
    notify(words.argument(), count);
  } else if (word == "notify-vanish") {
    notify_and_vanish(words.argument());
  } else if (word == "notify-flood") {
    notify_flood(atol(words.argument()));
  } else if (word == "notify-bytes") {
    notify(std::string(static_cast<std::size_t>(atol(words.argument())), 'x'));
  } else if (word == "notify-barrier") {
    notify_barrier();
  } else if (word == "notify-main") {
    notify("MAINPID=" + std::to_string(getpid()));
  } else if (word == "write-to") {
    const int fd = atoi(words.argument());
    write_all(fd, words.argument());
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int, char** argv) {
  Words words{argv + 1};
  while (const char* word = words.next()) {
    if (act_on_process(word, words) || act_on_output(word, words) || act_on_notify(word, words))
      continue;
    fprintf(stderr, "testchild: what is '%s'?\n", word);
    return 96;
  }
  return 0;
}

#include "process/host_usage.h"

#include <doctest/doctest.h>
#include <sys/statvfs.h>

#include <fstream>

#include "io/clock.h"
#include "process/mounts_linux.h"
#include "unit/control/temp_folder.h"

namespace mainstay::process {

namespace {

// A folder like /proc.
struct FakeProc {
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder.path() / name} << text;
  }
  HostUsage read(HostReader& reader, double seconds) const {
    HostUsage usage;
    reader.read(MonoTime{std::chrono::milliseconds{static_cast<int>(seconds * 1000)}}, usage);
    return usage;
  }
  HostReader reader() const { return HostReader{folder.path().c_str()}; }

  test::TempFolder folder;
};

constexpr const char* kMounts =
    "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "21 20 0:20 / /proc rw - proc proc rw\n"
    "22 20 0:40 / /srv rw - nfs4 server:/srv rw,vers=4.2\n"
    "23 20 8:2 / /srv/my\\040data rw master:7 propagate_from:2 - xfs /dev/sda2 rw\n"
    "24 20 0:41 / /home rw - fuse.sshfs you@there:/ rw\n"
    "25 20 8:3 / /mnt rw - fuseblk /dev/sda3 rw\n"
    "26 20 0:50 / /tmp rw - tmpfs tmpfs rw\n"
    "27 20 0:51 / /data rw - btrfs /dev/sdb rw\n"
    "28 27 0:52 / /data rw - cifs //there/data rw\n"
    "no mount at all\n";

std::string folder_of(const char* path) {
  const auto mounts = parse_mounts(kMounts);
  const Mount* mount = mount_of(mounts, path);
  return mount == nullptr ? "" : mount->folder + (may_hang(*mount) ? " may hang" : "");
}

}  // namespace

TEST_CASE("the machine's processors, memory, load and uptime are read") {
  const FakeProc proc;
  proc.write("stat", "cpu  100 0 50 800 50 0 0 0 30 0\ncpu0 1 2 3\n");
  proc.write("meminfo",
             "MemTotal:       24684084 kB\nMemFree:        100 kB\n"
             "MemAvailable:   20000000 kB\n");
  proc.write("loadavg", "1.25 0.80 0.50 2/310 4711\n");
  proc.write("uptime", "86400.50 12345.00\n");
  auto reader = proc.reader();
  HostUsage usage = proc.read(reader, 1);
  CHECK_FALSE(usage.cpu_percent);
  CHECK(usage.cpu_busy == std::chrono::milliseconds{1500});
  CHECK(usage.cpu_total == std::chrono::seconds{10});
  CHECK(usage.memory_total_bytes == 24684084ULL * 1024);
  CHECK(usage.memory_used_bytes == 4684084ULL * 1024);
  CHECK(usage.load_average == doctest::Approx(1.25));
  CHECK(usage.uptime == std::chrono::milliseconds{86400500});

  proc.write("stat", "cpu  150 0 50 900 100 0 0 0 30 0\n");
  usage = proc.read(reader, 2);
  CHECK(usage.cpu_percent == doctest::Approx(25));
  // Too soon for another: a tick would be much.
  proc.write("stat", "cpu  151 0 50 900 100 0 0 0 30 0\n");
  usage = proc.read(reader, 2.1);
  CHECK(usage.cpu_percent == doctest::Approx(25));
  CHECK(usage.cpu_total == std::chrono::milliseconds{12010});
}

TEST_CASE("a percentage stays between 0 and 100 whatever the kernel counts") {
  HostCpu cpu;
  HostUsage usage;
  const auto seconds = [](int n) { return std::chrono::seconds{n}; };
  cpu.look(MonoTime{seconds(1)}, seconds(10), seconds(20), usage);
  cpu.look(MonoTime{seconds(2)}, seconds(5), seconds(21), usage);
  CHECK(usage.cpu_percent == doctest::Approx(0));
  cpu.look(MonoTime{seconds(3)}, seconds(8), seconds(22), usage);
  CHECK(usage.cpu_percent == doctest::Approx(100));
  // A processor was unplugged.
  cpu.look(MonoTime{seconds(4)}, seconds(4), seconds(11), usage);
  CHECK(usage.cpu_percent == doctest::Approx(100));
}

TEST_CASE("what cannot be read is not known") {
  const FakeProc proc;
  auto reader = proc.reader();
  for (const char* text :
       {"", "cpu", "cpu  ", "cpu  x", "MemTotal:\n", "MemTotal: 1 kB\n", "\n\n"}) {
    CAPTURE(text);
    for (const char* name : {"stat", "meminfo", "loadavg", "uptime"})
      proc.write(name, text);
    const HostUsage usage = proc.read(reader, 1);
    CHECK_FALSE(usage.cpu_percent);
    CHECK(usage.cpu_total == Duration{0});
    CHECK(usage.memory_total_bytes == 0);
    CHECK_FALSE(usage.load_average);
    CHECK(usage.uptime == Duration{0});
  }
}

TEST_CASE("this machine has memory, an uptime and a load") {
  HostReader reader;
  HostUsage usage;
  reader.read(io::read_clocks().mono, usage);
  CHECK(usage.memory_used_bytes > 0);
  CHECK(usage.memory_used_bytes < usage.memory_total_bytes);
  CHECK(usage.uptime > Duration{0});
  CHECK(usage.load_average);
  CHECK(usage.cpu_busy > Duration{0});
  CHECK(usage.cpu_busy < usage.cpu_total);
}

TEST_CASE("a path is on the mount point that is nearest above it") {
  CHECK(folder_of("/") == "/");
  CHECK(folder_of("/var/lib/mainstay") == "/");
  CHECK(folder_of("/tmpfile") == "/");
  CHECK(folder_of("/tmp/x") == "/tmp");
  CHECK(folder_of("/srv/my data/log") == "/srv/my data");
  CHECK(mount_of({}, "/") == nullptr);
}

TEST_CASE("what another machine or a program answers for is known without asking it") {
  CHECK(folder_of("/srv/log") == "/srv may hang");
  CHECK(folder_of("/home/me") == "/home may hang");
  CHECK(folder_of("/mnt") == "/mnt may hang");
  CHECK(folder_of("/proc/1") == "/proc may hang");
  // The one that was mounted last covers the other.
  CHECK(folder_of("/data/log") == "/data may hang");
}

TEST_CASE("each disk is shown once, with what df says of it") {
  const test::TempFolder folder;
  std::filesystem::create_directory_symlink("/", folder.path() / "link");
  const auto mounts = [] {
    std::ifstream file{"/proc/self/mountinfo"};
    return parse_mounts(std::string{std::istreambuf_iterator<char>{file}, {}});
  }();
  const Mount* root = mount_of(mounts, "/");
  REQUIRE(root != nullptr);
  if (may_hang(*root)) {
    MESSAGE("skipped: the root of this machine is no local file system");
    return;
  }
  DiskReader reader{{"/", folder.path() / "link", "/"}};
  for (int i = 0; i < 2; ++i) {
    const auto disks = reader.read();
    struct statvfs expected {};
    REQUIRE(statvfs("/", &expected) == 0);
    REQUIRE(disks.size() == 1);
    CHECK(disks[0].mount == "/");
    CHECK(disks[0].total_bytes == expected.f_blocks * expected.f_frsize);
    CHECK(disks[0].used_bytes > 0);
    CHECK(disks[0].used_bytes <= disks[0].total_bytes);
  }
  CHECK(DiskReader{{"/proc"}}.read().empty());
}

}  // namespace mainstay::process

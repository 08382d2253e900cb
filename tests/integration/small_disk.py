"""A log or state directory on a small file system of its own, in a mount namespace of the test's own."""

import contextlib
import ctypes
import os
import unittest

import mainstay
from mainstay import Supervisor, TestCase, until

CLONE_NEWNS = 0x20000
MS_REC, MS_PRIVATE, MS_REMOUNT = 0x4000, 0x40000, 0x20


@unittest.skipUnless(mainstay.as_root(), "mounting a small file system needs root")
class SmallDisk(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.libc = ctypes.CDLL(None, use_errno=True)
        if cls.libc.unshare(CLONE_NEWNS) != 0:
            raise unittest.SkipTest("a mount namespace of one's own is not allowed here")
        cls.mount("none", "/", None, MS_REC | MS_PRIVATE, None)

    @classmethod
    def mount(cls, source, target, kind, flags, options):
        texts = [text and str(text).encode() for text in (source, target, kind)]
        if cls.libc.mount(*texts, ctypes.c_ulong(flags), options and options.encode()) != 0:
            raise OSError(ctypes.get_errno(), f"mount {target}")

    @contextlib.contextmanager
    def supervisor(self, yaml, size, files, place="logs", **options):
        s = Supervisor(yaml, files, start=False, **options)
        s.small = getattr(s, place)
        s.small.mkdir()
        self.mount("none", s.small, "tmpfs", 0, f"size={size},mode=700")
        try:
            s.start()
            with s:
                yield s
                self.libc.umount2(str(s.small).encode(), 2)
        finally:
            self.libc.umount2(str(s.small).encode(), 2)
            s.close()

    def resize(self, s, size):
        self.mount("none", s.small, "tmpfs", MS_REMOUNT, f"size={size}")

    def fill(self, s):
        """From now on the disk has no room but what is used (and grows while this looks)."""
        def shrunk():
            disk = os.statvfs(s.small)
            with contextlib.suppress(OSError):  # more is used by now
                self.resize(s, max(1, (disk.f_blocks - disk.f_bfree) * disk.f_frsize))  # 0: no limit
                return True
            return False

        until(shrunk, "the disk is as small as what is on it", every=0.001)

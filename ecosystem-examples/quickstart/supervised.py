"""What the programs owe the supervisor: to end when asked, and to say that they are alive (sd_notify(3))."""

import os
import signal
import socket
import threading
import time

SIGNALS = (signal.SIGTERM, signal.SIGINT)
stopping = threading.Event()  # every loop of these programs waits on it


def listen_for_stop():
    """TERM and INT set `stopping`. One thread waits for them, because a handler would have to wait for the main thread, which
    may sleep on when another one was given the signal. To be called before there are other threads."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    threading.Thread(target=await_signal, daemon=True).start()


def await_signal():
    signal.sigwait(SIGNALS)
    stopping.set()


class Heartbeat:
    """Says READY=1 when it is made and WATCHDOG=1 with each beat, once a second at most; without a supervisor, nothing."""

    def __init__(self):
        self._beaten = time.monotonic()
        tell("READY=1\nWATCHDOG=1")

    def beat(self):
        if time.monotonic() - self._beaten >= 1:
            self._beaten = time.monotonic()
            tell("WATCHDOG=1")


def tell(message):
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        try:
            notify.connect(path)
            notify.send(message.encode())
        except OSError as error:  # the work goes on without
            print(f"cannot tell the supervisor: {error}")

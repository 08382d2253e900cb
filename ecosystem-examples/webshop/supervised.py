"""What the API and the workers owe the supervisor: to end when asked, and to say how they do (sd_notify(3))."""

import os
import signal
import socket
import threading

SIGNALS = (signal.SIGTERM, signal.SIGINT)
asked_to_end = threading.Event()


def end_politely():
    """From now on TERM and INT only set `asked_to_end`. To be called before there are other threads."""
    # One thread waits for them. A handler runs in the main thread only, and that is not woken from a lock when the
    # kernel gives the signal to another thread, as it may do when the process was stopped (SIGSTOP).
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    threading.Thread(target=await_signal, daemon=True).start()


def await_signal():
    signal.sigwait(SIGNALS)
    asked_to_end.set()


def tell(*lines):
    """Sends lines like READY=1 to the supervisor; started by hand there is none, and nothing is sent."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        try:
            notify.connect(path)
            notify.send("\n".join(lines).encode())
        except OSError as error:
            print(f"cannot tell the supervisor: {error}")

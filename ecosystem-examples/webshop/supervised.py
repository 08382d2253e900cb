"""What the API and the workers owe the supervisor: to end when asked, and to say how they do (sd_notify(3))."""

import os
import signal
import socket
import threading

asked_to_end = threading.Event()


def end_politely():
    """From now on TERM and INT only set `asked_to_end`."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())


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

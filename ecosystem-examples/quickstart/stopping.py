"""The polite end: TERM and INT set an event that every loop of these programs waits on."""

import signal
import threading

stopping = threading.Event()


def listen_for_stop():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())

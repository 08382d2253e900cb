"""Commands with a terminal as their output."""

import os
import pty
import select

import mainstay


def on_terminal(command, answer=b""):
    """What a command prints when its output is a terminal, where somebody types `answer`."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(str(command[0]), [str(word) for word in command])
    os.write(terminal, answer)
    shown = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], mainstay.DEADLINE)
        try:
            piece = os.read(terminal, 65536) if ready else b""
        except OSError:
            piece = b""
        if not piece:
            break
        shown += piece
    os.waitpid(pid, 0)
    os.close(terminal)
    return shown

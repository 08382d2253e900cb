"""Ending whatever controls: while one controller makes way for another there may be two."""

from mainstay import kill


def kill_controllers(s, known):
    """KILLs the one that was `known`, and any other there is."""
    kill({known, *s.survivors_named("mainstay-contro")})

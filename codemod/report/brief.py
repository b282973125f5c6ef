"""Make errors short enough to be read: what matters stands behind long descriptions of tasks and futures."""

from __future__ import annotations

import re

# Of "Task <Task pending name='Task-7' coro=<f() running at …> cb=[…]> got Future <Future pending …> attached to …".
_OBJECT = re.compile(r"<(Task|Future)\b.*?>(?= (?:got|attached))")


def brief(error: str) -> str:
    """Return an error message in one line, without the insides of tasks and futures, which are addresses and paths."""
    return _OBJECT.sub(r"<\1 …>", " ".join(error.split()))

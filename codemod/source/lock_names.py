"""Which files a tool writes as its lock: read by some, edited by none."""

from __future__ import annotations

import posixpath
import re

_LOCK = re.compile(r".*\.lock(?:\.json)?|pylock\.(?:.+\.)?toml|.*conda-lock\.ya?ml")


def is_lock(path: str) -> bool:
    """Tell whether the file called ``path`` is a lock by its name (``uv.lock``, ``pylock.toml``)."""
    return _LOCK.fullmatch(posixpath.basename(path)) is not None

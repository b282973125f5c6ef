"""Checkouts for the tests of this folder."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INI = "[pytest]\nasyncio_mode = auto\n"
PYPROJECT = "[project]\nname = 'x'\nversion = '1'\n"


def checkout(top: Path, files: Mapping[str, str], git: bool = True) -> Path:
    """Write ``files`` below ``top``, make it a git work tree and return its real path."""
    for name, text in files.items():
        place = top / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    if git:
        subprocess.run(["git", "init", "-q", str(top)], check=True, stdin=subprocess.DEVNULL)
    return top.resolve()

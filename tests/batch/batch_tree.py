"""Checkouts for the tests of this folder."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from batch_tools import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INI = "[pytest]\nasyncio_mode = auto\n"
PYPROJECT = "[project]\nname = 'x'\nversion = '1'\n"


def checkout(top: Path, files: Mapping[str, str], git: bool = True) -> Path:
    """Write ``files`` below ``top``, make it a git work tree and return its real path."""
    write(top, files)
    if git:
        subprocess.run(["git", "init", "-q", str(top)], check=True, stdin=subprocess.DEVNULL)
    return top.resolve()

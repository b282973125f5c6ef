"""Run ``loopmend`` as its users do: as a command, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 300


def loopmend(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command with ``folder`` as current folder and return its exit status and output."""
    return run(folder, sys.executable, "-m", "codemod", *arguments)


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git in ``folder`` and return what it says; raise CalledProcessError where it fails."""
    return run(folder, "git", *arguments, stdin=stdin, check=True).stdout


def run(folder: Path, *command: str, stdin: bytes = b"", check: bool = False) -> subprocess.CompletedProcess[bytes]:
    """Run any command in ``folder``, without the caller's git variables and colours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_"))}
    return subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, timeout=SECONDS, check=check, env=environment
    )


def without_powers() -> tuple[str, ...]:
    """Return what to put before a command so that file permissions bind it even for root; skip where that fails."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root reads everything, and setpriv is not installed")
    return (setpriv, "--bounding-set", "-dac_override,-dac_read_search")

"""Virtual environments made for one test: empty, with stubs of packages, or with real ones."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 300


def make(folder: Path, **stubs: str) -> Path:
    """Make a virtual environment without pip, and return its interpreter; ``stubs`` are modules with their versions."""
    venv.create(folder, symlinks=True, with_pip=False)
    for name, version in stubs.items():
        packages(folder).joinpath(f"{name}.py").write_text(f"__version__ = {version!r}\n", encoding="utf-8")
        info = packages(folder) / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    return folder / "bin" / "python"


def packages(folder: Path) -> Path:
    """Return the site-packages of an environment."""
    return next(folder.glob("lib/python*/site-packages"))


def install(python: Path, *words: str) -> None:
    """Install packages from the index, as ``pip install`` takes them."""
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *words)


def run(*command: str, folder: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it writes; fail with its errors where it fails."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def state(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Return the mode, time of change and content of everything below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            content = str(path.readlink())
        else:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, content)
    return found


def program(folder: Path, name: str, text: str) -> Path:
    """Write a shell script that can be run, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def plain(**more: str) -> dict[str, str]:
    """Return this process's variables without an activated environment, and with ``more``."""
    left = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT")
    return {name: value for name, value in os.environ.items() if name not in left} | more

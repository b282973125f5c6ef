"""Interpreters with a given pytest-asyncio, made once and kept.

Each is an overlay: a virtual environment that sees what is installed beside the tests (through a ``.pth`` file) and
holds only the other pytest and pytest-asyncio. Making one needs a package index; using it does not.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = "LOOPMEND_REQUIRE_VENVS"
"""With this variable set, an environment that cannot be made is a failure instead of a reason to skip."""

SECONDS = 300
_ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p asyncio"}
"""Variables that load pytest-asyncio only: other plugins installed beside the tests may need a newer pytest."""


class VenvError(Exception):
    """The environment could not be made."""


def interpreter(plugin: str) -> Path:
    """Return an interpreter with pytest-asyncio ``plugin``: the running one, or that of an overlay, made if need be.

    Raises VenvError where it cannot be made.
    """
    if version("pytest-asyncio") == plugin:
        return Path(sys.executable)
    older = _older_pytest(plugin)
    return _overlay([f"pytest-asyncio=={plugin}", *([f"pytest=={older}"] if older else [])])


def with_pytest(pytest: str, plugin: str) -> Path:
    """Return an interpreter with exactly that pytest and pytest-asyncio; raises VenvError where it cannot be made."""
    if (version("pytest"), version("pytest-asyncio")) == (pytest, plugin):
        return Path(sys.executable)
    return _overlay([f"pytest-asyncio=={plugin}", f"pytest=={pytest}"])


def variables(plugin: str) -> dict[str, str]:
    """Return the environment variables that a run with the interpreter of ``plugin`` needs."""
    return dict(_ALONE) if _older_pytest(plugin).startswith("7.") else {}


def _older_pytest(plugin: str) -> str:
    """Return the pytest to put beside ``plugin``: the last one it works with, or "" where that is the newest."""
    if Version(plugin) < Version("0.23"):
        return "7.4.4"
    return "8.4.2" if Version(plugin) < Version("1.3") else ""


def _overlay(requirements: list[str]) -> Path:
    # The running environment is part of the name: another Python, or another place, is another overlay.
    sites = list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))
    key = hashlib.sha256("\n".join([sys.version, *sites, *requirements]).encode()).hexdigest()[:12]
    folder = cache() / key
    python = folder / "bin" / "python"
    with _locked(folder.with_suffix(".lock")):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _build(folder, python, sites, requirements)
            (folder / "complete").touch()
    return python


def cache() -> Path:
    """Return the folder of the overlays: $LOOPMEND_VENVS, or one in the user's cache."""
    chosen = os.environ.get("LOOPMEND_VENVS")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(chosen) if chosen else base / "loopmend" / "venvs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _build(folder: Path, python: Path, sites: list[str], requirements: list[str]) -> None:
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    inner = next(folder.glob("lib/python*/site-packages"))
    lines = [f"import site; site.addsitedir({site!r})\n" for site in sites]
    (inner / "outer.pth").write_text("".join(lines))
    _run([sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *requirements])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VenvError(str(error)) from error
    if done.returncode:
        raise VenvError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-500:]}")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold ``path`` as a lock between processes; the system releases it when its holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""A pytest that plays a script instead of running tests, and writes a record as the probe would."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

SCRIPT, LOG = "FAKE_PYTEST", "FAKE_PYTEST_LOG"


def lay_out(folder: Path, plugin: str, pytest: str = "8.4.2") -> Path:
    """Make ``folder``, for the front of PYTHONPATH, with the fake and with metadata of it and of pytest-asyncio."""
    shutil.copytree(Path(__file__).with_name("pytest"), folder / "pytest")
    metadata(folder, "pytest", pytest)
    metadata(folder, "pytest_asyncio", plugin)
    return folder


def metadata(folder: Path, name: str, version: str) -> None:
    """Make a distribution seem to be installed in ``folder``."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")


@dataclass(frozen=True)
class Played:
    """What each run of the fake noted down, in order: its arguments, folder, variables and version of the plugin."""

    log: Path

    @property
    def runs(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]


def use(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str, log: Path) -> Played:
    """Put the fake in ``folder`` before every other pytest, and give it the Python code that it is to play."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv(SCRIPT, script)
    monkeypatch.setenv(LOG, str(log))
    log.unlink(missing_ok=True)
    return Played(log)

"""Exact versions from lock files: uv, poetry, pdm, pipenv and PEP 751."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codemod.project.toml_text import parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LOCK = re.compile(r"(?:uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pylock(?:\.[^.]+)?\.toml)$")
_PIPENV_SECTIONS = ("default", "develop")


@dataclass(frozen=True, slots=True)
class LockedVersion:
    """One distribution as a lock file has it: its canonical name, its version, and the line (from 1) of its entry."""

    name: str
    version: str
    line: int


def is_lock_file(name: str) -> bool:
    """Tell whether a file called ``name`` is a lock file read here."""
    return _LOCK.match(name) is not None


def read_locked(name: str, text: str, wanted: Collection[str]) -> list[LockedVersion]:
    """Return what the lock file ``name`` with content ``text`` says about the canonical names ``wanted``.

    A distribution can have several versions (uv's forks by Python version). Raise ValueError for a broken file.
    """
    if not any(distribution in text for distribution in wanted):
        return []  # lock files are large, and most suites' parents do not have the plugin
    found = _pipenv(text) if name == "Pipfile.lock" else _packages(text)
    seen: dict[str, int] = {}
    locked = []
    for distribution, version in found:
        if distribution in wanted:
            seen[distribution] = seen.get(distribution, -1) + 1
            locked.append(LockedVersion(distribution, version, _line(text, distribution, seen[distribution])))
    return locked


def _packages(text: str) -> Iterator[tuple[str, str]]:
    document = parse(text)
    packages: Any = document.get("package") or document.get("packages") or []
    for package in packages if isinstance(packages, list) else []:
        name, version = package.get("name"), package.get("version")
        if isinstance(name, str) and isinstance(version, str):
            yield name, version


def _pipenv(text: str) -> Iterator[tuple[str, str]]:
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    for section in _PIPENV_SECTIONS:
        entries = document.get(section, {}) if isinstance(document, dict) else {}
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            if isinstance(version, str):
                yield name, version.removeprefix("==")


def _line(text: str, name: str, index: int) -> int:
    """Return the line of the entry that is the ``index``-th (from 0) to carry ``name``."""
    entry = re.compile(rf"""^(?:name\s*=\s*["']{re.escape(name)}["']|\s*"{re.escape(name)}"\s*:)""", re.MULTILINE)
    starts = [match.start() for match in entry.finditer(text)]
    return text.count("\n", 0, starts[index]) + 1 if index < len(starts) else 1

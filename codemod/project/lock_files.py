"""Exact versions from lock files: uv, poetry, pdm, pipenv, PEP 751 and conda-lock."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codemod.project.toml_text import parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_CONDA = re.compile(r"(?:[\w.-]+\.)?conda-lock\.ya?ml$")
_LOCK = re.compile(rf"(?:uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pylock(?:\.[^.]+)?\.toml)$|{_CONDA.pattern}")
# conda-lock has always written its packages in this form; to parse YAML of such a size would take many seconds.
_CONDA_PACKAGE = re.compile(r"^(?=- )", re.MULTILINE)
_CONDA_FIELD = re.compile(r"""^(?:- |  )(name|version): ["']?([\w.!+-]+)["']?$""", re.MULTILINE)
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
    read = _conda if _CONDA.match(name) else _pipenv if name == "Pipfile.lock" else _packages
    seen: dict[str, int] = {}
    locked = []
    for distribution, version in read(text):
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


def _conda(text: str) -> Iterator[tuple[str, str]]:
    """Yield each package, once for each platform."""
    for package in _CONDA_PACKAGE.split(text):
        fields = dict(_CONDA_FIELD.findall(package))
        if len(fields) == 2:
            yield fields["name"], fields["version"]


def _line(text: str, name: str, index: int) -> int:
    """Return the line of the entry that is the ``index``-th (from 0) to carry ``name``."""
    toml, pipenv, conda = r"""name\s*=\s*["']{0}["']""", r"""\s*"{0}"\s*:""", r"""(?:- |  )name: ["']?{0}["']?$"""
    entry = re.compile(rf"^(?:{toml}|{pipenv}|{conda})".format(re.escape(name)), re.MULTILINE)
    starts = [match.start() for match in entry.finditer(text)]
    return text.count("\n", 0, starts[index]) + 1 if index < len(starts) else 1

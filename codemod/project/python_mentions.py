"""The Python versions a repository says it runs on: tox, nox, CI matrices, ``.python-version``, classifiers."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.errors import FileError
from codemod.model import FileFailure
from codemod.project.command_files import YAML_LIMIT, CommandFiles, find
from codemod.project.command_nox import session_pythons
from codemod.project.command_text import ini_options
from codemod.project.command_toml import lines_above
from codemod.project.command_yaml import yaml_pythons
from codemod.project.toml_text import key_line, parse
from codemod.source.disk import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    # A text that may name a version, and its line.
    Said = Iterator[tuple[str, int]]

_VERSION = re.compile(r"(?:pypy-?|python)?(?P<version>[23]\.\d{1,2})(?:\.\d+)?(?:-dev|\.x)?$")
_ENVIRONMENT = re.compile(r"(?:py|pypy)(?P<major>[23])\.?(?P<minor>\d{1,2})$|(?P<dotted>[23]\.\d{1,2})$")
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (?P<version>[23]\.\d{1,2})(?!\d)")
_BRACES = re.compile(r"\{(?P<choices>[^{}]*)\}")
_MOST_ENVIRONMENTS = 500
_LONGEST_LINE = 2000


@dataclass(frozen=True, slots=True, order=True)
class PythonMention:
    """A Python version (``3.8``) that a file of the repository names; ``path`` is relative to the root searched."""

    path: str
    line: int
    version: str


def python_mentions(root: Path, folder: Path, files: CommandFiles | None = None) -> tuple[PythonMention, ...]:
    """Return the Python versions named for ``folder``, by path and line, each once for a line.

    The files are those of ``install_words``. A broken file becomes a failure of ``files``, nothing is raised.
    """
    files = find(root, folder) if files is None else files
    found: list[PythonMention] = []
    for path, text in files.mention("py", "Py", "3."):
        try:
            found += [PythonMention(path, line, version) for version, line in _said(path, text)]
        except ValueError as error:
            files.failures[path] = FileFailure(path, str(error))
    return tuple(sorted(set(found)))


def tox_environments(root: Path) -> tuple[str, ...]:
    """Return the names of the environments that tox's files in ``root`` list, in their order; what is broken is not."""
    names: dict[str, None] = {}
    for path in ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"):
        with contextlib.suppress(FileError, ValueError):
            text = read_regular(root, path).decode("utf-8")
            for line, _ in _tox_toml(path, text) if path.endswith(".toml") else _tox(text, 0):
                for each in _expanded(line[:_LONGEST_LINE]):
                    names.update(dict.fromkeys(re.split(r"[\s,]+", each.strip(", "))))
    return tuple(name for name in names if name)


def _said(path: str, text: str) -> Said:
    name = path.rpartition("/")[2]
    if name in ("pyproject.toml", "setup.cfg", "setup.py"):
        yield from _classifiers(text)
    if name in ("tox.ini", "setup.cfg"):
        yield from _factors(_tox(text, 0))
    elif name in ("pyproject.toml", "tox.toml"):
        yield from _factors(_tox_toml(name, text))
    elif name == "noxfile.py":
        yield from _versions(session_pythons(text))
    elif name == ".python-version":
        yield from _versions((line.strip(), number) for number, line in enumerate(text.split("\n"), 1))
    elif name.endswith((".yml", ".yaml")) and len(text) <= YAML_LIMIT:
        yield from _versions(yaml_pythons(text))


def _versions(said: Said) -> Said:
    """Yield the version in each text that is one."""
    for text, line in said:
        for word in re.split(r"[\s,]+", text):
            if found := _VERSION.match(word.strip("\"'[]")):
                yield found["version"], line


def _classifiers(text: str) -> Said:
    for number, line in enumerate(text.split("\n"), 1):
        yield from ((found["version"], number) for found in _CLASSIFIER.finditer(line))


def _tox(text: str, above: int) -> Said:
    sections = ini_options(text)
    for name in ("tox", "tox:tox"):
        for key in ("envlist", "env_list"):
            option = sections.get(name, {}).get(key)
            for line, number in option.lines if option else ():
                yield line, number + above


def _tox_toml(name: str, text: str) -> Said:
    document = parse(text)
    at: tuple[str, ...] = ()
    if name == "pyproject.toml":
        tool = document.get("tool")
        tox = tool.get("tox") if isinstance(tool, dict) else None
        document, at = tox if isinstance(tox, dict) else {}, ("tool", "tox")
    legacy = document.get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield from _tox(legacy, lines_above(text, at, "legacy_tox_ini", legacy))
    listed = document.get("env_list", document.get("envlist"))
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, str):
            yield each, key_line(text, at, "env_list") or 1


def _factors(environments: Said) -> Said:
    """Yield the versions in names of environments such as ``py{38,39}-django, 3.11``."""
    for text, line in environments:
        for name in _expanded(text[:_LONGEST_LINE]):
            for factor in re.split(r"[\s,-]+", name):
                if found := _ENVIRONMENT.match(factor):
                    yield found["dotted"] or f"{found['major']}.{found['minor']}", line


def _expanded(text: str) -> list[str]:
    """Return ``text`` with its braces written out (``py3{8-10}`` too), at most so many times."""
    done, waiting = list[str](), [text]
    while waiting and len(done) + len(waiting) < _MOST_ENVIRONMENTS:
        each = waiting.pop()
        found = _BRACES.search(each)
        if found is None:
            done.append(each)
            continue
        choices = [c for choice in found["choices"].split(",") for c in _range(choice.strip())]
        waiting += [each[: found.start()] + choice + each[found.end() :] for choice in reversed(choices)]
    return [*done, *waiting]


def _range(choice: str) -> list[str]:
    first, dash, last = choice.partition("-")
    if dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= 400:
        return [str(number) for number in range(int(first), int(last) + 1)]
    return [choice]

"""Commands in YAML files of CI services, pre-commit and Task: what each calls a command, a folder, a variable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from codemod.project.commands import ADDOPTS, Script, Variable, joined
from codemod.project.shell_words import Word
from codemod.source.yaml_text import Scalar, scalars

if TYPE_CHECKING:
    from collections.abc import Iterator

Key: TypeAlias = "tuple[str | int, ...]"
Found = TypeVar("Found")

_MOST_SETTINGS = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one kind of file.

    ``commands`` are keys that hold commands, maybe in lists and under the keys of ``_INNER``. With ``session`` all
    commands of one job run in one shell, else each value has its own.
    """

    commands: frozenset[str]
    folders: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    session: bool = False


def _dialect(commands: str, folders: str = "", variables: str = "", session: bool = False) -> Dialect:
    return Dialect(frozenset(commands.split()), frozenset(folders.split()), frozenset(variables.split()), session)


_INNER = frozenset(("cmd", "command", "ps", "sh", "pwsh"))
GITHUB = _dialect("run", "working-directory", "env")
GITLAB = _dialect("before_script script after_script", "", "variables", session=True)
CIRCLE = _dialect("run", "working_directory", "environment")
AZURE = _dialect("script bash pwsh powershell", "workingDirectory", "variables env")
TRAVIS = _dialect("before_install install before_script script after_success after_script", "", "global", session=True)
APPVEYOR = _dialect(
    "init install before_build build_script before_test test_script after_test", "", "environment global", session=True
)
TASK = _dialect("cmds cmd", "dir", "env")
_PYTHONS = frozenset(("python-version", "python-versions", "python_version", "pythonVersion", "versionSpec"))


def yaml_scripts(path: str, folder: str, text: str, dialect: Dialect) -> Iterator[Script]:
    """Yield the commands of ``text``; raise ValueError where it is not YAML."""
    found = scalars(text)
    sessions: dict[Key, list[tuple[Key, Scalar]]] = {}
    for scalar in found:
        key = _command_key(scalar.key, dialect)
        if key:
            owner = key[:-1] if dialect.session else scalar.key
            sessions.setdefault(owner, []).append((key, scalar))
    folders = list(filter(None, (_folder(scalar, dialect) for scalar in found)))
    variables = list(filter(None, (_variable(path, scalar, dialect) for scalar in found)))
    for members in sessions.values():
        key = members[0][0]
        parts = tuple((scalar.value, first_line(text, scalar)) for _, scalar in members)
        name, addopts = _nearest(key, folders), _nearest(key, variables)
        yield Script(path, parts, (), _started(folder, name, dialect), addopts)


def pre_commit_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the ``entry`` and ``args`` of each hook, and what it installs; raise ValueError where it is not YAML."""
    hooks: dict[Key, dict[str, list[Scalar]]] = {}
    for scalar in scalars(text):
        for index, part in enumerate(scalar.key):
            if part in ("entry", "args", "additional_dependencies"):
                hooks.setdefault(scalar.key[:index], {}).setdefault(str(part), []).append(scalar)
    for hook in hooks.values():
        if entry := hook.get("entry"):
            arguments = " ".join(_quoted(each.value) for each in hook.get("args", ()))
            yield Script(path, ((f"{entry[0].value} {arguments}", first_line(text, entry[0])),), (), (folder,))
        if added := hook.get("additional_dependencies"):
            words = (Word("pip", added[0].line), Word("install", added[0].line))
            yield Script(path, (), (*words, *(Word(each.value, each.line) for each in added)))


def yaml_pythons(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands for a Python version in ``text`` with its line; raise ValueError where it is not YAML."""
    for scalar in scalars(text):
        names = [part for part in scalar.key if isinstance(part, str)]
        named = bool(names) and (names[-1] in _PYTHONS or (names[-1] == "python" and _lists_pythons(names)))
        if named:
            yield scalar.value, scalar.line


def first_line(text: str, scalar: Scalar) -> int:
    """Return the line on which the value itself begins: a block begins below its sign."""
    block = text[scalar.start : scalar.start + 1] in ("|", ">")
    return scalar.line + 1 if block else scalar.line


def _lists_pythons(names: list[str]) -> bool:
    return names == ["python"] or "matrix" in names


def _quoted(word: str) -> str:
    return f'"{word}"' if re.search(r"\s", word) and '"' not in word else word


def _command_key(key: Key, dialect: Dialect) -> Key:
    """Return the way to the value that holds commands and in which ``key`` lies, nothing where it is no command."""
    end = len(key)
    while end and (isinstance(key[end - 1], int) or key[end - 1] in _INNER):
        end -= 1
    # A value of Task may be at "cmds", and at "cmds", 0, "cmd": both are commands.
    if end and key[end - 1] in dialect.commands:
        return key[:end]
    if key[-1] in dialect.commands:
        return key
    return ()


def _nearest(key: Key, around: list[tuple[Key, Found]]) -> Found | None:
    """Return what is set for the innermost part of the file that ``key`` lies in; of very many only the first count."""
    inside = [(len(holder), value) for holder, value in around[:_MOST_SETTINGS] if key[: len(holder)] == holder]
    return max(inside, key=lambda each: each[0])[1] if inside else None


def _folder(scalar: Scalar, dialect: Dialect) -> tuple[Key, str] | None:
    """Return to what a scalar that names a folder applies, and the name."""
    if scalar.key[-1] not in dialect.folders:
        return None
    holder = scalar.key[:-1]
    return (holder[:-2] if holder[-2:] == ("defaults", "run") else holder), scalar.value.strip()


def _started(folder: str, name: str | None, dialect: Dialect) -> tuple[str, ...]:
    """Return the folders a command starts in where ``name`` is set for it."""
    # CircleCI checks out where its working_directory says, "~/project" if nothing else.
    if not name or (dialect is CIRCLE and name.startswith("~")):
        return (folder,)
    return () if any(sign in name for sign in "${%") else joined((folder,), name)


def _variable(path: str, scalar: Scalar, dialect: Dialect) -> tuple[Key, Variable] | None:
    """Return to what a scalar that sets PYTEST_ADDOPTS applies, and the value."""
    *holder, name = scalar.key
    if name == ADDOPTS and holder and holder[-1] in dialect.variables:
        levels = 2 if holder[-1] == "global" else 1
        return tuple(holder[:-levels]), Variable(path, scalar.line, scalar.value)
    in_list = isinstance(name, int) and bool(holder) and holder[-1] == "global"
    if in_list and (found := re.search(rf"""\b{ADDOPTS}=("[^"]*"|'[^']*'|\S+)""", scalar.value)):
        return tuple(holder[:-2]), Variable(path, scalar.line, found[1].strip("\"'"))
    return None

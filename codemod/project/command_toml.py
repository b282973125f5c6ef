"""Commands in TOML: tox (native, and the text of tox.ini in pyproject.toml), Hatch, PDM, Poe, taskipy, Rye, Pipfile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from codemod.project.command_text import tox_scripts
from codemod.project.commands import ADDOPTS, Place, Script, Variable, joined
from codemod.project.shell_words import UNKNOWN, Word
from codemod.project.toml_text import key_line, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    Path = tuple[str, ...]

_TOX_COMMANDS = ("commands_pre", "commands", "commands_post")
# The keys that hold the command of a task, and whether a shell reads it.
_TASK_KEYS = {"cmd": False, "shell": True, "sequence": False, "composite": False}


def pyproject_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the commands of every tool of pyproject.toml; raise ValueError where it is no TOML."""
    document = parse(text)
    tool = _table(document, "tool")
    reader = _Reader(path, folder, _Lines(text))
    legacy = _table(tool, "tox").get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield from _legacy(reader, legacy)
    yield from reader.tox(_table(tool, "tox"), ("tool", "tox"))
    yield from reader.hatch(_table(tool, "hatch"), ("tool", "hatch"))
    for name, key, shell in (
        ("pdm", "scripts", False),
        ("rye", "scripts", False),
        ("poe", "tasks", False),
        ("taskipy", "tasks", True),
    ):
        yield from reader.tasks(_table(tool, name, key), ("tool", name, key), shell)


def tox_toml_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the commands of tox.toml; raise ValueError where it is no TOML."""
    yield from _Reader(path, folder, _Lines(text)).tox(parse(text), ())


def hatch_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the commands of hatch.toml; raise ValueError where it is no TOML."""
    yield from _Reader(path, folder, _Lines(text)).hatch(parse(text), ())


def pipfile_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the scripts of a Pipfile; raise ValueError where it is no TOML."""
    # No edits there: the file has no ending by which it would be known as TOML.
    for script in _Reader(path, folder, _Lines(text)).tasks(_table(parse(text), "scripts"), ("scripts",), shell=False):
        yield replace(script, place=None)


def lines_above(text: str, table: Path, key: str, value: str) -> int:
    """Return how many lines of ``text`` stand above the first line of a multi-line ``value``."""
    first = next((line for line in value.split("\n") if line), "")
    return _Lines(text).find(table, key, first) - 1 - value.split("\n").index(first)


@dataclass(slots=True)
class _Lines:
    """Finds lines of a document; ``left`` is how many characters may still be searched, for a hostile file."""

    text: str
    left: int = 50_000_000
    keys: dict[Path, int] = field(default_factory=dict)

    def key(self, table: Path, key: str) -> int:
        """Return the line of a key, 1 where it is not found."""
        path = (*table, key)
        if path not in self.keys:
            self.left -= len(self.text)
            self.keys[path] = (key_line(self.text, table, key) or 1) if self.left > 0 else 1
        return self.keys[path]

    def find(self, table: Path, key: str, needle: str) -> int:
        """Return the line at or below ``key`` on which ``needle`` stands, that of the key where it is not found."""
        start = self.key(table, key)
        self.left -= len(self.text)
        lines = self.text.split("\n") if self.left > 0 else []
        return next((n for n in range(start, len(lines) + 1) if needle and needle in lines[n - 1]), start)


def _legacy(reader: _Reader, text: str) -> Iterator[Script]:
    """Yield what the text of a tox.ini within pyproject.toml says, on the lines of pyproject.toml."""
    place = Place(("tool", "tox"), "legacy_tox_ini", text)
    above = lines_above(reader.lines.text, ("tool", "tox"), "legacy_tox_ini", text)
    for script in tox_scripts(reader.path, reader.folder, text, place):
        parts = tuple((part, line + above) for part, line in script.parts)
        moved = replace(script.addopts, line=script.addopts.line + above) if script.addopts else None
        yield replace(script, parts=parts, addopts=moved)


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str
    folder: str
    lines: _Lines

    def tox(self, root: dict[str, Any], at: Path) -> Iterator[Script]:
        """Yield the commands of tox's own TOML; an environment without commands runs those of env_run_base."""
        base = _table(root, "env_run_base")
        named = [(("env", name), env) for name, env in _table(root, "env").items() if isinstance(env, dict)]
        for way, env in ((("env_run_base",), base), *named):
            own = any(key in env for key in _TOX_COMMANDS)
            changed = not own and any(key in env for key in ("set_env", "change_dir"))
            where, commands = ((*at, *way), env) if own else ((*at, "env_run_base"), base)
            if not own and not changed:
                continue
            folders = self.tox_folders({**base, **env})
            addopts = self.addopts((*at, *way, "set_env"), _table(env, "set_env"))
            addopts = addopts or self.addopts((*at, "env_run_base", "set_env"), _table(base, "set_env"))
            for key in _TOX_COMMANDS:
                value = commands.get(key)
                for words in value if isinstance(value, list) else ():
                    command = tuple(self.word(where, key, each) for each in words) if isinstance(words, list) else ()
                    if command:
                        yield Script(self.path, (), command, folders, addopts, Place(where, key, value))

    def tox_folders(self, env: dict[str, Any]) -> tuple[str, ...]:
        name = env.get("change_dir")
        if not isinstance(name, str):
            return (self.folder,)
        name = name.replace("{tox_root}", ".")
        return () if "{" in name else joined((self.folder,), name)

    def word(self, table: Path, key: str, value: object) -> Word:
        """Return a word of a list; a table, and braces, stand for what tox puts there."""
        if not isinstance(value, str):
            return Word(UNKNOWN, self.lines.key(table, key))
        line = self.lines.find(table, key, f'"{value}"')
        name = value.replace("{tox_root}", ".").replace("{toxinidir}", ".").replace("\0", "\ufffd")
        start, end = name.find("{"), name.rfind("}")
        return Word(f"{name[:start]}{UNKNOWN}{name[end + 1 :]}" if 0 <= start < end else name, line)

    def hatch(self, root: dict[str, Any], at: Path) -> Iterator[Script]:
        for name, env in _table(root, "envs").items():
            if isinstance(env, dict):
                addopts = self.addopts((*at, "envs", name, "env-vars"), _table(env, "env-vars"))
                yield from self.tasks(_table(env, "scripts"), (*at, "envs", name, "scripts"), True, addopts)

    def tasks(self, tasks: dict[str, Any], at: Path, shell: bool, addopts: Variable | None = None) -> Iterator[Script]:
        """Yield the commands of named tasks: a text, a list of texts, or a table that says what kind it is."""
        for name, task in tasks.items():
            if not isinstance(task, dict):
                yield from self.task(at, name, task, (shell, (self.folder,), addopts))
                continue
            table = (*at, name)
            folder = task.get("cwd", task.get("working_dir"))
            folders = joined((self.folder,), folder) if isinstance(folder, str) else (self.folder,)
            own = self.addopts((*table, "env"), _table(task, "env")) or addopts
            for key, in_shell in _TASK_KEYS.items():
                if key in task:
                    yield from self.task(table, key, task[key], (shell or in_shell, folders, own))

    def task(
        self, table: Path, key: str, value: object, around: tuple[bool, tuple[str, ...], Variable | None]
    ) -> Iterator[Script]:
        shell, folders, addopts = around
        place = Place(table, key, value)
        if isinstance(value, str):
            first = value.strip().split("\n")[0]
            part = (value.lstrip("\n"), self.lines.find(table, key, first))
            yield Script(self.path, (part,), (), folders, addopts, place, shell)
        elif isinstance(value, list) and key == "cmd":
            words = tuple(self.word(table, key, each) for each in value)
            yield Script(self.path, (), words, folders, addopts, place)
        elif isinstance(value, list):
            parts = tuple(
                (each, self.lines.find(table, key, each.split("\n")[0])) for each in value if isinstance(each, str)
            )
            yield Script(self.path, parts, (), folders, addopts, place, shell)

    def addopts(self, table: Path, variables: dict[str, Any]) -> Variable | None:
        """Return PYTEST_ADDOPTS as a table of variables sets it."""
        value = variables.get(ADDOPTS)
        if not isinstance(value, str):
            return None
        line = key_line(self.lines.text, table, ADDOPTS) or self.lines.key(table[:-1], table[-1])
        return Variable(self.path, line, value, Place(table, ADDOPTS, value))


def _table(document: object, *path: str) -> dict[str, Any]:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}

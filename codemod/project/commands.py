"""Commands as a repository writes them, each with its place, the folder it starts in and PYTEST_ADDOPTS around it.

The readers of files give scripts; here a script becomes commands: ``cd`` moves, ``export`` sets, a subshell forgets.
Nothing is run and nothing guessed: a folder that only a run could tell is no folder at all.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.project.shell_words import UNKNOWN, Simple, Word, split

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDOPTS = "PYTEST_ADDOPTS"
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_BEFORE_A_COMMAND = frozenset(
    ("if", "then", "else", "elif", "do", "while", "until", "!", "time", "exec", "sudo", "command", "env", "-")
)
_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ksh"))
_SHELL_SCRIPT = re.compile(r"-\w*c$")


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a configuration file that loopmend can edit: where it is, and its text or list as it stands."""

    section: tuple[str, ...]
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of PYTEST_ADDOPTS as written."""

    path: str
    line: int
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """Commands that run one after the other in one shell.

    ``parts`` are texts with their first lines; ``words`` is one command that is in words already. ``folders`` are the
    root-relative folders it may start in ("" is the root), none where that is not known.
    """

    path: str
    parts: tuple[tuple[str, int], ...] = ()
    words: tuple[Word, ...] = ()
    folders: tuple[str, ...] = ()
    addopts: Variable | None = None
    place: Place | None = None
    shell: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``addopts`` is what PYTEST_ADDOPTS holds for it."""

    path: str
    line: int
    words: tuple[Word, ...]
    folders: tuple[str, ...] = ()
    addopts: Variable | None = None
    place: Place | None = None


def commands(script: Script) -> Iterator[Command]:
    """Yield the commands of ``script`` in order."""
    run = _Run(script, script.folders, script.addopts)
    if script.words:
        yield from run.simple(Simple(script.words))
    for text, line in script.parts:
        for simple in split(text, line, script.shell):
            yield from run.simple(simple)


def basename(word: str) -> str:
    """Return the name of the program a word calls (``$(BIN)pytest`` calls pytest), "" where only a run could tell."""
    name = re.split(r"[/\\]", word)[-1].removesuffix(".exe").lstrip(UNKNOWN)
    return "" if UNKNOWN in name else name


@dataclass(slots=True)
class _Run:
    """Where a script is while it is read; ``outer`` are the states to go back to when a subshell ends."""

    script: Script
    folders: tuple[str, ...]
    addopts: Variable | None
    outer: list[tuple[tuple[str, ...], Variable | None]] = field(default_factory=list)
    nested: bool = False

    def simple(self, simple: Simple) -> Iterator[Command]:
        """Take in one simple command; yield it unless it only changes the state."""
        while len(self.outer) > simple.depth:
            self.folders, self.addopts = self.outer.pop()
        while len(self.outer) < simple.depth:
            self.outer.append((self.folders, self.addopts))
        words, addopts = self.bare(simple.words)
        if not words:
            return
        match basename(words[0].text), words[1:]:
            case "export" | "set", rest:
                self.export(rest)
            case "cd" | "pushd" | "chdir", rest:
                self.folders = self.moved(rest)
            case "popd", _:
                self.folders = ()
            case name, rest if name in _SHELLS and (inner := _inner(rest)) is not None and not self.nested:
                run = replace(self, addopts=addopts, outer=[], nested=True)
                for each in split(inner.text, inner.line):
                    yield from run.simple(each)
            case _:
                place = self.script.place
                yield Command(self.script.path, words[0].line, words, self.folders, addopts, place)

    def bare(self, words: tuple[Word, ...]) -> tuple[tuple[Word, ...], Variable | None]:
        """Return a command without what may stand before it, and PYTEST_ADDOPTS as set there or around it."""
        addopts = self.addopts
        for index, word in enumerate(words):
            found = _ASSIGNMENT.match(word.text)
            if found and found["name"] == ADDOPTS:
                addopts = self.variable(found["value"], word.line)
            elif not found and word.text not in _BEFORE_A_COMMAND:
                return words[index:], addopts
        self.addopts = addopts  # only assignments: they hold for what follows
        return (), addopts

    def export(self, words: tuple[Word, ...]) -> None:
        for word in words:
            if (found := _ASSIGNMENT.match(word.text)) and found["name"] == ADDOPTS:
                self.addopts = self.variable(found["value"], word.line)

    def variable(self, text: str, line: int) -> Variable:
        return Variable(self.script.path, line, text, self.script.place)

    def moved(self, words: tuple[Word, ...]) -> tuple[str, ...]:
        """Return the folders after ``cd``, none where that is not known."""
        names = [word for word in words if word.text not in ("-P", "-L", "--", "/d", "/D")]
        if len(names) != 1 or not names[0].known:
            return ()
        return joined(self.folders, names[0].text)


def joined(folders: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return each of ``folders`` with ``name`` behind it, without those that would leave the root."""
    if name.startswith(("/", "~", "-", "\\")) or re.match(r"[A-Za-z]:", name):
        return ()
    found = (posixpath.normpath(posixpath.join(folder or ".", name.replace("\\", "/"))) for folder in folders)
    return tuple("" if each == "." else each for each in found if each != ".." and not each.startswith("../"))


def _inner(words: tuple[Word, ...]) -> Word | None:
    """Return the script in ``sh -c 'script'``."""
    for index, word in enumerate(words[:-1]):
        if _SHELL_SCRIPT.match(word.text):
            return words[index + 1]
    return None

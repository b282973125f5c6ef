"""Requirements that stand as words of commands which install packages, wherever a repository writes those."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from codemod.project.command_files import CommandFiles, find
from codemod.project.commands import basename
from codemod.project.conda_constraints import to_specifier
from codemod.project.requirement_lines import canonical_name, version_part
from codemod.project.shell_words import Word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from packaging.specifiers import SpecifierSet

    from codemod.project.commands import Command

_PIP = re.compile(r"pip[\d.]*$")
_CONDA = ("conda", "mamba", "micromamba")
_VERBS: Mapping[str, tuple[str, ...]] = {
    "pip": ("install", "download", "wheel"),
    "pipx": ("inject", "install", "runpip"),
    "poetry": ("add",),
    "pdm": ("add",),
    "rye": ("add",),
    "uv": ("add", "install"),  # uv tool install; uv pip install is pip's
    "pipenv": ("install",),
    **dict.fromkeys(_CONDA, ("install", "create")),
}
_WITH = ("uv", "uvx", "pipx")
# Programs that only talk about what follows.
_SPEAKERS = ("echo", "printf", "grep", "git", "cat", "sed")


@dataclass(frozen=True, slots=True)
class InstallWord:
    """A requirement in a command that installs it: ``requirement_text`` without its quotes, as ``tool`` understands it.

    ``path`` is relative to the root that was searched, ``name`` is canonical, ``tool`` the program ("pip", "conda").
    """

    path: str
    line: int
    requirement_text: str
    name: str
    tool: str

    @property
    def allowed(self) -> SpecifierSet | None:
        """Return the versions it takes, None where it cannot be read or names a place."""
        part = version_part(self.requirement_text)
        try:
            asked = Requirement(self.name + (to_specifier(part) if self.tool == "conda" else part))
        except InvalidRequirement:
            return None
        return None if asked.url else asked.specifier


def install_words(
    root: Path, folder: Path, names: Collection[str], files: CommandFiles | None = None
) -> tuple[InstallWord, ...]:
    """Return the requirements of the distributions ``names`` (canonical) in commands that install them, in path order.

    The files are those of ``folder`` and, of the folders above it up to ``root``, those right in them; ``files`` gives
    them where they are known already. A word that a substitution is part of is left out. Raises nothing for files that
    cannot be read: ``files.failures`` has them.
    """
    files = find(root, folder) if files is None else files
    words = _spellings(names)
    found = [each for command in files.commands(*words) for each in _of(command)]
    return tuple(dict.fromkeys(each for each in found if each.name in names))


def _spellings(names: Collection[str]) -> list[str]:
    """Return words of which a file has one if it has one of ``names``: the first part of each, as it may be cased."""
    parts = {name.split("-")[0] for name in names}
    return sorted({each for part in parts for each in (part, part.capitalize(), part.upper())})


def _of(command: Command) -> Iterator[InstallWord]:
    for tool, words in _installed(command.words):
        for word in words:
            if word.known and (name := canonical_name(word.text)):
                yield InstallWord(command.path, word.line, word.text, name, tool)


def _installed(words: Sequence[Word]) -> Iterator[tuple[str, Sequence[Word]]]:
    """Yield each program that installs something, with the words among which its requirements are."""
    names = [basename(word.text) for word in words]
    if names[0] in _SPEAKERS:
        return
    for index, name in enumerate(names):
        if name in _WITH:
            yield name, tuple(_with(words[index + 1 :]))
        tool = "pip" if _PIP.match(name) else name
        for at in range(index + 1, len(words)) if tool in _VERBS else ():
            if words[at].text in _VERBS[tool]:
                yield "conda" if tool in _CONDA else tool, words[at + 1 :]
                return
            if not words[at].text.startswith("-") and words[at].text not in ("tool", "env"):
                break


def _with(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the requirements of ``--with``, which takes several with commas between."""
    for index, word in enumerate(words):
        flag, equals, value = word.text.partition("=")
        if flag == "--with" and (equals or index + 1 < len(words)):
            given = Word(value, word.line) if equals else words[index + 1]
            yield from (Word(each.strip(), given.line) for each in re.split(r",(?=\s*[A-Za-z])", given.text))

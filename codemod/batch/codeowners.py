"""Who owns a file, as a checkout's own CODEOWNERS file says; of the rules that match a file the last one counts.

GitHub's syntax: patterns as in .gitignore, but without ``!`` and ``[]``, and ``docs/*`` is about the files right in
``docs`` only; a pattern without owners takes them away. A file with ``[Section]`` headers is GitLab's: each section has
its own last match, owners for all its rules may stand in the header, and a pattern matches below any folder unless it
begins with ``/``. What does not fit is passed over, as both do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from codemod.errors import FileError
from codemod.source.disk import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_SIZE_LIMIT = 3 * 1024 * 1024  # GitHub's
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)$")
# What stands between spaces; a backslash keeps the character after it.
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_ANY, _FOLDERS = "*", "**"
# In the characters of a part: what stands for others is no single character.
_WILD = {"*": "any", "?": "one"}
_P = TypeVar("_P")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern as the parts of a path, each as characters and wildcards, and the owners it gives."""

    pattern: tuple[tuple[str, ...], ...]
    owners: tuple[str, ...]
    section: str = ""

    def matches(self, path: str) -> bool:
        """Tell whether the rule is about the file ``path``."""
        return _matches(self.pattern, path.split("/"), (_FOLDERS,), _part_matches)


@dataclass(frozen=True, slots=True)
class Owners:
    """The rules of a checkout; ``path`` is the file they are from, "" where there is none.

    ``problem`` says why there are none though there is a file.
    """

    rules: tuple[Rule, ...] = ()
    path: str = ""
    problem: str = ""

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of the file ``path`` (from the top of the checkout) as they are written, () for nobody."""
        last: dict[str, tuple[str, ...]] = {}
        for rule in self.rules:
            if rule.matches(path):
                last[rule.section] = rule.owners
        return tuple(dict.fromkeys(owner for owners in last.values() for owner in owners))


def read_owners(checkout: Path) -> Owners:
    """Return who owns the files of ``checkout``, from the first of the places where GitHub and GitLab look.

    A link is not followed.
    """
    for path in _PLACES:
        try:
            text = read_regular(checkout, path, _SIZE_LIMIT).decode("utf-8-sig", "replace")
        except FileError as error:
            if (checkout / path).is_symlink() or (checkout / path).exists():
                return Owners(path=path, problem=error.reason)
            continue
        return Owners(parse_owners(text, gitlab=_is_gitlab(path, text)), path)
    return Owners()


def parse_owners(text: str, gitlab: bool = False) -> tuple[Rule, ...]:
    """Return the rules in the text of a CODEOWNERS file."""
    rules = []
    section = ""
    default: tuple[str, ...] = ()
    for line in text.split("\n"):
        header = _SECTION.match(line.strip()) if gitlab else None
        if header is not None:
            section, default = header["name"].strip().casefold(), _owners(_words(header["owners"]))
            continue
        first, *rest = _words(line) or [""]
        pattern, owners = _pattern(first, anywhere=gitlab), _owners(rest)
        if pattern is not None and (owners or not rest):
            rules.append(Rule(pattern, owners or default, section))
    return tuple(rules)


def _is_gitlab(path: str, text: str) -> bool:
    if path.startswith(".git"):
        return path.startswith(".gitlab/")
    return any(_SECTION.match(line.strip()) for line in text.split("\n"))


def _words(line: str) -> list[str]:
    """Return the words of a line up to a comment."""
    found = []
    for word in _WORD.findall(line):
        if word.startswith("#"):
            break
        found.append(word)
    return found


def _owners(words: Sequence[str]) -> tuple[str, ...]:
    """Return those words that can be an owner: ``@user``, ``@group/team`` or an e-mail address."""
    return tuple(dict.fromkeys(word for word in words if "@" in word))


def _pattern(text: str, anywhere: bool) -> tuple[tuple[str, ...], ...] | None:
    """Return the parts of a pattern, None for one that neither GitHub nor GitLab takes."""
    if not text or text.startswith("!") or "[" in text or "]" in text:
        return None
    parts = [part for part in text.split("/") if part]
    if not parts:
        return None
    inner = "/" in text.rstrip("/")
    rooted = text.startswith("/") or (inner and not anywhere)
    parts = parts if rooted else [_FOLDERS, *parts]
    if text.endswith("/") or parts[-1] == _FOLDERS:
        parts = [*(parts[:-1] if parts[-1] == _FOLDERS else parts), _ANY, _FOLDERS]
    elif parts[-1] != _ANY:
        parts.append(_FOLDERS)  # a folder is all that lies in it
    return tuple((_FOLDERS,) if part == _FOLDERS else tuple(_characters(part)) for part in parts)


def _characters(part: str) -> Iterator[str]:
    for each in re.findall(r"\\.|.", part, re.DOTALL):
        yield _WILD.get(each, each[-1])


def _part_matches(pattern: tuple[str, ...], part: str) -> bool:
    return _matches(pattern, part, _WILD["*"], lambda wanted, found: wanted in (_WILD["?"], found))


def _matches(pattern: Sequence[_P], text: Sequence[str], star: _P, one: Callable[[_P, str], bool]) -> bool:
    """Match from left to right, where ``star`` takes any number of places; never more than their product of steps."""
    if len(pattern) - pattern.count(star) > len(text):
        return False
    at = place = 0
    retry: tuple[int, int] | None = None
    while place < len(text):
        if at < len(pattern) and pattern[at] == star:
            at += 1
            retry = (at, place)
        elif at < len(pattern) and one(pattern[at], text[place]):
            at, place = at + 1, place + 1
        elif retry is not None:
            at, place = retry[0], retry[1] + 1
            retry = (at, place)
        else:
            return False
    return all(each == star for each in pattern[at:])

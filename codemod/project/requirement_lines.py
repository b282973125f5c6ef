"""One requirement per line: pip's requirements format, and the list items of a conda environment file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from codemod.project.conda_constraints import to_specifier

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s*)(?P<target>[^\s=].*)$")
_OPTIONS = re.compile(r"\s--?[a-z]")
_CONDA = re.compile(r"""\s*-\s+["']?(?:[\w./-]+::)?(?P<name>[A-Za-z_][\w.-]*)(?P<rest>[^"'#]*)""")
_CONDA_INCLUDE = re.compile(r"""\s*-\s+["']?(?P<text>-[rc]\s*[^"'#]+)""")


class Dialect(StrEnum):
    """How a version part is spelt. SERIES is one release series without an operator (Pipfile's ``python_version``)."""

    PEP440 = "pep440"
    POETRY = "poetry"
    CONDA = "conda"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement in PEP 508 form and the line (from 1) it starts on; ``written`` is its version part as written.

    The wanted Python version appears as a requirement named ``python``. ``key`` and ``source`` say where to change it,
    as ``SetRequirement`` wants it: the way to the string in the file's data, and the requirement as it is spelt there
    (``""`` where it cannot be changed). ``held`` is why no edit may touch it (it carries hashes, say), else empty.
    """

    line: int
    text: str
    written: str | None = None
    dialect: Dialect = Dialect.PEP440
    key: tuple[str | int, ...] = ()
    source: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class Include:
    """Another requirements file, by its path relative to the file that names it."""

    line: int
    target: str


def parse_lines(text: str) -> Iterator[Entry | Include]:
    """Yield what a pip requirements file says; options, URLs of indexes, hashes and comments are passed over."""
    for number, line in _logical_lines(text):
        item = parse_line(number, line)
        if item is not None:
            yield item


def parse_line(number: int, line: str) -> Entry | Include | None:
    """Read one logical line of a requirements file; None where it names no requirement and no file."""
    line = _COMMENT.sub("", line).strip()
    if match := _INCLUDE.match(line):
        target = match["target"].strip()
        return None if "://" in target else Include(number, target)
    if not line or line.startswith("-"):
        return None
    return Entry(number, _OPTIONS.split(line, maxsplit=1)[0].rstrip("; \t"))  # pip takes an empty marker


def parse_conda(text: str) -> Iterator[Entry | Include]:
    """Yield the list items of an environment.yml, both conda's own and those under ``pip:``, without reading YAML."""
    for number, line in enumerate(text.split("\n"), 1):
        if match := _CONDA_INCLUDE.match(line):
            item = parse_line(number, match["text"])
            if item is not None:
                yield item
        elif match := _CONDA.match(line):
            yield Entry(number, f"{match['name']}{to_specifier(match['rest'].strip())}", match["rest"].strip())


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Join lines that end in a backslash; a comment line does not continue."""
    start, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        start = start if parts else number
        line = line.rstrip("\r")
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
        else:
            yield start, " ".join([*parts, line])
            parts = []
    if parts:
        yield start, " ".join(parts)

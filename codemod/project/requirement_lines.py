"""One requirement as it is spelt, and files of one requirement per line: pip's requirements format."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from codemod.project.lock_commands import is_compiled
from codemod.source.pip_text import logical_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Key = tuple[str | int, ...]

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s*)(?P<target>[^\s=].*)$")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s*)(?P<target>[^\s=].*)$")
_OPTIONS = re.compile(r"\s--?[a-z]")
_HASH = re.compile(r"\s--hash[=\s]")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_PLUGIN = re.compile(r"pytest[-_.]+asyncio", re.IGNORECASE)
_EXTRAS = re.compile(r"\s*(?:\[[^\]]*\]\s*)?")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_EGG = re.compile(r"#(?:.*&)?egg=(?P<name>[\w.-]+)")


class Dialect(StrEnum):
    """How a version part is spelt. SERIES is one release series without an operator (Pipfile's ``python_version``)."""

    PEP440 = "pep440"
    POETRY = "poetry"
    CONDA = "conda"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement in PEP 508 form, the line (from 1) it stands on, and its version part as it is spelt.

    The wanted Python version appears as a requirement named ``python``. ``key`` and ``source`` say where to change it,
    as ``SetRequirement`` wants it: the way to the string in the file's data, and the requirement as it is spelt there
    (``""`` where it cannot be changed); ``written`` is a part of it then. ``held`` is why no edit may touch it, else
    empty: "compiled" and "hashed" by a tool, "url" or "editable" (no version is asked for), "computed" (it does not
    stand in the file as it is), "continued" (over several lines), "matrix" (one of several versions to test with),
    "template" (the file is no YAML yet).

    ``decides`` is False where it says nothing about the version the suite runs with (another tool's environment, a
    file that may never be used). ``condition`` is what it depends on beside its marker (``py38`` in tox.ini). A
    ``public`` one holds for whoever installs the project, not only for its tests.
    """

    line: int
    text: str
    written: str | None = None
    dialect: Dialect = Dialect.PEP440
    key: tuple[str | int, ...] = ()
    source: str = ""
    held: str = ""
    decides: bool = True
    condition: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """Another requirements file, by its path relative to the file that names it; ``decides`` as for Entry."""

    line: int
    target: str
    decides: bool = True


def name_of(requirement: str) -> str:
    """Return the distribution name a requirement begins with, as spelt; ``""`` where there is none."""
    match = _NAME.match(requirement)
    return match[0] if match else ""


def canonical_name(requirement: str) -> str:
    """Return the distribution name a requirement begins with, as PEP 503 normalizes it; ``""`` where there is none."""
    return canonicalize_name(name_of(requirement))


def is_plugin(requirement: str) -> bool:
    """Tell whether a requirement is of pytest-asyncio, in any spelling PEP 503 takes for its name."""
    return _PLUGIN.fullmatch(name_of(requirement)) is not None


def version_part(requirement: str) -> str:
    """Return the version part of a PEP 508 requirement as spelt (``>= 0.21, < 1``), or its URL; ``""`` for neither."""
    extras = _EXTRAS.match(requirement, len(name_of(requirement)))
    rest = requirement[extras.end() :] if extras else ""
    if rest.startswith("@"):
        return next(iter(rest[1:].split()), "")
    part = rest.partition(";")[0].strip()
    return part[1:-1].strip() if part.startswith("(") and part.endswith(")") else part


def entry_of(line: int, text: str, key: Key = (), held: str = "") -> Entry:
    """Return the entry for a requirement as it is spelt in the string at ``key``."""
    if match := _EDITABLE.match(text):
        return _remote(line, match["target"], key, "editable")
    if _URL.match(text):
        return _remote(line, text, key, "url")
    name = name_of(text)
    if name and ("{" in text or "$" in text):  # a variable of pip, a substitution of tox or of a template
        return Entry(line, name, "", key=key, held=held or "computed")
    written = version_part(text)
    return Entry(line, text, written, key=key, source=text, held=held or ("url" if "://" in written else ""))


def spelt_in(raw: str, entry: Entry) -> Entry:
    """Return ``entry`` with a source that stands literally in ``raw``: whole, else up to its marker, else none."""
    if not entry.source or entry.source in raw:
        return entry
    head = entry.source.partition(";")[0].rstrip()
    if head and head in raw and (entry.written or "") in head:
        return replace(entry, source=head)
    return replace(entry, source="", held=entry.held or "computed")


def parse_lines(text: str) -> Iterator[Entry | Include]:
    """Yield what a pip requirements file says; options, URLs of indexes, hashes and comments are passed over."""
    held = "compiled" if is_compiled(text) else ""
    for number, parts in logical_lines(text):
        item = parse_line(number, " ".join(parts))
        if isinstance(item, Entry):
            item = _on_one_line(item, parts)
            item = replace(item, held=held) if held else item
        if item is not None:
            yield item


def parse_line(number: int, line: str) -> Entry | Include | None:
    """Read one logical line of a requirements file; None where it names no requirement and no file."""
    line = _COMMENT.sub("", line).strip()
    if match := _INCLUDE.match(line):
        target = match["target"].strip()
        return None if "://" in target else Include(number, target)
    if not line or (line.startswith("-") and not _EDITABLE.match(line)):
        return None
    held = "hashed" if _HASH.search(line) else ""
    return entry_of(number, _OPTIONS.split(line, maxsplit=1)[0].rstrip("; \t"), held=held)  # pip takes an empty marker


def _remote(line: int, target: str, key: Key, held: str) -> Entry:
    """Return an entry for code at a URL, named by its fragment or else by the last part of its path."""
    egg = _EGG.search(target)
    path = target.partition("#")[0].partition("?")[0] if _URL.match(target) else ""
    last = path.rpartition("/")[2].partition("@")[0].removesuffix(".git")
    name = egg["name"] if egg else name_of(re.split(r"-\d", last, maxsplit=1)[0])
    return Entry(line, name, "", key=key, held=held, decides=False)


def _on_one_line(entry: Entry, parts: Sequence[str]) -> Entry:
    """Return ``entry`` on the physical line of ``parts`` that has its source; held where it goes over several."""
    for after, part in enumerate(parts):
        found = spelt_in(part, entry)
        if found.source:
            return replace(found, line=entry.line + after) if after else found
    return replace(entry, source="", held=entry.held or "continued") if entry.source else entry

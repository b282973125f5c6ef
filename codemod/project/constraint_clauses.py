"""A version constraint taken apart into its clauses, with every blank kept, so that it can be put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from codemod.project.requirement_lines import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping

# Nine digits are more than any release has, and few enough for every reader of versions.
RELEASE = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,8}"
_DOT_STAR = r"\.\*"
_SUFFIX = r"(?:[._-]?(?:a|b|rc|post|dev)[0-9]{1,9}){0,3}"
_OPERATORS = {
    Dialect.PEP440: "===|==|~=|<=|>=|<|>",
    Dialect.POETRY: r"==|~=|<=|>=|<|>|\^|~|=|",
    Dialect.CONDA: "==|~=|<=|>=|<|>|=|",
    Dialect.SERIES: "",
}
_STARS = {Dialect.SERIES: "(?!)", Dialect.CONDA: r"\.?\*"}
_COMPARED = {
    dialect: re.compile(
        rf"(?P<operator>{operators})(?P<gap>[ \t]*)(?P<version>{RELEASE})(?P<star>{_STARS.get(dialect, _DOT_STAR)})?"
    )
    for dialect, operators in _OPERATORS.items()
}
_EXCLUDED = re.compile(rf"(?P<operator>!=)(?P<gap>[ \t]*)(?P<version>{RELEASE}{_SUFFIX})(?P<star>{_DOT_STAR})?")
_COMMA = re.compile(r"[ \t]*,[ \t]*(?=[^ \t,)])")
_BLANKS = re.compile(r"[ \t]+(?=[^ \t,)])")
_OPENING = re.compile(r"[ \t]*(?P<bracket>\([ \t]*)?")
_CLOSING = re.compile(r"[ \t]*(?:,[ \t]*)?(?P<bracket>\)[ \t]*)?$")


class Kind(Enum):
    """What a clause asks for: one version, all that begin alike, a version and compatible ones, a bound, or a hole."""

    EXACT = auto()
    SERIES = auto()
    COMPATIBLE = auto()
    LOWER = auto()
    UPPER = auto()
    EXCLUDED = auto()


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison; ``before`` is what separates it from the clause in front of it."""

    before: str
    kind: Kind
    operator: str
    gap: str
    version: str
    star: str

    @property
    def count(self) -> int:
        """Return of how many numbers the version is made."""
        return self.version.count(".") + 1

    def spelt(self, version: str, operator: str | None = None) -> str:
        """Return the clause with another version (and operator), without what stands before it."""
        return f"{self.operator if operator is None else operator}{self.gap}{version}{self.star}"


@dataclass(frozen=True, slots=True)
class Constraint:
    """Clauses that all have to hold, between ``opening`` and ``closing`` (blanks, legacy brackets, a last comma)."""

    opening: str
    clauses: tuple[Clause, ...]
    closing: str

    def render(self, new: Mapping[Clause, str]) -> str:
        """Return the text with some clauses written anew; one that becomes ``""`` goes, and its comma with it."""
        texts = [(each.before, new.get(each, each.spelt(each.version))) for each in self.clauses]
        kept = [(before, text) for before, text in texts if text]
        body = "".join(text if index == 0 else before + text for index, (before, text) in enumerate(kept))
        return f"{self.opening}{body}{self.closing}"


def parse(written: str, dialect: Dialect) -> Constraint | None:
    """Take ``written`` apart; None for anything but comparisons of plain releases, all of which have to hold."""
    opening = _OPENING.match(written)
    assert opening is not None  # it matches the empty text, too
    at, before, clauses = opening.end(), "", list[Clause]()
    while clause := _clause(written, at, dialect):
        clauses.append(replace(clause, before=before))
        at += len(clause.spelt(clause.version))
        separator = _COMMA.match(written, at) or (dialect is Dialect.POETRY and _BLANKS.match(written, at)) or None
        if separator is None:
            break
        before, at = separator[0], separator.end()
    closing = _CLOSING.match(written, at)
    if not clauses or closing is None or (opening["bracket"] is None) != (closing["bracket"] is None):
        return None
    if dialect is not Dialect.PEP440 and opening["bracket"]:
        return None
    return Constraint(opening[0], tuple(clauses), closing[0])


def _clause(text: str, at: int, dialect: Dialect) -> Clause | None:
    match = _COMPARED[dialect].match(text, at)
    if match is None and dialect is not Dialect.SERIES:
        match = _EXCLUDED.match(text, at)
    if match is None:
        return None
    star = match["star"] or ""
    kind = _kind(match["operator"], bool(star), dialect)
    return kind and Clause("", kind, match["operator"], match["gap"], match["version"], star)


def _kind(operator: str, star: bool, dialect: Dialect) -> Kind | None:
    """Return what the operator asks for; None where a wildcard has no meaning after it."""
    if operator == "!=":
        return Kind.EXCLUDED
    if operator in ("==", "=", ""):
        fuzzy = star or dialect is Dialect.SERIES or (operator == "=" and dialect is Dialect.CONDA)
        return Kind.SERIES if fuzzy else Kind.EXACT
    if star:
        return None
    return {"===": Kind.EXACT, ">": Kind.LOWER, ">=": Kind.LOWER, "<": Kind.UPPER, "<=": Kind.UPPER}.get(
        operator, Kind.COMPATIBLE
    )

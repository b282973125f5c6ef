"""Version constraints in the spelling of each dialect, and how to raise them without changing their style.

Spellings that might do are written down, the closest to what stands there first, and each is read again by way of PEP
440: the first one that provably asks for the right versions is taken. So nothing depends on a spelling being right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import Version

from codemod.project import conda_constraints, poetry_constraints
from codemod.project.constraint_clauses import RELEASE, Clause, Kind, parse
from codemod.project.requirement_lines import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.project.constraint_clauses import Constraint

_LOWEST = "0.1"
_ASKING = (Kind.EXACT, Kind.SERIES, Kind.COMPATIBLE, Kind.LOWER)


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a constraint shall ask for: nothing below ``floor``, ``pick``, and with ``span`` all that lies between."""

    floor: str
    pick: str
    span: bool
    dialect: Dialect


def raised(written: str, dialect: Dialect, floor: str, pick: str) -> str | None:
    """Return the constraint ``written`` with nothing below ``floor`` and with ``pick`` allowed, in the same style.

    ``floor`` and ``pick`` are plain releases, ``pick`` the newer one. The text comes back unchanged where it asks for
    that already or for any version. A series (``==1.4.*``) may begin before ``floor``. None where the change is not
    certain: alternatives, URLs, pre-releases, a requirement newer than ``pick``, clauses that do not go together.
    """
    return _changed(written, _Aim(floor, pick, span=False, dialect=dialect))


def widened(written: str, dialect: Dialect, floor: str, pick: str) -> str | None:
    """Return the constraint ``written`` so that it begins at ``floor`` and also allows all from there to ``pick``.

    A style that cannot span both becomes a range (``>=0.24,<2``); versions after ``floor`` that are excluded one by one
    stay excluded. In everything else this is as `raised`.
    """
    return _changed(written, _Aim(floor, pick, span=True, dialect=dialect))


def opened(written: str, dialect: Dialect, allowed: SpecifierSet, pick: str) -> str | None:
    """Return the constraint ``written`` with all it allows, and ``pick`` as well; ``allowed`` is the same in PEP 440.

    Only what keeps ``pick`` out changes: an upper bound, or an exact version, which becomes the lower bound.
    """
    named = (each.version.removesuffix(".*") for each in allowed if each.operator in (">=", "~=", "==", "===", ">"))
    lower = next((version for version in named if re.fullmatch(RELEASE, version)), None)
    if lower is not None:
        return widened(written, dialect, lower, pick)
    found = widened(written, dialect, _LOWEST, pick)
    added = f">={_LOWEST},"
    return found.removeprefix(added) if found is not None and found.startswith(added) else None


def _changed(written: str, aim: _Aim) -> str | None:
    if written.strip() in ("", "*"):
        return written
    constraint = parse(written, aim.dialect)
    if constraint is None or not _is_aim(aim) or _specifiers(written, aim.dialect) is None:
        return None
    return next((text for text in _spellings(written, constraint, aim) if _proven(text, aim)), None)


def _is_aim(aim: _Aim) -> bool:
    plain = all(re.fullmatch(RELEASE, version) for version in (aim.floor, aim.pick))
    return plain and Version(aim.floor) <= Version(aim.pick)


# --- proof -----------------------------------------------------------------------------------------------------------


def _proven(text: str, aim: _Aim) -> bool:
    """Tell whether ``text``, read as PEP 440, allows what it shall and nothing else that matters."""
    specifiers = _specifiers(text, aim.dialect)
    if specifiers is None or not specifiers.contains(aim.pick):
        return False
    if aim.span and not specifiers.contains(aim.floor):
        return False
    bounds = [each for each in specifiers if each.operator != "!="]
    return not bounds or any(_begins_at(each, aim.floor) for each in bounds)


def _begins_at(each: Specifier, floor: str) -> bool:
    """Tell whether a specifier keeps out all before ``floor``, as far as its style lets it."""
    if each.operator in ("<", "<="):
        return False
    begin = Version(each.version.removesuffix(".*"))
    small_series = each.version.endswith(".*") and len(begin.release) > 1
    return begin >= Version(floor) or small_series


def _specifiers(text: str, dialect: Dialect) -> SpecifierSet | None:
    """Return what ``text`` means; None where PEP 440 has no such thing."""
    text = text.strip().removeprefix("(").removesuffix(")")
    if dialect is Dialect.POETRY:
        text = poetry_constraints.to_specifier(text)
    elif dialect is Dialect.CONDA:
        text = conda_constraints.to_specifier(text)
    elif dialect is Dialect.SERIES:
        text = f"=={text}.*"
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


# --- spellings -------------------------------------------------------------------------------------------------------


def _spellings(written: str, constraint: Constraint, aim: _Aim) -> Iterator[str]:
    """Yield ``written`` and then what could stand in its place, best first."""
    yield written
    asking = [each for each in constraint.clauses if each.kind in _ASKING]
    upper = [each for each in constraint.clauses if each.kind is Kind.UPPER]
    single = not asking or asking[0].kind in (Kind.EXACT, Kind.SERIES)
    if len(asking) > 1 or len(upper) > 1 or not (asking or upper) or (asking and single and upper):
        return
    if asking and Version(asking[0].version) > Version(aim.pick):
        return  # it asks for something newer; going back is not ours to do
    others = {each: "" for each in constraint.clauses if each.kind is Kind.EXCLUDED and _is_below(each, aim.floor)}
    others |= {each: _upper(each, aim) for each in upper}
    if not asking:
        yield constraint.render({**others, upper[0]: f">={_shaped(aim.floor, 2)},{others[upper[0]]}"})
    for clause in asking:
        yield from (constraint.render({**others, clause: text}) for text in _asked(clause, bool(upper), aim))


def _asked(clause: Clause, bounded: bool, aim: _Aim) -> Iterator[str]:
    """Yield spellings of the clause that says from where on; ``bounded`` where another one says how far."""
    kept, floor, pick = clause.version, _shaped(aim.floor, clause.count), _cut(aim.pick, clause.count)
    stays = not aim.span and Version(kept) >= Version(aim.floor)
    if clause.kind is Kind.LOWER:
        yield clause.spelt(kept) if stays else clause.spelt(floor, ">=")
        return
    if clause.kind is Kind.EXACT:
        yield clause.spelt(aim.pick)
    elif clause.kind is Kind.SERIES:
        yield clause.spelt(pick)
    else:
        if stays:
            yield clause.spelt(kept)
        yield clause.spelt(floor)
        if not aim.span:
            yield clause.spelt(pick)
            yield clause.spelt(_shaped(aim.pick, clause.count))
    if aim.dialect is not Dialect.SERIES:
        yield f">={_shaped(aim.floor, 2)}" + ("" if bounded else f",<{_next_major(aim.pick)}")


def _upper(clause: Clause, aim: _Aim) -> str:
    """Return the upper bound, moved to the next major version if it keeps ``pick`` out."""
    if Specifier(f"{clause.operator}{clause.version}").contains(aim.pick):
        return clause.spelt(clause.version)
    zeros = clause.count - 1 if int(clause.version.rpartition(".")[2]) == 0 else 0
    return clause.spelt(f"{_next_major(aim.pick)}{'.0' * zeros}", "<")


def _is_below(clause: Clause, floor: str) -> bool:
    """Tell whether all that an exclusion excludes is older than ``floor``."""
    version, limit = Version(clause.version), Version(floor)
    if not clause.star:
        return version < limit
    padded = (*limit.release, *([0] * len(version.release)))
    return version.release < padded[: len(version.release)]


def _shaped(version: str, count: int) -> str:
    """Return ``version`` in ``count`` numbers, or in more where fewer would be another version."""
    numbers = list(Version(version).release)
    while len(numbers) > count and numbers[-1] == 0:
        numbers.pop()
    return ".".join(map(str, [*numbers, *([0] * (count - len(numbers)))]))


def _cut(version: str, count: int) -> str:
    return ".".join(map(str, Version(version).release[:count]))


def _next_major(version: str) -> int:
    return Version(version).major + 1

"""Which requirements stand in the way of the version a suite goes to, and what has to be raised with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.knowledge import versions
from codemod.project.requirements import PLUGIN, Lock, Pin, at_least, forbidding, reaches_below, too_low

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.knowledge import Floor

_PYTHONS = tuple(f"3.{minor}" for minor in range(6, 16))
_GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A requirement or lock to raise: where (``path`` "" for none in sight), what it says, and what to do."""

    path: str
    line: int
    what: str
    subject: str
    advice: tuple[str, ...]


def obstacles(suite: Suite) -> Iterator[Obstacle]:
    """Yield what keeps the target out; where the version was given and nothing is required, one without a place."""
    target, pins = suite.target, suite.asked.plugin
    advice = (f"raise it to pytest-asyncio >={target} together with this change", *_along(suite))
    for each in forbidding(pins, target):
        path, _, line = each.origin.rpartition(":")
        yield Obstacle(
            path, int(line), _what(each), f"{PLUGIN}:{path}", advice if isinstance(each, Pin) else _lock(suite)
        )
    if not pins.specs and not pins.locked and suite.version_origin == _GIVEN and suite.upgrades:
        yield Obstacle("", 1, f"what installs pytest-asyncio {suite.version}", PLUGIN, advice)


def floor_of(version: str) -> Floor | None:
    """Return the oldest pytest and Python for a release, None for one before the table."""
    return next((floor for floor in reversed(versions().floors) if at_least(version, floor.version)), None)


def _what(each: Pin | Lock) -> str:
    return f"`{_written(PLUGIN, each.specifier)}`" if isinstance(each, Pin) else f"the lock on {PLUGIN} {each.version}"


def _written(name: str, specifier: str) -> str:
    """Return a requirement for people: Poetry's bare versions (``0.21.2``, ``*``) stand apart from the name."""
    return f"{name} {specifier}" if specifier[:1].isdigit() or specifier[:1] == "*" else f"{name}{specifier}"


def _lock(suite: Suite) -> tuple[str, ...]:
    return (f"lock anew with pytest-asyncio >={suite.target}", *_along(suite))


def _along(suite: Suite) -> Iterator[str]:
    """Yield what the target needs of pytest and Python, and which requirements speak against it."""
    floor = floor_of(suite.target)
    if floor is None:
        return
    yield f"it needs pytest >={floor.pytest} and Python >={floor.python}"
    low = too_low(suite.asked.pytest, floor.pytest, versions().pytest)
    if low:
        yield f"raise `{_written('pytest', low[0].specifier)}` ({low[0].origin}), too"
    below = reaches_below(suite.asked.python, floor.python, _PYTHONS)
    if below:
        yield f"Python `{below[0].specifier}` ({below[0].origin}) reaches below that"

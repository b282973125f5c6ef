"""Which requirements have to go up with a suite: pytest-asyncio itself, and the pytest and Python it needs.

What a requirement becomes is a matter of its spelling (``project/constraints``); here it is decided which ones, and to
what. A pin that holds only on Pythons the target does not run on is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.knowledge import versions
from codemod.operations import SetRequirement
from codemod.project.constraints import raised, widened
from codemod.project.requirements import PLUGIN, Lock, Pin, at_least, concerns, reaches_below, too_low

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.knowledge import Floor

_PYTHONS = tuple(f"3.{minor}" for minor in range(6, 16))
_GIVEN = "given"
_NO_SPELLING = "how it would be spelt with a newer version is not certain"
_OUTSIDE = "it lies outside this folder"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class Raise:
    """A requirement or lock of ``name`` that has to go up: its version part then, and why no edit writes that."""

    name: str
    pin: Pin | Lock
    new: str = ""
    held: str = ""

    @property
    def said(self) -> str:
        """Return the requirement for people."""
        if isinstance(self.pin, Lock):
            return f"the lock on {self.name} {self.pin.version}"
        return f"`{written(self.name, self.pin.specifier)}`"

    @property
    def edit(self) -> SetRequirement | None:
        """Return the edit that raises it, None where there is none."""
        if isinstance(self.pin, Lock) or self.held:
            return None
        pin = self.pin
        name = None if pin.source == pin.specifier else _NAME.match(pin.source)
        at = pin.source.index(pin.specifier, name.end() if name else 0)
        new = f"{pin.source[:at]}{self.new}{pin.source[at + len(pin.specifier) :]}"
        return SetRequirement(pin.path, pin.line, pin.key, pin.source, new)


def written(name: str, specifier: str) -> str:
    """Return a requirement for people, the version apart from the name where it begins without a PEP 440 operator."""
    return f"{name} {specifier}" if specifier[:1].isdigit() or specifier[:1] in ("*", "^") else f"{name}{specifier}"


def raises(suite: Suite) -> tuple[Raise, ...]:
    """Return the requirements of pytest-asyncio and pytest that have to go up with the suite, then the locks."""
    return suite.once("raises", lambda suite: tuple(_raises(suite)))


def python_raises(suite: Suite) -> tuple[Raise, ...]:
    """Return the requirements of Python that reach below what the target runs on."""
    return suite.once("python raises", lambda suite: tuple(_python_raises(suite)))


def nothing_required(suite: Suite) -> bool:
    """Tell whether the version was given by the user and no requirement says which one is installed."""
    pins = suite.asked.plugin
    return not pins.specs and not pins.locked and suite.version_origin == _GIVEN and suite.upgrades


def floor_of(version: str) -> Floor | None:
    """Return the oldest pytest and Python for a release, None for one before the table."""
    return next((floor for floor in reversed(versions().floors) if at_least(version, floor.version)), None)


def spanning(suite: Suite) -> tuple[Pin, ...]:
    """Return the requirements that allow releases with the ``event_loop`` fixture and releases without it (1.0)."""
    return tuple(pin for pin in suite.asked.of(PLUGIN) if pin.allowed and len(_generations(pin)) > 1)


def _generations(pin: Pin) -> set[bool]:
    return {has(version, "repaired") for version in versions().usable if pin.allowed.contains(version)}


def _raises(suite: Suite) -> Iterator[Raise]:
    floor = floor_of(suite.target)
    for pin in _concerned(suite, PLUGIN):
        new = _plugin(suite, pin)
        if new != pin.specifier:
            yield _raise(PLUGIN, pin, new)
    for pin in _concerned(suite, "pytest") if floor is not None else ():
        pick = next((version for version in versions().pytest if at_least(version, floor.pytest)), floor.pytest)
        if too_low([pin], floor.pytest, versions().pytest):
            yield _raise("pytest", pin, raised(pin.specifier, pin.dialect, floor.pytest, pick))
    locked = suite.asked.plugin.locked
    if locked is not None and not at_least(locked.version, suite.keep or suite.target):
        yield Raise(PLUGIN, locked, held="a lock file is written by its own tool")


def _plugin(suite: Suite, pin: Pin) -> str | None:
    """Return the version part that a requirement of pytest-asyncio needs, None where it cannot be spelt."""
    if suite.keep is not None:
        return widened(pin.specifier, pin.dialect, suite.keep, suite.target)
    return raised(pin.specifier, pin.dialect, suite.target, suite.target)


def _python_raises(suite: Suite) -> Iterator[Raise]:
    floor = floor_of(suite.target)
    if floor is None or suite.keep is not None:  # an older Python gets an older release, which is kept working
        return
    for pin in suite.asked.of("python"):
        if reaches_below([pin], floor.python, _PYTHONS):
            yield _raise("python", pin, raised(pin.specifier, pin.dialect, floor.python, floor.python))


def _concerned(suite: Suite, name: str) -> Iterator[Pin]:
    """Yield the requirements of ``name`` that hold on a Python the target runs on."""
    floor = floor_of(suite.target)
    pythons = [version for version in _PYTHONS if floor is None or at_least(version, floor.python)]
    return (pin for pin in suite.asked.of(name) if concerns(pin, pythons))


def _raise(name: str, pin: Pin, new: str | None) -> Raise:
    held = pin.held or ("" if pin.inside else _OUTSIDE) or ("" if new is not None else _NO_SPELLING)
    return Raise(name, pin, new or "", held)

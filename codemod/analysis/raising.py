"""Which requirements have to go up with a suite: pytest-asyncio itself, and the pytest and Python it needs.

What a requirement becomes is a matter of its spelling (``project/constraints``); here it is decided which ones, and to
what. A pin that holds only on Pythons the target does not run on is left alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from codemod.analysis.models import has
from codemod.knowledge import versions
from codemod.operations import SetRequirement
from codemod.project.constraints import opened, raised, widened
from codemod.project.environments import concerns, is_one_of_several
from codemod.project.install_words import InstallWord, install_words
from codemod.project.python_mentions import PythonMention, python_mentions
from codemod.project.requirement_lines import name_of
from codemod.project.requirements import PLUGIN, Lock, Pin, allows_any, at_least, reaches_to
from codemod.source.lock_names import is_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.knowledge import Floor

_PYTHONS = tuple(f"3.{minor}" for minor in range(6, 16))
_GIVEN = "given"
UNKNOWN = ("url", "editable", "computed")
"""Why a requirement is held whose version nobody knows before it is installed."""

T = TypeVar("T", InstallWord, PythonMention)


@dataclass(frozen=True, slots=True)
class Raise:
    """A requirement or lock of ``name`` that has to go up: its version part then, and why no edit writes that.

    ``held`` is the word of ``Entry`` for that, or "lock", "outside" (of the folder) or "spelling" (not certain).
    """

    name: str
    pin: Pin | Lock
    new: str = ""
    held: str = ""

    @property
    def said(self) -> str:
        """Return the requirement for people."""
        if isinstance(self.pin, Lock):
            return f"the lock on {self.name} {self.pin.version}"
        return f"`{written(self.name, self.specifier)}`"

    @property
    def specifier(self) -> str:
        """Return the version part as it is written, or the locked version."""
        return self.pin.version if isinstance(self.pin, Lock) else self.pin.specifier

    @property
    def edit(self) -> SetRequirement | None:
        """Return the edit that raises it, None where there is none."""
        if isinstance(self.pin, Lock) or self.held:
            return None
        pin = self.pin
        at = pin.source.index(pin.written, len(name_of(pin.source)) if pin.source != pin.written else 0)
        new = f"{pin.source[:at]}{self.new}{pin.source[at + len(pin.written) :]}"
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


def stays_on_old_python(suite: Suite, each: Raise) -> bool:
    """Tell whether the file of a requirement asks for Pythons on which the target does not run, and no other."""
    floor = floor_of(suite.target)
    beside = [pin for pin in suite.asked.of("python") if isinstance(each.pin, Pin) and pin.path == each.pin.path]
    return floor is not None and any(not reaches_to(pin.allowed, floor.python, _PYTHONS) for pin in beside)


def nothing_required(suite: Suite) -> bool:
    """Tell whether the version was given by the user and no requirement says which one is installed."""
    required = suite.asked.of(PLUGIN) or suite.asked.plugin.locked
    return not required and suite.version_origin == _GIVEN and suite.upgrades


def installed_too_old(suite: Suite) -> tuple[InstallWord, ...]:
    """Return the words of commands that install a pytest-asyncio, or a pytest, which keeps the target out."""
    return suite.once("installs", lambda suite: tuple(_installs(suite)))


def old_pythons(suite: Suite) -> tuple[PythonMention, ...]:
    """Return where the repository names Pythons to run on that the target does not run on."""
    return suite.once("old pythons", lambda suite: tuple(_old_pythons(suite)))


def floor_of(version: str) -> Floor | None:
    """Return the oldest pytest and Python for a release, None for one before the table."""
    return next((floor for floor in reversed(versions().floors) if at_least(version, floor.version)), None)


def spanning(suite: Suite) -> tuple[Pin, ...]:
    """Return the requirements that allow releases with the ``event_loop`` fixture and releases without it (1.0)."""
    return tuple(pin for pin in suite.asked.of(PLUGIN) if pin.allowed and len(_generations(pin)) > 1)


def _generations(pin: Pin) -> set[bool]:
    return {has(version, "repaired") for version in versions().usable if allows_any(pin, [version])}


def _raises(suite: Suite) -> Iterator[Raise]:
    floor = _floor_to_reach(suite)
    if floor is None:
        return
    oldest = suite.keep or suite.target
    older = [version for version in versions().usable if not at_least(version, oldest)]
    for pin in _concerned(suite, PLUGIN, floor):
        # What installs the project elsewhere may go on using what its own tests leave.
        low = not pin.public and allows_any(pin, older)
        wrong = low or not reaches_to(pin.allowed, suite.target, versions().usable)
        if (pin.allowed and wrong) or pin.held in UNKNOWN:
            yield from _raise(PLUGIN, pin, _plugin_part(suite, pin))
    pick = next(version for version in versions().pytest if at_least(version, floor.pytest))
    for pin in _concerned(suite, "pytest", floor):
        if pin.allowed and not reaches_to(pin.allowed, floor.pytest, versions().pytest):
            yield from _raise("pytest", pin, _pytest_part(pin, floor.pytest, pick))
    locked = suite.asked.plugin.locked
    if locked is not None and not at_least(locked.version, oldest):
        yield Raise(PLUGIN, locked, held="lock")


def _floor_to_reach(suite: Suite) -> Floor | None:
    """Return what the target runs on, None where nobody knows it or the suite stays with the versions it has."""
    return floor_of(suite.target) if suite.upgrades or suite.assumed or suite.keep else None


def _plugin_part(suite: Suite, pin: Pin) -> str | None:
    """Return the version part that a requirement of pytest-asyncio needs, None where it cannot be spelt."""
    if pin.public:
        return opened(pin.written, pin.dialect, pin.allowed, suite.target)
    if suite.keep is not None:
        return widened(pin.written, pin.dialect, suite.keep, suite.target)
    return raised(pin.written, pin.dialect, suite.target, suite.target)


def _pytest_part(pin: Pin, floor: str, pick: str) -> str | None:
    if pin.public:
        return opened(pin.written, pin.dialect, pin.allowed, pick)
    return raised(pin.written, pin.dialect, floor, pick)


def _python_raises(suite: Suite) -> Iterator[Raise]:
    floor = floor_of(suite.target)
    if floor is None or suite.keep is not None:  # an older Python gets an older release, which is kept working
        return
    older = [version for version in _PYTHONS if not at_least(version, floor.python)]
    for pin in suite.asked.of("python"):
        if pin.allowed and allows_any(pin, older):
            yield from _raise("python", pin, raised(pin.written, pin.dialect, floor.python, floor.python))


def _installs(suite: Suite) -> Iterator[InstallWord]:
    floor = _floor_to_reach(suite)
    if floor is None or suite.files is None:
        return
    wanted = {PLUGIN: (suite.target, versions().usable), "pytest": (floor.pytest, versions().pytest)}
    declared = {(pin.path, pin.line) for name in wanted for pin in suite.asked.of(name)}
    for word in install_words(suite.files.root, suite.workspace.root, tuple(wanted), suite.files):
        allowed, near = word.allowed, _near(suite, word)
        if allowed and not reaches_to(allowed, *wanted[word.name]) and (near.path, near.line) not in declared:
            yield near


def _old_pythons(suite: Suite) -> Iterator[PythonMention]:
    floor = floor_of(suite.target)
    if floor is None or suite.files is None:
        return
    for mention in python_mentions(suite.files.root, suite.workspace.root, suite.files):
        if not at_least(mention.version, floor.python):
            yield _near(suite, mention)


def _near(suite: Suite, each: T) -> T:
    """Return the same with its path as seen from the suite's folder."""
    root = suite.files.root if suite.files is not None else suite.workspace.root
    return replace(each, path=os.path.relpath(root / each.path, suite.workspace.root).replace(os.sep, "/"))


def _concerned(suite: Suite, name: str, floor: Floor) -> Iterator[Pin]:
    """Yield the requirements of ``name`` that hold on a Python the target runs on."""
    pythons = [version for version in _PYTHONS if at_least(version, floor.python)]
    return (pin for pin in suite.asked.of(name) if concerns(pin, pythons))


def _raise(name: str, pin: Pin, new: str | None) -> Iterator[Raise]:
    """Yield what is to be done about a requirement, nothing where its version part already says what it has to."""
    kept = "compiled" if is_lock(pin.path) else "matrix" if is_one_of_several(pin) else ""
    place = "" if pin.inside else "outside"
    held = pin.held or kept or place or ("" if new is not None and pin.source else "spelling")
    if held or new != pin.written:
        yield Raise(name, pin, new or "", held)

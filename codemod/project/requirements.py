"""Which pytest-asyncio, pytest and Python a project asks for, and which version of pytest-asyncio that makes.

Files count from the folder in question up to the root; what is nearer to the folder wins.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from codemod.errors import ConfigError
from codemod.model import FileFailure
from codemod.project.discover import list_config_files
from codemod.project.requirement_files import may_require
from codemod.project.requirement_lines import Dialect, canonical_name
from codemod.project.requirement_tree import (
    Found,
    PlacedEntry,
    Tree,
    base_of,
    collect,
    collect_below,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.specifiers import SpecifierSet


PLUGIN = "pytest-asyncio"
_NAMES = (PLUGIN, "pytest", "python")
_PUBLIC = (("project", "dependencies"), ("options", "install_requires"), ("tool", "poetry", "dependencies"))
_LOCKED_FILES = ("pyproject.toml", "Pipfile")


@dataclass(frozen=True, slots=True)
class Pin:
    """One declared requirement. ``level`` is 0 in the folder itself, 1 in its parent, …

    ``specifier`` is its version part for people; ``written`` is the same as a part of ``source``, empty where there is
    none to change. ``dialect``, ``key``, ``source``, ``held``, ``condition`` and ``public`` are as for
    ``Entry``. ``path`` is seen
    from the folder in question: one that begins with ``../`` lies outside of it, and must not be written.
    """

    name: str
    path: str
    line: int
    specifier: str
    allowed: SpecifierSet
    level: int = 0
    marker: str = ""
    dialect: Dialect = Dialect.PEP440
    key: tuple[str | int, ...] = ()
    source: str = ""
    written: str = ""
    held: str = ""
    condition: str = ""
    public: bool = False

    @property
    def inside(self) -> bool:
        """Tell whether the file lies inside the folder in question, so that it may be written."""
        return not self.path.startswith("../")

    @property
    def origin(self) -> str:
        """Return ``path:line``."""
        return f"{self.path}:{self.line}"

    @property
    def applies(self) -> bool:
        """Tell whether the environment marker, if any, holds for the Python loopmend runs on."""
        return not self.marker or Marker(self.marker).evaluate({"extra": ""})

    @property
    def exact(self) -> str | None:
        """Return the only version allowed, None where there may be several."""
        for each in self.allowed:
            if each.operator in ("==", "===") and not each.version.endswith(".*"):
                return each.version
        return None


@dataclass(frozen=True, slots=True)
class Lock:
    """A version out of a lock file; ``origin`` is ``path:line``."""

    version: str
    origin: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Pins:
    """All that is said about one distribution, nearest first, and the nearest lock."""

    specs: tuple[Pin, ...] = ()
    locked: Lock | None = None


@dataclass(frozen=True, slots=True)
class Requirements:
    """What the project asks for, and the files that could not be read. ``python`` has no lock.

    ``others`` are further distributions that were asked about, those of them the project requires or locks. ``below``
    are requirements of pytest-asyncio, pytest and Python inside the folder that choose a version only where nothing
    else does: those in files farther down and in environments of other tools. ``unread`` are files among those that
    could not be read, which fails nothing.
    """

    plugin: Pins = field(default_factory=Pins)
    pytest: Pins = field(default_factory=Pins)
    python: Pins = field(default_factory=Pins)
    failures: tuple[FileFailure, ...] = ()
    others: Mapping[str, Pins] = field(default_factory=dict)
    below: tuple[Pin, ...] = ()
    unread: tuple[FileFailure, ...] = ()

    def of(self, name: str) -> tuple[Pin, ...]:
        """Return the requirements of pytest-asyncio, pytest or Python that concern the folder: nearest, and below."""
        specs = self._chain(name).specs
        # A name without a version leaves the word to what stands farther up, such as a constraint for all.
        last = min((pin.level for pin in specs if pin.allowed), default=0)
        return tuple(pin for pin in (*specs, *self.below) if pin.name == name and pin.level <= last)

    def deciding(self, name: str) -> Pins:
        """Return what says which version the suite runs with: the folder's own files, else those of other tools."""
        chain = self._chain(name)
        return chain if chain.specs or chain.locked else Pins(tuple(pin for pin in self.below if pin.name == name))

    def _chain(self, name: str) -> Pins:
        return {PLUGIN: self.plugin, "pytest": self.pytest, "python": self.python}[name]


@dataclass(frozen=True, slots=True)
class ChosenVersion:
    """The version to assume, why, and all versions the project may mean, oldest first."""

    version: str
    origin: str
    candidates: tuple[str, ...]


def read(
    root: Path,
    folder: Path,
    others: Sequence[str] = (),
    *,
    nested: Sequence[str] = (),
    files: Sequence[str] | None = None,
    overlay: Mapping[str, bytes] | None = None,
) -> Requirements:
    """Read the requirement and lock files from ``folder`` up to ``root``, and those below ``folder``.

    Both are folders. Paths are relative to ``folder``, but those of ``overlay``, which gives files the bytes they would
    have, to ``root``. ``others`` are canonical names of further distributions to look for. ``nested`` are folders below
    ``folder`` (``a/b/``, relative to it) that are projects of their own; ``files`` is what list_config_files gives for
    it.
    """
    tree, folder = Tree(Path(root), overlay or {}), Path(folder)
    base = base_of(tree.root, folder)
    above = collect(tree, folder, (*_NAMES, *others))
    found = _seen_from(base, above)
    failures = list(found.failures)
    plugin, pytest, python = (_pins(name, found, failures) for name in _NAMES)
    further = {name: _pins(name, found, []) for name in others}
    asked = {name: pins for name, pins in further.items() if pins.specs or pins.locked}
    below, unread = ((), ()) if base is None else _below(tree, base, above, _files_below(folder, nested, files))
    return Requirements(plugin, pytest, python, tuple(failures), asked, below, unread)


def choose_version(pins: Pins, known: Sequence[str], override: str | None = None) -> ChosenVersion:
    """Choose ``override``, else the nearest lock, else an exact pin, else the newest of ``known`` in the ranges.

    The ranges are those of the nearest folder that has any; without one it is the newest known version. A lock that
    the file it is made from forbids is out of date; a lock or exact pin that stands farther away than a range which
    forbids it is another project's. Both are passed over, but no version older than a lock out of date is meant.
    ``known`` must not be empty. Raise ConfigError where ``override`` is no version.
    """
    if override is not None:
        if not is_version(override):
            raise ConfigError(f"{override!r} is not a version")
        return ChosenVersion(override, "given", (override,))
    if pins.locked and _is_current(pins.locked, pins.specs):
        return ChosenVersion(pins.locked.version, pins.locked.origin, (pins.locked.version,))
    chosen = _from_exact(pins.specs) or _from_ranges([pin for pin in pins.specs if pin.applies], known)
    left = pins.locked if pins.locked and _fits(pins.locked.version, pins.locked.level, pins.specs) else None
    if left is None or not at_least(chosen.version, left.version):
        return chosen
    return replace(chosen, candidates=tuple(each for each in chosen.candidates if at_least(each, left.version)))


def at_least(version: str, minimum: str) -> bool:
    """Tell whether ``version`` is ``minimum`` or newer (both PEP 440; pre-releases sort before their release)."""
    return Version(version) >= Version(minimum)


def in_series(text: str, known: Sequence[str], *, newest: bool = True) -> str | None:
    """Return the newest (or the oldest) of ``known`` that ``text`` names: a release (``1.4.0``), a series (``1.4``)."""
    if not is_version(text):
        return None
    wanted = Version(text)
    series = wanted.release if wanted.public == wanted.base_version else None
    for version in reversed(_sorted(known)) if newest else _sorted(known):
        if Version(version) == wanted or Version(version).release[: len(wanted.release)] == series:
            return version
    return None


def reaches(pins: Pins, versions: Sequence[str]) -> bool:
    """Tell whether the project may get one of ``versions`` or a newer one: the lock says so, or the requirements."""
    if pins.locked and _is_current(pins.locked, pins.specs):
        return any(at_least(pins.locked.version, version) for version in versions)
    near = [pin for pin in _nearest(pins.specs) if pin.applies]
    exact = [pin.exact for pin in near if pin.exact and is_version(pin.exact)]
    if exact:
        return any(at_least(each, version) for each in exact for version in versions)
    return not near or any(_allows(pin, version) or _begins_after(pin, version) for pin in near for version in versions)


def allows_any(pin: Pin, versions: Iterable[str]) -> bool:
    """Tell whether a requirement allows one of ``versions``."""
    return any(_allows(pin, version) for version in versions)


def reaches_to(allowed: SpecifierSet, floor: str, known: Iterable[str]) -> bool:
    """Tell whether ``allowed`` takes ``floor`` or anything newer: one of ``known``, or a version it names itself."""
    named = [each.version.removesuffix(".*") for each in allowed]
    candidates = (version for version in (floor, *known, *named) if is_version(version) and at_least(version, floor))
    return any(allowed.contains(version, prereleases=True) for version in candidates)


def is_version(text: str) -> bool:
    """Tell whether ``text`` is a PEP 440 version."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def major_minor(version: str) -> tuple[int, int]:
    """Return the first two numbers of a valid version, as pytest_config.resolve wants them."""
    parsed = Version(version)
    return parsed.major, parsed.minor


# --- choosing ------------------------------------------------------------------------------------------------------


def _is_current(locked: Lock, specs: Sequence[Pin]) -> bool:
    """Tell whether what a lock is made from allows what it locks, and no nearer range speaks against it."""
    beside = [pin for pin in specs if pin.level == locked.level and pin.path.rpartition("/")[2] in _LOCKED_FILES]
    made = not beside or any(_allows(pin, locked.version) for pin in beside)
    return made and _fits(locked.version, locked.level, specs)


def _fits(version: str, level: int, specs: Iterable[Pin]) -> bool:
    """Tell whether no nearer range speaks against ``version``; of several (by marker), one that allows it is enough."""
    nearer = [pin for pin in _nearest(specs) if pin.level < level]
    return not nearer or any(_allows(pin, version) for pin in nearer)


def _nearest(specs: Iterable[Pin]) -> list[Pin]:
    pins = list(specs)
    level = min((pin.level for pin in pins), default=0)
    return [pin for pin in pins if pin.level == level]


def _begins_after(pin: Pin, version: str) -> bool:
    bounds = [each.version for each in pin.allowed if each.operator in (">=", ">", "~=")]
    return any(is_version(bound) and at_least(bound, version) for bound in bounds)


def _allows(pin: Pin, version: str) -> bool:
    return is_version(version) and pin.allowed.contains(version, prereleases=True)


def _from_exact(specs: Sequence[Pin]) -> ChosenVersion | None:
    exact = _nearest(pin for pin in specs if pin.exact and is_version(pin.exact) and _fits(pin.exact, pin.level, specs))
    here = [pin for pin in exact if pin.applies]
    if not here:
        return None
    newest = max(here, key=lambda pin: Version(pin.exact or "0"))
    return ChosenVersion(newest.exact or "", newest.origin, _sorted(pin.exact for pin in exact if pin.exact))


def _from_ranges(specs: Sequence[Pin], known: Sequence[str]) -> ChosenVersion:
    near = [pin for pin in _nearest(specs) if pin.allowed]
    everything = _sorted(known)
    for agreed in (all, any):
        candidates = tuple(version for version in everything if agreed(_allows(pin, version) for pin in near))
        if near and candidates:
            written = "; ".join(dict.fromkeys(f"{pin.specifier} ({pin.origin})" for pin in near))
            return ChosenVersion(candidates[-1], f"newest known in {written}", candidates)
    why = f"newest known; none fits {near[0].specifier} ({near[0].origin})" if near else "newest known"
    return ChosenVersion(everything[-1], why, everything)


def _sorted(versions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(versions), key=Version))


# --- reading -------------------------------------------------------------------------------------------------------


def _seen_from(base: str | None, found: Found) -> Found:
    """Return the same with paths as seen from the folder ``base`` below the root."""
    if not base:
        return found
    return Found(
        entries=[replace(each, path=posixpath.relpath(each.path, base)) for each in found.entries],
        locks=[replace(each, path=posixpath.relpath(each.path, base)) for each in found.locks],
        failures=[replace(each, path=posixpath.relpath(each.path, base)) for each in found.failures],
    )


def _pins(name: str, found: Found, failures: list[FileFailure]) -> Pins:
    entries = [each for each in found.entries if each.entry.decides and canonical_name(each.entry.text) == name]
    specs = [pin for each in entries if (pin := _pin(name, each, failures)) is not None]
    return Pins(tuple(sorted(specs, key=lambda pin: (pin.level, pin.path, pin.line))), _lock(name, found))


def _files_below(folder: Path, nested: Sequence[str], files: Sequence[str] | None) -> list[str]:
    """Return the requirement files below ``folder``, relative to it, without those of ``nested`` projects."""
    listed = list_config_files(folder).files if files is None else files
    return [path for path in listed if may_require(path) and not path.startswith(tuple(nested))]


def _below(
    tree: Tree, base: str, above: Found, files: Iterable[str]
) -> tuple[tuple[Pin, ...], tuple[FileFailure, ...]]:
    """Return the requirements inside ``base`` that decide nothing; of pytest and Python those beside the plugin's.

    A file of the folder itself need not name the plugin.
    """
    found = _seen_from(base, collect_below(tree, base, [base + path for path in files], above))
    near = _seen_from(base, above).entries
    aside = [each for each in near if not each.entry.decides and not each.path.startswith("../")]
    unread = list(found.failures)
    pins = []
    for each in (*aside, *found.entries):
        name = canonical_name(each.entry.text)
        pin = _pin(name, each, unread) if name in _NAMES else None
        pins += [pin] if pin else []
    with_plugin = {pin.path for pin in pins if pin.name == PLUGIN}
    kept = [pin for pin in pins if pin.path in with_plugin or "/" not in pin.path]
    return tuple(sorted(kept, key=lambda pin: (pin.path, pin.line))), tuple(dict.fromkeys(unread))


def _pin(name: str, placed: PlacedEntry, failures: list[FileFailure]) -> Pin | None:
    entry = placed.entry
    try:
        requirement = Requirement(entry.text)
    except InvalidRequirement:
        failures.append(FileFailure(placed.path, f"line {entry.line}: cannot read the requirement {entry.text!r}"))
        return None
    written = entry.written or ""
    return Pin(
        name,
        placed.path,
        entry.line,
        written,
        requirement.specifier,
        placed.level,
        marker=str(requirement.marker or ""),
        dialect=entry.dialect,
        key=entry.key,
        source=entry.source,
        written=written if entry.source else "",
        held=entry.held,
        condition=entry.condition,
        public=entry.public or any(entry.key[: len(table)] == table for table in _PUBLIC),
    )


def _lock(name: str, found: Found) -> Lock | None:
    """Return the newest version of the nearest lock file that has ``name``."""
    locks = [each for each in found.locks if each.locked.name == name and is_version(each.locked.version)]
    if not locks:
        return None
    newest = min(locks, key=lambda each: each.level)
    for each in locks:
        if each.level == newest.level and Version(each.locked.version) > Version(newest.locked.version):
            newest = each
    return Lock(newest.locked.version, f"{newest.path}:{newest.locked.line}", newest.level)

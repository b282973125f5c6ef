"""Other versions over an environment: a folder that goes first on the path of imports, so that nothing else changes.

The versions are resolved as if they were to be installed into the environment, and only what differs from it is put
into the folder. What is installed is held where it is; where that has no solution pytest and its own parts go free,
and last everything. Indexes and the like are the user's settings of pip or uv.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol, TypeAlias

from codemod.errors import LoopmendError
from codemod.project.named_requirement import named_requirement
from codemod.project.requirements import is_version
from codemod.verify.asking import Answer, NoAnswerError, ask
from codemod.verify.environment import undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from codemod.verify.environment import Environment

# Canonical names with versions.
_Pins: TypeAlias = tuple[tuple[str, str], ...]

_SECONDS = 900
_OLDEST_PIP = 23
_SHOWN_LINES = 3
_LONGEST_LINE = 300
_PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup", "tomli", "colorama")
# How pip and uv begin when versions, and not an index or a build, are in the way.
_NO_SOLUTION = ("ResolutionImpossible", "No solution found")
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)")


class OverlayError(LoopmendError):
    """The wanted versions could not be installed."""

    next_step = (
        "Check the versions and that the package index can be reached, or give an environment with --python PATH."
    )


@dataclass(frozen=True, slots=True)
class Overlay:
    """A folder for the front of PYTHONPATH; ``versions`` are (canonical name, version) of what lies in it.

    ``notes`` name, a line each, the packages that are not as in the environment though nobody asked for that.
    """

    folder: Path
    versions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def lay(
    environment: Environment,
    requirements: Sequence[str],
    folder: Path,
    project: Path,
    base: Mapping[str, str] = os.environ,
) -> Overlay:
    """Install into the new or empty ``folder`` what makes ``environment`` meet ``requirements`` (PEP 508, by name).

    ``project`` is where uv looks for its settings, ``base`` the user's variables. Raise UsageError for a requirement
    that is no name with versions, OverlayError where it cannot be installed.
    """
    wanted = [named_requirement(each) for each in requirements]
    installer = _installer(environment, project, base)
    asked = {each.name for each in wanted}
    pins = _resolved(installer, environment, [each.text for each in wanted], asked)
    folder.mkdir(parents=True, exist_ok=True)
    if pins:
        _check(installer.fetch([f"{name}=={version}" for name, version in pins], folder.absolute()), requirements)
    moved = [(name, version) for name, version in pins if name not in asked and environment.installed(name)]
    return Overlay(
        folder,
        pins,
        tuple(
            f"{', '.join(requirements)} took {name} from {environment.installed(name)} to {version}"
            for name, version in moved
        ),
    )


def _resolved(installer: _Installer, environment: Environment, wanted: Sequence[str], asked: set[str]) -> _Pins:
    """Return what has to be installed, with as much of the environment held as has a solution."""
    held = tuple(each for each in _readable(environment) if each[0] not in asked)
    without_pytest = tuple(each for each in held if each[0] not in _PYTEST)
    stages = tuple(dict.fromkeys((held, without_pytest, ())))
    for stage in stages:
        with TemporaryDirectory() as place:
            answer, pins = installer.resolve(wanted, stage, Path(place))
        if not answer.status or not any(word in answer.said for word in _NO_SOLUTION):
            break
    _check(answer, wanted)
    return tuple(sorted((name, version) for name, version in pins if environment.installed(name) != version))


def _readable(environment: Environment) -> _Pins:
    return tuple(each for each in environment.versions if is_version(each[1]))


def _check(answer: Answer, requirements: Sequence[str]) -> None:
    if answer.status:
        said = " / ".join(line[:_LONGEST_LINE] for line in answer.tail(_SHOWN_LINES).splitlines())
        raise OverlayError(f"--with {', '.join(requirements)} could not be installed: {said}")


# --- installers ------------------------------------------------------------------------------------------------------


class _Installer(Protocol):
    def resolve(self, wanted: Sequence[str], held: _Pins, place: Path) -> tuple[Answer, _Pins]:
        """Return how it went, and what has to be installed; ``place`` is an empty folder for files."""

    def fetch(self, pins: Sequence[str], folder: Path) -> Answer:
        """Install exactly ``pins`` into the empty ``folder``, which is absolute."""


def _installer(environment: Environment, project: Path, base: Mapping[str, str]) -> _Installer:
    variables = undisturbed(base)
    python = str(environment.python)
    if _is_recent(environment.installed("pip")):
        return _Pip((python, "-m", "pip"), variables)
    if _is_recent(_own_pip()):
        return _Pip((sys.executable, "-m", "pip", "--python", python), variables)
    if uv := shutil.which("uv", path=base.get("PATH")):
        return _Uv(uv, python, _readable(environment), project, variables)
    raise OverlayError(
        f"--with needs pip {_OLDEST_PIP} or newer, in {environment.prefix} or beside loopmend, or uv on PATH"
    )


def _own_pip() -> str:
    try:
        return metadata.version("pip")
    except metadata.PackageNotFoundError:
        return ""


def _is_recent(version: str) -> bool:
    major = version.partition(".")[0]
    return major.isdecimal() and int(major) >= _OLDEST_PIP


@dataclass(frozen=True, slots=True)
class _Pip:
    """pip, which keeps what is installed where it can; it runs in an empty folder, which Python puts on its path."""

    command: tuple[str, ...]
    variables: Mapping[str, str]

    def resolve(self, wanted: Sequence[str], held: _Pins, place: Path) -> tuple[Answer, _Pins]:
        held_file, report = _written(place / "held.txt", held), place / "report.json"
        words = ("--dry-run", "--report", str(report), "-c", str(held_file), *wanted)
        answer = self._install(words, place)
        return answer, () if answer.status else tuple(_reported(report))

    def fetch(self, pins: Sequence[str], folder: Path) -> Answer:
        return self._install(("--no-deps", "--target", str(folder), *pins), folder)

    def _install(self, words: Sequence[str], place: Path) -> Answer:
        fixed = ("--quiet", "--no-input", "--no-user", "--disable-pip-version-check")
        return _asked((*self.command, "install", *fixed, *words), place, self.variables)


@dataclass(frozen=True, slots=True)
class _Uv:
    """uv. ``uv pip install`` leaves a lock file in the environment, even if it only tries; ``uv pip compile`` does not.

    Compiling keeps the versions it finds in its output file where it can.
    """

    program: str
    python: str
    installed: _Pins
    project: Path
    variables: Mapping[str, str]

    def resolve(self, wanted: Sequence[str], held: _Pins, place: Path) -> tuple[Answer, _Pins]:
        asked, output = place / "wanted.txt", _written(place / "output.txt", self.installed)
        asked.write_text("\n".join(wanted), encoding="utf-8")
        # The option replaces what the variable says, where pip's adds to it.
        held_files = (str(_written(place / "held.txt", held)), *self.variables.get("UV_CONSTRAINT", "").split())
        files = (*(word for path in held_files for word in ("-c", path)), "-o", str(output), str(asked))
        answer = self._pip("compile", "--no-header", "--no-annotate", *files)
        found = map(_PINNED.match, output.read_text(encoding="utf-8").splitlines())
        return answer, tuple((_canonical(each["name"]), each["version"]) for each in found if each)

    def fetch(self, pins: Sequence[str], folder: Path) -> Answer:
        return self._pip("install", "--no-deps", "--compile-bytecode", "--target", str(folder), *pins)

    def _pip(self, verb: str, *words: str) -> Answer:
        command = (self.program, "pip", verb, "--quiet", "--python", self.python, *words)
        return _asked(command, self.project, self.variables)


def _asked(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Answer:
    try:
        return ask(command, folder, variables, _SECONDS)
    except NoAnswerError as error:
        raise OverlayError(f"--with: {Path(command[0]).name} {error}") from error


def _written(path: Path, pins: _Pins) -> Path:
    path.write_text("".join(f"{name}=={version}\n" for name, version in pins), encoding="utf-8")
    return path


def _reported(report: Path) -> Iterator[tuple[str, str]]:
    """Yield what pip's report says it would install."""
    for each in json.loads(report.read_text(encoding="utf-8"))["install"]:
        yield _canonical(each["metadata"]["name"]), each["metadata"]["version"]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

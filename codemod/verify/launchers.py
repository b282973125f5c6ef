"""Where a project's own tool keeps the environment of its tests: uv, Poetry, PDM, Hatch, Pipenv, tox, nox.

The environment is used, never made. A tool is asked only where it is installed, with a command that makes and installs
nothing in the project or in an environment:

- ``poetry env info --executable`` prints the path of an environment there is, and fails without one. Plugins that the
  project requires are installed by ``poetry install`` alone.
- ``hatch env find`` computes a path, whether it exists or not. It would install what ``env.requires`` asks for into
  Hatch's own environment, so a project with that key is not asked about.
- ``pipenv --py`` prints the interpreter of an environment there is, and fails without one.
- ``pdm info --python`` makes an environment where there is none. So PDM is not asked: ``.pdm-python``, which it writes
  when it makes or chooses one, is read instead.

uv, tox and nox keep theirs in a folder of the project.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from codemod.errors import FileError
from codemod.project.python_mentions import tox_environments
from codemod.project.toml_text import TomlSyntaxError, parse
from codemod.source.disk import read_regular
from codemod.verify.asking import NoAnswerError, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_SECONDS = 60
_MOST_ENVIRONMENTS = 20
_LONGEST_REASON = 200
_INTERPRETERS = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
_RUNNING = f"{sys.version_info.major}{sys.version_info.minor}"
# An activated environment has been tried already; with these set, tools would name it again.
_ACTIVATED = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV")
_QUIET = {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "COLUMNS": "4096", "PIPENV_VERBOSITY": "-1"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Python to try, or ``problem``: why none is where one was looked for. ``origin`` says in one line how found."""

    origin: str
    python: Path | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder whose files show a tool: ``shown`` is the file or the table. ``variables`` are the user's."""

    home: Path
    shown: str
    variables: Mapping[str, str]

    def candidate(self, place: Path) -> Candidate:
        """Return what is in ``place``, which may be an environment or not be there."""
        return in_folder(f"{self.shown}: {_seen_from(self.home, place)}", place)

    def no(self, problem: str) -> Candidate:
        """Return a candidate that is none."""
        return Candidate(self.shown, problem=problem)


_Find: TypeAlias = "Callable[[Project], Iterator[Candidate]]"


@dataclass(frozen=True, slots=True)
class Launcher:
    """A tool: the files or the table below ``tool`` that show it, how to find its Pythons, and how to make one."""

    files: tuple[str, ...]
    table: tuple[str, ...]
    find: _Find
    make: str


def in_folder(origin: str, folder: Path) -> Candidate:
    """Return the interpreter of the environment ``folder``; it may be a link that leads nowhere."""
    for name in _INTERPRETERS:
        if os.path.lexists(folder / name):
            return Candidate(origin, folder / name)
    return Candidate(origin, problem="no Python in it" if folder.is_dir() else "no such folder")


def candidates(homes: Sequence[Path], variables: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the Pythons of the tools that files in ``homes`` show; of each tool the first home counts."""
    for launcher in LAUNCHERS:
        if project := _project(launcher, homes, variables):
            yield from launcher.find(project)


def commands(homes: Sequence[Path]) -> tuple[str, ...]:
    """Return the commands that make the environments of the tools that files in ``homes`` show."""
    return tuple(each.make for each in LAUNCHERS if _project(each, homes, {}))


def _project(launcher: Launcher, homes: Sequence[Path], variables: Mapping[str, str]) -> Project | None:
    # Files first: in a workspace the lock file lies above the members, whose tables show the tool, too.
    for home in homes:
        for name in launcher.files:
            if os.path.lexists(home / name):
                return Project(home, name, variables)
    for home in homes:
        if launcher.table and _table(home, "pyproject.toml", "tool", *launcher.table) is not None:
            return Project(home, f"[tool.{'.'.join(launcher.table)}]", variables)
    return None


def _table(home: Path, name: str, *keys: str) -> object:
    """Return what ``keys`` lead to in a TOML file, None where nothing is or the file cannot be read."""
    found: Any = None
    with contextlib.suppress(FileError, UnicodeDecodeError, TomlSyntaxError):
        found = parse(read_regular(home, name).decode("utf-8"))
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
    return found


def _seen_from(home: Path, place: Path) -> str:
    return place.relative_to(home).as_posix() if place.is_relative_to(home) else str(place)


# --- how each is found -----------------------------------------------------------------------------------------------


def _uv(project: Project) -> Iterator[Candidate]:
    chosen = project.variables.get("UV_PROJECT_ENVIRONMENT") or ".venv"
    yield project.candidate(project.home / chosen)


def _pdm(project: Project) -> Iterator[Candidate]:
    name = ".pdm-python"
    try:
        saved = read_regular(project.home, name).decode("utf-8").strip()
    except (FileError, UnicodeDecodeError):
        yield project.no(f"there is no {name}")
    else:
        yield Candidate(f"{name}: {saved}", project.home / saved)


def _asked(command: Sequence[str], is_folder: bool, project: Project) -> Iterator[Candidate]:
    """Yield what the last line of a tool's answer names: an interpreter, or an environment with those beside it."""
    path, problem = _answer(command, project)
    if path is None:
        yield project.no(problem)
    elif is_folder:
        yield project.candidate(path)
        yield from _each(path.parent, project, skip=path.name)
    else:
        yield Candidate(f"{project.shown}: {_seen_from(project.home, path)}", path)


def _hatch(project: Project) -> Iterator[Candidate]:
    tables = (("pyproject.toml", "tool", "hatch"), ("hatch.toml",))
    if any(_table(project.home, *table, "env", "requires") for table in tables):
        yield project.no("hatch was not asked: it would install what env.requires names")
    else:
        yield from _asked(("hatch", "env", "find"), True, project)


def _answer(command: Sequence[str], project: Project) -> tuple[Path | None, str]:
    words = " ".join(command)
    program = shutil.which(command[0], path=project.variables.get("PATH"))
    if program is None:
        return None, f"{command[0]} is not installed"
    kept = {name: value for name, value in project.variables.items() if name not in _ACTIVATED}
    try:
        answer = ask((program, *command[1:]), project.home, {**kept, **_QUIET}, _SECONDS)
    except NoAnswerError as error:
        return None, f"`{words}` {error}"
    # Absolute, and without NUL: whatever else a tool prints, its warnings too, is no path of ours to try.
    paths = [line for line in answer.lines if os.path.isabs(line) and "\0" not in line]  # noqa: PTH117
    if answer.status or not paths:
        return None, f"`{words}` found none: {answer.tail()[:_LONGEST_REASON] or 'no answer'}"
    return Path(paths[-1]), ""


def _below(folder: str, project: Project) -> Iterator[Candidate]:
    found = list(islice(_each(project.home / folder, project), _MOST_ENVIRONMENTS))
    yield from found or [project.no(f"no environment in {folder}")]


def _each(folder: Path, project: Project, skip: str = "") -> Iterator[Candidate]:
    """Yield the environments right in ``folder``, those for the running Python and for tests first."""
    listed = tox_environments(project.home) if folder.name == ".tox" else ()
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.is_dir() and entry.name != skip]
    except OSError:
        return
    for name in sorted(names, key=partial(_rank, listed)):
        found = project.candidate(folder / name)
        if found.python:
            yield found


def _rank(listed: Sequence[str], name: str) -> tuple[object, ...]:
    place = listed.index(name) if name in listed else len(listed)
    running = _RUNNING in name.replace(".", "").replace("-", "")
    return (name != f"py{_RUNNING}", name != "py", place, "test" not in name, not running, name)


LAUNCHERS = (
    Launcher(("uv.lock",), ("uv",), _uv, "uv sync"),
    Launcher(
        ("poetry.lock", "poetry.toml"),
        ("poetry",),
        partial(_asked, ("poetry", "env", "info", "--executable"), False),
        "poetry install",
    ),
    Launcher(("pdm.lock", "pdm.toml", ".pdm-python"), ("pdm",), _pdm, "pdm install"),
    Launcher(("hatch.toml",), ("hatch", "envs"), _hatch, "hatch env create"),
    Launcher(("Pipfile",), (), partial(_asked, ("pipenv", "--py"), False), "pipenv install --dev"),
    Launcher(("tox.ini", "tox.toml", ".tox"), ("tox",), partial(_below, ".tox"), f"tox -e py{_RUNNING} --notest"),
    Launcher(("noxfile.py", ".nox"), (), partial(_below, ".nox"), "nox --install-only"),
)

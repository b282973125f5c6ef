"""The Python that runs a project's suite: found as its people run it, used as it is, pointed at a copy of the tree.

An interpreter in a virtual environment is a link to another Python. It is never resolved: the path is what makes it
that environment's.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from codemod.errors import LoopmendError
from codemod.verify import facts, launchers
from codemod.verify.asking import Answer, NoAnswerError, ask
from codemod.verify.launchers import Candidate, in_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SECONDS = 60
_LONGEST_REASON = 200
_USUAL = (".venv", "venv")
_PACKAGES = ("site-packages", "dist-packages")
# They speak of the Python loopmend itself runs on.
_OF_ANOTHER = ("PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT")


class NoPythonError(LoopmendError):
    """There is no Python that can run the suite."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python that has pytest. ``origin`` says in one line how it was found; ``version`` is Python's.

    ``versions`` are (canonical name, version) of what is installed. ``imports`` are the folders it imports from that
    are not its own: those of editable installs and ``.pth`` files, also as PYTHONPATH gives them.
    """

    python: Path
    origin: str
    version: str
    prefix: Path
    is_virtual: bool
    versions: tuple[tuple[str, str], ...]
    imports: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def installed(self, name: str) -> str:
        """Return the version of the distribution with that canonical name, "" where it is not installed."""
        return dict(self.versions).get(name, "")


# --- which -----------------------------------------------------------------------------------------------------------


def find(
    folder: Path,
    repository: Path,
    python: str | None = None,
    configured: str | None = None,
    base: Mapping[str, str] = os.environ,
) -> Environment:
    """Return the Python for the suite in ``folder``, which lies in ``repository``.

    ``python`` is what ``--python`` gave, ``configured`` the path in ``[tool.loopmend]``: an interpreter, or the folder
    of an environment. ``base`` are the user's variables. Raise NoPythonError where the named one will not do or, where
    none is named, nothing that was tried has pytest.
    """
    for given, origin in ((python, "--python"), (configured, "[tool.loopmend] python")):
        if given is not None:
            place = _absolute(Path(given))
            return _named(in_folder(origin, place) if place.is_dir() else Candidate(origin, place), place, base)
    homes = _homes(_absolute(folder), _absolute(repository))
    refused = []
    tried = set()
    for each in _candidates(homes, base):
        if each.python is None or each.python not in tried:
            tried.add(each.python)
            try:
                return _examined(each, base)
            except _UnfitError as error:
                refused.append(f"{each.origin}: {error}")
    made = " or ".join(f"`{command}`" for command in launchers.commands(homes))
    raise NoPythonError(
        f"{folder}: no Python with pytest was found ({'; '.join(refused)})",
        f"{f'Make the environment with {made}, or give' if made else 'Give'} an interpreter with --python PATH.",
    )


def _named(candidate: Candidate, place: Path, base: Mapping[str, str]) -> Environment:
    try:
        return _examined(candidate, base)
    except _UnfitError as error:
        raise NoPythonError(
            f"{candidate.origin} {place}: {error}", "Give an interpreter, or an environment's folder, that has pytest."
        ) from error


def _homes(folder: Path, repository: Path) -> list[Path]:
    """Return ``folder`` and what lies above it up to ``repository``."""
    if not folder.is_relative_to(repository):
        return [folder]
    return [each for each in (folder, *folder.parents) if each.is_relative_to(repository)]


def _candidates(homes: Sequence[Path], base: Mapping[str, str]) -> Iterator[Candidate]:
    active, conda = base.get("VIRTUAL_ENV"), base.get("CONDA_PREFIX")
    # conda's base is active in every shell of many people: it says nothing about this project.
    is_base = base.get("CONDA_DEFAULT_ENV") in ("base", "root")
    if active:
        yield in_folder(f"VIRTUAL_ENV: {active}", _absolute(Path(active)))
    if conda and not is_base:
        yield in_folder(f"CONDA_PREFIX: {conda}", _absolute(Path(conda)))
    for home in homes:
        yield from (in_folder(name, home / name) for name in _USUAL if os.path.lexists(home / name))
    yield from launchers.candidates(homes, base)
    if conda and is_base:
        yield in_folder(f"CONDA_PREFIX: {conda}", _absolute(Path(conda)))
    yield Candidate(f"the Python of loopmend: {sys.executable}", Path(sys.executable))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links are kept


# --- what it is ------------------------------------------------------------------------------------------------------


class _UnfitError(Exception):
    """Why a candidate will not do, in one line."""


def _examined(candidate: Candidate, base: Mapping[str, str]) -> Environment:
    python = candidate.python
    if python is None:
        raise _UnfitError(candidate.problem)
    if not os.path.exists(python):  # noqa: PTH110 - no error for a folder we may not search
        raise _UnfitError("a link to a Python that is gone" if os.path.lexists(python) else "no such file")
    said = _facts(_asked(python, base))
    try:
        return _environment(candidate.origin, python, said)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _UnfitError("did not say what it is") from error


def _asked(python: Path, base: Mapping[str, str]) -> Answer:
    with TemporaryDirectory() as folder:
        try:
            return ask((str(python), "-c", _script()), Path(folder), undisturbed(base), _SECONDS)
        except NoAnswerError as error:
            raise _UnfitError(f"could not be asked what it is: {error}") from error


@cache
def _script() -> str:
    return Path(facts.__file__).read_text(encoding="utf-8")


def _facts(answer: Answer) -> dict[str, Any]:
    """Return what the script said; code of the environment may have said more, before and after."""
    for line in reversed(answer.lines):
        if line.startswith(facts.MARK):
            try:
                said = json.loads(line.removeprefix(facts.MARK))
            except (ValueError, RecursionError):
                continue
            if isinstance(said, dict):
                return said
    raise _UnfitError(f"did not say what it is: {answer.tail()[:_LONGEST_REASON] or 'no answer'}")


def _environment(origin: str, python: Path, said: Mapping[str, Any]) -> Environment:
    if said["pytest"] is not True:
        raise _UnfitError(f"pytest is not installed (Python {said['version']})")
    imports, notes = _imports(said)
    prefix = Path(said["prefix"])
    if not prefix.is_dir():
        raise ValueError(prefix)
    return Environment(
        python,
        origin,
        str(said["version"]),
        prefix,
        said["virtual"] is True,
        tuple(sorted((str(name), str(version)) for name, version in said["versions"].items())),
        imports,
        notes,
    )


def _imports(said: Mapping[str, Any]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the folders code is imported from outside the environment's own, and what cannot be told by folders."""
    libraries = [Path(each) for each in said["libraries"]]
    found = [path for path in map(Path, said["paths"]) if path.is_dir() and not _is_library(path, libraries)]
    notes = []
    for name, path in said["mapped"]:
        parts = tuple(name.split("."))
        if Path(path).parts[-len(parts) :] == parts:
            found.append(Path(path).parents[len(parts) - 1])
        else:
            notes.append(f"{name} is installed as editable from {path}, a folder of another name: it is not redirected")
    for folder in map(_path_of, said["editables"]):
        # Some installs import through a hook that says nothing: the usual layouts are left.
        if not any(each.is_relative_to(folder) for each in found):
            found.append(folder / "src" if (folder / "src").is_dir() else folder)
    return tuple(dict.fromkeys(found)), tuple(notes)


def _is_library(path: Path, libraries: Sequence[Path]) -> bool:
    # Folders called __editable__… hold links that setuptools made: they lead to the original, not into a copy.
    named = any(part in _PACKAGES or part.startswith("__editable__") for part in path.parts)
    return named or any(path.is_relative_to(each) for each in libraries)


def _path_of(url: str) -> Path:
    return Path(url2pathname(unquote(urlsplit(url).path)))


# --- how it runs in a copy -------------------------------------------------------------------------------------------


def variables(
    environment: Environment,
    copies: Mapping[Path, Path],
    first: Sequence[Path] = (),
    base: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return all variables for a run in a copy; ``copies`` leads from a folder of the user's to its copy.

    ``first`` are folders that come before everything else on the path of imports. Whatever the environment imports
    from inside a copied folder is imported from its copy.
    """
    result = undisturbed(base)
    inner = [copy for each in environment.imports if (copy := _in_copy(each, copies))]
    own = [_in_copy(each, copies) or each for each in _given(base)]
    if path := dict.fromkeys([*first, *inner, *own]):
        result["PYTHONPATH"] = os.pathsep.join(map(str, path))
    result["PATH"] = os.pathsep.join([str(environment.python.parent), *filter(None, [base.get("PATH")])])
    if (environment.prefix / "conda-meta").is_dir():
        result["CONDA_PREFIX"] = str(environment.prefix)
    elif environment.is_virtual:
        result["VIRTUAL_ENV"] = str(environment.prefix)
    return result


def undisturbed(base: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to run another Python with, in any folder: none speaks of ours, and it leaves no files."""
    result = {name: value for name, value in base.items() if name not in _OF_ANOTHER}
    if given := _given(base):
        result["PYTHONPATH"] = os.pathsep.join(map(str, given))
    return {**result, "PYTHONDONTWRITEBYTECODE": "1"}


def _given(base: Mapping[str, str]) -> list[Path]:
    """Return the user's PYTHONPATH, absolute: a run starts in another folder."""
    return [_absolute(Path(each)) for each in base.get("PYTHONPATH", "").split(os.pathsep) if each]


def _in_copy(path: Path, copies: Mapping[Path, Path]) -> Path | None:
    """Return the counterpart of ``path`` in the innermost copied folder that holds it, by either of their names."""
    for root in sorted(copies, key=lambda each: -len(each.parts)):
        for inner, outer in ((path, _absolute(root)), (Path(os.path.realpath(path)), Path(os.path.realpath(root)))):
            if inner.is_relative_to(outer):
                return copies[root] / inner.relative_to(outer)
    return None

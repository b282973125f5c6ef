"""Which files a project has: through git where there is a work tree, else by a walk that honours .gitignore files.

Links are never followed, and folders that hold other people's code (environments, vendored trees, build output)
are left out in both ways. The folder names below are ours; what git ignores is git's business.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from codemod.errors import ConfigError
from codemod.model import FileFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    # The ignore files in force for a folder, outermost first: the folder that holds each ("" or "a/b/"), and its rules.
    Ignores: TypeAlias = tuple[tuple[str, GitIgnoreSpec], ...]

_VCS = {".git", ".hg", ".svn", ".bzr"}
CACHE_FOLDERS = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".loopmend"}
_INSTALLED = {".venv", "venv", ".tox", ".nox", ".eggs", "node_modules", "site-packages"}
_FOREIGN_FOLDERS = frozenset(_VCS | CACHE_FOLDERS | _INSTALLED | {"_vendor", "vendor", "vendored"})
_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")
_OUTPUT_FOLDERS = frozenset(("build", "dist"))
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_CONFIG_NAMES = frozenset(("setup.py", "noxfile.py", "Pipfile", "Pipfile.lock", ".pre-commit-config.yaml"))
_CONFIG_SUFFIXES = (".toml", ".cfg", ".ini", ".txt", ".in", ".lock")
_CONDA_FILE = re.compile(r"environment[\w.-]*\.ya?ml$")
_COMMAND_NAMES = frozenset(
    [
        "tox.ini",
        "tox.toml",
        "setup.cfg",
        "setup.py",
        "pyproject.toml",
        "hatch.toml",
        "Pipfile",
        "noxfile.py",
        ".python-version",
        "Makefile",
        "makefile",
        "GNUmakefile",
        "justfile",
        "Justfile",
        ".justfile",
    ]
)
_COMMAND_SUFFIXES = (".mk", ".just", ".sh", ".yml", ".yaml", ".Dockerfile", ".dockerfile")
_COMMAND_PREFIXES = ("Dockerfile", "Containerfile")


@dataclass(frozen=True, slots=True)
class Listing:
    """Root-relative posix paths in sorted order, and the folders and files that could not be looked at."""

    files: tuple[str, ...]
    failures: tuple[FileFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class GitFiles:
    """What git lists below a folder, so that it is asked once for several listings; None where it has no say."""

    names: tuple[str, ...] | None

    def below(self, folder: str) -> GitFiles:
        """Return what git would say of ``folder`` ("a/b/"), which must be one that it lists files of."""
        if self.names is None or not folder:
            return self
        first = bisect_left(self.names, folder)
        last = bisect_left(self.names, folder.removesuffix("/") + chr(ord("/") + 1))
        return GitFiles(tuple(name.removeprefix(folder) for name in self.names[first:last]))


def ask_git(root: Path) -> GitFiles:
    """Return the files of ``root`` that git tracks or would track."""
    from codemod.source.vcs import tracked_and_untracked

    names = tracked_and_untracked(root)
    return GitFiles(None if names is None else tuple(names))


def list_python_files(root: Path, exclude: Sequence[str] = (), known: GitFiles | None = None) -> Listing:
    """Return the ``.py`` files of ``root``; ``exclude`` holds gitignore patterns; a bad one raises ConfigError."""
    return _list(root, exclude, known, lambda name: name.endswith(".py"))


def list_config_files(root: Path, exclude: Sequence[str] = (), known: GitFiles | None = None) -> Listing:
    """Return the files of ``root`` that may hold settings or requirements, chosen by name; see list_python_files."""
    return _list(root, exclude, known, is_config_name)


def is_config_name(name: str) -> bool:
    """Tell whether a file called ``name`` may hold settings or requirements."""
    return name in _CONFIG_NAMES or name.endswith(_CONFIG_SUFFIXES) or _CONDA_FILE.match(name) is not None


def list_checkouts(root: Path) -> Listing:
    """Return the outermost folders below ``root`` that hold a ``.git``; what lies in one is not looked at."""
    search = _Search(Path(root), _exclude_spec(()), lambda _: False)
    return Listing(tuple(sorted(search.checkouts())), tuple(search.failures))


def matcher(patterns: Sequence[str], option: str) -> Callable[[str], bool]:
    """Return what tells whether a folder's path matches gitignore ``patterns``; a bad one raises ConfigError.

    ``option`` is where the patterns are from, for the message.
    """
    spec = _exclude_spec(patterns, option)
    return lambda path: spec.match_file(f"{path}/")


def list_command_files(root: Path, exclude: Sequence[str] = (), known: GitFiles | None = None) -> Listing:
    """Return the files of ``root`` that may hold commands, chosen by name; see list_python_files."""
    return _list(root, exclude, known, is_command_name)


def is_command_name(name: str) -> bool:
    """Tell whether a file called ``name`` may hold commands that run tests or install packages."""
    return name in _COMMAND_NAMES or name.endswith(_COMMAND_SUFFIXES) or name.startswith(_COMMAND_PREFIXES)


def is_environment(folder: Path) -> bool:
    """Tell whether ``folder`` holds an installed Python."""
    return _has(folder, _ENVIRONMENT_MARKS)


def _list(root: Path, exclude: Sequence[str], known: GitFiles | None, wanted: Callable[[str], bool]) -> Listing:
    search = _Search(Path(root), _exclude_spec(exclude), wanted)
    listed = (known or ask_git(root)).names
    names = search.walk() if listed is None else search.of_git(listed)
    files = tuple(sorted(name for name in names if search.readable(name)))
    return Listing(files, tuple(sorted(search.failures, key=lambda failure: failure.path)))


def _exclude_spec(patterns: Sequence[str], option: str = "exclude") -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from error


@dataclass(slots=True)
class _Search:
    root: Path
    excluded: GitIgnoreSpec
    wanted: Callable[[str], bool]
    failures: list[FileFailure] = field(default_factory=list)
    entered: dict[str, bool] = field(default_factory=lambda: {"": True})

    def of_git(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the wanted ones of git's ``names`` that are regular files outside foreign folders."""
        for name in sorted(set(names)):
            parent, _, base = name.rpartition("/")
            if self.takes(name, base) and self.enters(parent):
                mode = self.mode(name)
                if mode is not None and stat.S_ISREG(mode):
                    yield name

    def takes(self, name: str, base: str) -> bool:
        """Tell whether the path ``name``, whose last part is ``base``, is asked for and not excluded."""
        return self.wanted(base) and not self.excluded.match_file(name)

    def enters(self, folder: str) -> bool:
        """Tell whether ``folder`` and all folders above it are real, ours and not excluded."""
        if folder in self.entered:
            return self.entered[folder]
        path, allowed = "", True
        for name in folder.split("/"):
            parent, path = path, f"{path}/{name}" if path else name
            if path not in self.entered:
                self.entered[path] = allowed and not self.foreign(parent, name) and self.is_folder(path)
            allowed = self.entered[path]
        return allowed

    def is_folder(self, folder: str) -> bool:
        mode = self.mode(folder)
        return mode is not None and stat.S_ISDIR(mode)

    def mode(self, name: str) -> int | None:
        """Return the file mode of ``name`` itself, not of a link's target; None where it is gone or hidden from us."""
        try:
            return os.lstat(self.root / name).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None  # tracked, but deleted from the work tree
        except OSError as error:
            self.failed(name, error)
            return None

    def walk(self) -> Iterator[str]:
        """Yield the wanted files that no ignore file hides, in no particular order."""
        waiting: list[tuple[str, Ignores]] = [("", ())]
        while waiting:
            folder, ignores = waiting.pop()
            entries = self.entries(folder)
            if any(entry.name == ".gitignore" and entry.is_file(follow_symlinks=False) for entry in entries):
                ignores = (*ignores, (folder, self.ignore_file(folder)))
            for entry in entries:
                name = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not self.foreign(folder.rstrip("/"), entry.name) and not _ignored(name + "/", ignores):
                        waiting.append((name + "/", ignores))
                elif (
                    self.takes(name, entry.name)
                    and entry.is_file(follow_symlinks=False)
                    and not _ignored(name, ignores)
                ):
                    yield name

    def checkouts(self) -> Iterator[str]:
        """Yield the outermost folders with a ``.git``, in no particular order."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            entries = self.entries(folder)
            if any(entry.name == ".git" for entry in entries):
                yield folder.rstrip("/")
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False) and not self.foreign(folder.rstrip("/"), entry.name):
                    waiting.append(f"{folder}{entry.name}/")

    def entries(self, folder: str) -> list[os.DirEntry[str]]:
        """Return what is in ``folder`` (``""`` or ``"a/b/"``); nothing, and a failure, where it cannot be read."""
        try:
            with os.scandir(self.root / folder) as found:
                return list(found)
        except OSError as error:
            self.failed(folder.rstrip("/") or ".", error)
            return []

    def ignore_file(self, folder: str) -> GitIgnoreSpec:
        """Read one .gitignore as git does: a line that is no pattern is passed over."""
        from pathspec import GitIgnoreSpec

        name = folder + ".gitignore"
        try:
            text = (self.root / name).read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        except OSError as error:
            self.failed(name, error)
            text = ""
        lines = (line.removesuffix("\r") for line in text.split("\n"))
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))

    def foreign(self, parent: str, name: str) -> bool:
        """Tell whether the folder ``name`` in ``parent`` holds code that is not the project's, or is excluded."""
        path = f"{parent}/{name}" if parent else name
        if name in _FOREIGN_FOLDERS or name.endswith((".egg", ".egg-info")):
            return True
        if self.excluded.match_file(path + "/"):
            return True
        here = self.root / path
        # Output only beside the project's own file: a package or a tests folder may well be called "build".
        if name in _OUTPUT_FOLDERS and _has(here.parent, _PROJECT_FILES) and not _has(here, ("__init__.py",)):
            return True
        return is_environment(here)

    def readable(self, name: str) -> bool:
        """Refuse a name that is not UTF-8: no report or patch could carry it."""
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            self.failures.append(FileFailure(shown, "the file name is not valid UTF-8"))
            return False
        return True

    def failed(self, name: str, error: OSError) -> None:
        self.failures.append(FileFailure(name, error.strerror or type(error).__name__))


def _has(folder: Path, names: Sequence[str]) -> bool:
    # Not Path.exists: it raises for a folder we may not search.
    return any(os.path.exists(folder / name) for name in names)  # noqa: PTH110


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _ignored(name: str, ignores: Ignores) -> bool:
    """Ask the innermost ignore file that has an opinion, as gitignore(5) says."""
    for folder, spec in reversed(ignores):
        verdict = spec.check_file(name[len(folder) :]).include
        if verdict is not None:
            return verdict
    return False

"""Find the projects in monorepos, in folders of checkouts and in lists of folders; git is asked once for a checkout."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.batch.names import project_names
from codemod.batch.records import ProjectRef
from codemod.batch.rootdirs import Rootdirs, refusal, rootdirs
from codemod.project.command_files import above
from codemod.project.discover import ask_git, list_checkouts, list_python_files, matcher
from codemod.project.invocations import is_test
from codemod.project.pytest_config import has_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from codemod.batch.names import Place
    from codemod.model import FileFailure


@dataclass(frozen=True, slots=True)
class Discovery:
    """The projects in order of their names, the folders that gave none (each with the reason), and notes for people."""

    projects: tuple[ProjectRef, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Checkout:
    """What was found in one checkout."""

    top: Path
    files: tuple[str, ...]
    unread: tuple[FileFailure, ...]
    roots: Rootdirs


@dataclass(slots=True)
class _Search:
    places: set[Place] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def discover(
    roots: Sequence[Path], include: Sequence[str] = (), exclude: Sequence[str] = (), listed: Sequence[Path] = ()
) -> Discovery:
    """Return the projects below ``roots`` and those that ``listed`` names; a folder without any is a failure.

    A root is a checkout, a folder in one, or a folder of checkouts. ``include`` and ``exclude`` are gitignore patterns
    for the names of projects; without ``include`` all are taken. Raise ConfigError for a bad pattern. No link is
    followed, but a root or a listed folder may be one.
    """
    wanted, unwanted = matcher(include, "--include"), matcher(exclude, "--exclude")
    search = _Search()
    _look_below(search, roots)
    for folder in listed:
        _look_at(search, folder)
    _drop_inner(search)
    names = project_names(search.places)
    projects = [
        ProjectRef(name, str(top), folder)
        for (top, folder), name in names.items()
        if (not include or wanted(name)) and not unwanted(name)
    ]
    return Discovery(
        tuple(sorted(projects, key=lambda project: project.name)),
        tuple(sorted(search.failures.items())),
        tuple(dict.fromkeys(search.notes)),
    )


def read_list(path: str, stdin: BinaryIO) -> tuple[Path, ...]:
    """Return the folders that the file ``path`` (``-``: ``stdin``) names, one on a line, seen from the current folder.

    Empty lines and those that begin with ``#`` are left out. Raise OSError where it cannot be read.
    """
    data = stdin.read() if path == "-" else Path(path).read_bytes()
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    names = (os.fsdecode(line.strip()) for line in lines)
    return tuple(Path(name) for name in names if name and not name.startswith("#"))


# --- roots ---------------------------------------------------------------------------------------------------------


def _look_below(search: _Search, roots: Iterable[Path]) -> None:
    asked: list[tuple[Path, Place]] = []
    for root in roots:
        if reason := _unusable(root):
            search.failures[str(root)] = reason
        else:
            asked += [(root, place) for place in _checkouts(search, Path(os.path.realpath(root)))]
    tops = sorted({top for _, (top, _) in asked})
    # git is waited for, so threads help.
    with ThreadPoolExecutor() as pool:
        found = dict(zip(tops, pool.map(_read, tops), strict=True))
    for root, (top, within) in asked:
        _take(search, root, found[top], f"{within}/" if within else "")


def _checkouts(search: _Search, root: Path) -> list[Place]:
    """Return the checkouts for a real path: the one it is in, with its folder there, else those below it."""
    if os.path.lexists(root / ".git"):
        return [(root, "")]
    top = _top(root)
    place = (top, "" if top == root else root.relative_to(top).as_posix())
    # A repository further up that has no file here (a home folder under git) is not what is meant.
    if top != root and ask_git(root).names:
        return [place]
    below = list_checkouts(root)
    if not below.files:
        return [place]
    search.notes += [f"{root / failure.path}: {failure.reason}" for failure in below.failures]
    _note_others(search, root, below.files)
    return [(root / name, "") for name in below.files]


def _note_others(search: _Search, root: Path, checkouts: Iterable[str]) -> None:
    """Say which folders beside checkouts hold none: what is there is not looked at."""
    held = {name.partition("/")[0] for name in checkouts}
    with os.scandir(root) as entries:
        names = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False) and not e.name.startswith("."))
    others = [name for name in names if name not in held]
    if others:
        shown = ", ".join(others[:5]) + (", …" if len(others) > 5 else "")
        search.notes.append(f"{root}: not looked at, because they are no git checkouts: {shown} (give each as ROOT)")


def _read(top: Path) -> _Checkout:
    listing = list_python_files(top)
    return _Checkout(top, listing.files, listing.failures, rootdirs(top, listing.files))


def _take(search: _Search, root: Path, checkout: _Checkout, within: str) -> None:
    """Add the projects of ``checkout`` in its folder ``within`` ("a/b/"), and say what of that is in none of them."""
    folders = {folder for folder in checkout.roots.folders if folder.startswith(within)}
    search.places |= {(checkout.top, folder.rstrip("/")) for folder in folders}
    search.notes += [f"{checkout.top.name}/{each.path}: {each.reason}" for each in checkout.unread]
    place = checkout.top / within
    if checkout.roots.refused and not within:
        search.failures[str(place)] = checkout.roots.refused
    owner = checkout.roots.owner(within)
    if owner is not None and owner != within:
        left = f"belongs to the project {owner.rstrip('/') or 'at the top'} of {checkout.top.name}"
        if not folders:
            search.failures[str(root)] = f"{left}: give that folder, or list this one"
        elif any(
            is_test(path) and path.startswith(within) and checkout.roots.owner(path) == owner for path in checkout.files
        ):
            search.notes.append(f"{root}: what is in no project below it {left}")
    elif not folders and not checkout.roots.refused:
        search.notes.append(f"{place}: no test was found")


# --- listed folders --------------------------------------------------------------------------------------------------


def _look_at(search: _Search, listed: Path) -> None:
    folder = Path(os.path.realpath(listed))
    top = _top(folder)
    inside = "" if folder == top else folder.relative_to(top).as_posix()
    reason = _unusable(listed) or _unspeakable(inside) or refusal(top, f"{inside}/" if inside else "")
    if reason:
        search.failures[str(listed)] = reason
    else:
        search.places.add((top, inside))


def _drop_inner(search: _Search) -> None:
    """Leave out what is read as part of another project: a folder without options for pytest below one that is taken.

    Only a list can name such folders.
    """
    for top, folder in sorted(search.places):
        outer = (
            next((o for o in above(f"{folder}/") if (top, o.rstrip("/")) in search.places), None) if folder else None
        )
        if outer is not None and not has_own(top / folder):
            search.places.discard((top, folder))
            search.failures[str(top / folder)] = f"is part of the project {outer.rstrip('/') or 'at the top'}"


def _unusable(folder: Path) -> str:
    if not os.path.isdir(folder):  # noqa: PTH112 - no error for a folder we may not search
        return "no such folder"
    return "" if os.access(folder, os.R_OK | os.X_OK) else "Permission denied"


def _unspeakable(folder: str) -> str:
    return "" if folder.encode("utf-8", "replace").decode() == folder else "its name is not valid UTF-8"


def _top(folder: Path) -> Path:
    """Return the nearest folder with ``.git``, else ``folder`` itself."""
    return next((place for place in (folder, *folder.parents) if os.path.lexists(place / ".git")), folder)

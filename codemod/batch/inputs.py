"""Which files the analysis of one project may read, from its own sources up to the top of the checkout and beyond.

More than is read is no harm but a wasted analysis; less would give an old result for new files, so a test holds this
against the files that analyses open. Three things are left out: whether a folder exists that a command names, what a
command names after a ``cd`` to another project, and environment variables in the arguments of a command.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.project import command_files, discover
from codemod.project.command_files import above
from codemod.project.lock_files import is_lock_file
from codemod.project.pytest_files import NAMES
from codemod.project.requirement_files import may_require
from codemod.project.settings import OWN_FILE
from codemod.reading import nested_projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.batch.digests import Digests
    from codemod.project.discover import GitFiles

_CONFIGURING = (*NAMES, "setup.py", OWN_FILE, "conftest.py")
_REQUIREMENT_FOLDERS = ("", "requirements/", "requirement/")


def inputs(digests: Digests, folder: str, known: GitFiles) -> dict[str, str]:
    """Return the digests of what the project in ``folder`` ("a/b/", "" is the top) is read from, by path.

    ``known`` is what git lists for the checkout. What is not there has no entry. A name with a final ``/`` stands for
    a package beside the project, whose existence counts.
    """
    here = digests.top / folder
    git = known.below(folder)
    if not git.names:  # ignored by git, so git is asked for it alone
        git = discover.ask_git(here)
    listed = discover.list_python_files(here, (), git).files
    nested = nested_projects(here, listed)
    python = [f"{folder}{path}" for path in listed if not path.startswith(nested)]
    config = [folder + path for path in discover.list_config_files(here, (), git).files]
    commands = command_files.find(digests.top, here, (), (), git).files
    around = _configuring(digests, {place for path in listed for place in above(f"{folder}{path}")} | {*_up(folder)})
    requirements = _speaking(digests, _up(folder))
    paths = _with_named(digests, {*python, *config, *commands, *around, *requirements, *_beyond(digests.top)})
    found = {path: seen.digest for path in sorted(paths) if (seen := digests.at(path)) is not None}
    return found | dict.fromkeys(_packages_beside(digests, folder, python), "")


def _up(folder: str) -> Iterator[str]:
    yield folder
    yield from above(folder)


def _configuring(digests: Digests, folders: Iterable[str]) -> Iterator[str]:
    """Yield the files in ``folders`` that pytest or loopmend look for by name, also where git ignores them."""
    for place in folders:
        names = digests.names(place)
        yield from (place + name for name in _CONFIGURING if name in names)


def _speaking(digests: Digests, folders: Iterable[str]) -> Iterator[str]:
    """Yield the requirement and lock files in ``folders``, also where git ignores them."""
    for place in (f"{folder}{inner}" for folder in folders for inner in _REQUIREMENT_FOLDERS):
        names = digests.names(place)
        yield from (place + name for name in names if may_require(place + name) or is_lock_file(name))


def _beyond(top: Path) -> Iterator[str]:
    """Yield where pytest goes on looking for a configuration above the checkout."""
    for level in range(1, len(top.parts)):
        yield from ("../" * level + name for name in _CONFIGURING)


def _with_named(digests: Digests, paths: set[str]) -> set[str]:
    """Return ``paths`` with the files of the checkout that they name, and those that these name, and so on."""
    found, waiting = set(paths), list(paths)
    while waiting:
        seen = digests.at(waiting.pop())
        for target in seen.named if seen is not None else ():
            if target not in found and not target.startswith("../") and digests.at(target) is not None:
                found.add(target)
                waiting.append(target)
    return found


def _packages_beside(digests: Digests, folder: str, python: Iterable[str]) -> Iterator[str]:
    """Yield the packages and modules in the folders above that the project's files import: not third-party code."""
    if os.path.lexists(digests.top / folder / ".git"):
        return
    imported = {name for path in python if (seen := digests.at(path)) is not None for name in seen.imported}
    for place in above(folder):
        for name in sorted(digests.names(place)):
            if Path(name).stem in imported and (name.endswith(".py") or (digests.top / place / name).is_dir()):
                yield f"{place}{name}/"

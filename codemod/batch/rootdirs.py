"""Which folders of a checkout are projects: what pytest takes as its rootdir when it is started there.

A folder with a pytest configuration of its own is one, always. Where no configuration is above them, tests belong to
the nearest folder whose pyproject.toml or setup.py pytest stops at, else to the top of the checkout. Of two such
folders without options for pytest the inner one is part of the outer one, as a run of that collects both: a conftest
and the tests that depend on it are never in two projects.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.errors import ConfigError, UsageError
from codemod.project.command_files import above
from codemod.project.invocations import is_test
from codemod.project.pytest_config import find_setup, has_own
from codemod.reading import own_folders, project_above

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_PROJECT_FILES = ("pyproject.toml", "setup.py")


@dataclass(frozen=True, slots=True)
class Rootdirs:
    """The projects of a checkout, as folders ("a/b/", "" is the top).

    ``refused`` says why the tests that no folder has for its own are in no project, "" where they are.
    """

    folders: frozenset[str]
    refused: str = ""

    def owner(self, path: str) -> str | None:
        """Return the project that a file or a folder is read in, None where it is in none."""
        return next((folder for folder in (path, *above(path)) if folder in self.folders), None)


def rootdirs(top: Path, files: Sequence[str]) -> Rootdirs:
    """Return the projects of the checkout ``top`` (a real path), whose Python files are ``files``."""
    own = set(own_folders(top, files))
    if files and has_own(top):
        own.add("")
    loose = [path for path in files if _is_tests(path) and own.isdisjoint(above(path))]
    homes = _homes(top, loose)
    outermost = {home for home in homes if homes.isdisjoint(above(home))}
    refused = refusal(top, "") if "" in outermost else ""
    return Rootdirs(frozenset(own | (outermost - {""} if refused else outermost)), refused)


def refusal(top: Path, folder: str) -> str:
    """Return why ``folder`` ("a/b/") of the checkout ``top`` is no project of its own, "" where it is one."""
    here = top / folder
    if has_own(here):
        return ""
    try:
        owner = project_above(here, find_setup(here, [here]))
    except (ConfigError, UsageError) as error:
        return str(error).replace(f"{top}{os.sep}", "")
    if owner is None:
        return ""
    shown = owner.relative_to(top).as_posix() if owner.is_relative_to(top) else str(owner)
    return f"belongs to the project of {shown}"


def _homes(top: Path, tests: Iterable[str]) -> set[str]:
    """Return the folders that pytest, without options, takes as the rootdirs of ``tests``."""
    stops: dict[str, bool] = {"": True}

    def stop(folder: str) -> bool:
        if folder not in stops:
            there = any(os.path.isfile(top / folder / name) for name in _PROJECT_FILES)  # noqa: PTH113 - never raises
            stops[folder] = there and not refusal(top, folder)
        return stops[folder]

    return {next(folder for folder in above(path) if stop(folder)) for path in tests}


def _is_tests(path: str) -> bool:
    return is_test(path) or path.rpartition("/")[2] == "conftest.py"

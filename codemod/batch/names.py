"""What projects are called: by their checkout's name and their folder, never by where the checkout lies."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    # The top of a checkout, and a folder in it ("a/b", "" is the top).
    Place = tuple[Path, str]


def project_names(places: Collection[Place]) -> dict[Place, str]:
    """Return the name of each project, each once; where two would be equal, their checkouts' parents come first.

    A checkout's name begins no project of another one either, so that a name says in which checkout it is.
    """
    tops = {top for top, _ in places}
    depth = dict.fromkeys(tops, 1)
    wanted = {*places, *((top, "") for top in tops)}
    while True:
        users: dict[str, set[Path]] = {}
        for place in wanted:
            users.setdefault(_name(place, depth[place[0]]), set()).add(place[0])
        equal = {top for several in users.values() if len(several) > 1 for top in several}
        longer = {top for top in equal if depth[top] < len(_parts(top))}
        if not longer:
            return {place: _name(place, depth[place[0]]) for place in places}
        for top in longer:
            depth[top] += 1


def checkout_name(project: str, folder: str) -> str:
    """Return the name of the checkout of the project called ``project``, which is in its ``folder``."""
    return project.removesuffix(f"/{folder}") if folder else project


def path_from_top(folder: str, path: str) -> str:
    """Return ``path``, which is seen from a project's ``folder``, as seen from the top of its checkout."""
    return posixpath.normpath(posixpath.join(folder, path))


def _name(place: Place, depth: int) -> str:
    top, folder = place
    name = "/".join(_parts(top)[-depth:]) or "root"
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return f"{shown}/{folder}" if folder else shown


def _parts(top: Path) -> tuple[str, ...]:
    return top.parts[1:]

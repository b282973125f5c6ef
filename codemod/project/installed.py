"""Which pytest plugins an environment has, read from its files: nothing of it is imported or run.

What is read may be hostile: links are not followed, sizes are bounded, broken metadata is passed over with a note.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from codemod.errors import FileError, UsageError
from codemod.source.text import read_bytes

_MAX_ENTRY_POINTS = 100_000
_MAX_FILES = 2_000
_GROUP = "pytest11"
_DIST = re.compile(r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-(?P<version>[^-]+)\.dist-info")
_ENTRY = re.compile(r"\s*[^=\s][^=]*=\s*(?P<module>[A-Za-z_][\w.]*)\s*(?::|\[|#|$)")


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A distribution with a ``pytest11`` entry point: its modules' dotted names, and its Python files by path."""

    distribution: str
    version: str
    modules: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Installed:
    """The plugins of one environment; paths are relative to ``root``, its folder of packages."""

    root: Path
    plugins: tuple[InstalledPlugin, ...] = ()
    notes: tuple[str, ...] = ()


def read(place: Path) -> Installed:
    """Return the pytest plugins installed in the environment ``place``, a folder or its interpreter.

    Raise UsageError where there is no folder of packages. Only what lies in that folder counts: ``.pth`` files are not
    executed, so packages installed as links to a checkout are not seen.
    """
    root = _packages(place)
    plugins, notes = [], []
    for name in sorted(_names(root)):
        matched = _DIST.fullmatch(name)
        if matched is None:
            continue
        try:
            modules = _entry_points(root, name)
            if modules:
                files = tuple(sorted({path for module in modules for path in _files(root, module)}))
                plugins.append(InstalledPlugin(canonicalize_name(matched["name"]), matched["version"], modules, files))
        except FileError as error:
            notes.append(f"--python: {error.path} was passed over: {error.reason}")
    return Installed(root, tuple(plugins), tuple(notes))


def _packages(place: Path) -> Path:
    """Return the site-packages folder of an environment given as a folder or as its interpreter (perhaps a link)."""
    if not place.exists():
        raise UsageError(f"--python {place}: no such file or folder")
    # The interpreter of a virtual environment is a link to another's: its packages lie beside the link.
    homes = [place] if place.is_dir() else [place.parent.parent, place.parent]
    for home in homes:
        for folder in (*sorted(home.glob("lib/python3.*/site-packages")), home / "Lib" / "site-packages", home):
            if folder.is_dir() and (folder.name == "site-packages" or any(folder.glob("*.dist-info"))):
                return folder.resolve()
    raise UsageError(f"--python {place}: no site-packages folder belongs to it")


def _names(root: Path) -> list[str]:
    with os.scandir(root) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


def _entry_points(root: Path, folder: str) -> tuple[str, ...]:
    """Return the modules of the ``pytest11`` group; raise FileError for a file that is no such list."""
    path = f"{folder}/entry_points.txt"
    if not os.path.lexists(root / path):
        return ()
    data = read_bytes(root, path)
    if len(data) > _MAX_ENTRY_POINTS:
        raise FileError(path, f"more than {_MAX_ENTRY_POINTS} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(path, "not UTF-8") from error
    found, group = [], ""
    for line in text.splitlines():
        if line.strip().startswith("["):
            group = line.strip().strip("[]").strip()
        elif group == _GROUP and (matched := _ENTRY.match(line)):
            found.append(matched["module"].strip("."))
    return tuple(dict.fromkeys(found))


def _files(root: Path, module: str) -> list[str]:
    """Return the Python files of the top-level package ``module`` is in, or the one file it is."""
    top = module.partition(".")[0]
    if (root / f"{top}.py").is_file():
        return [f"{top}.py"]
    found: list[str] = []
    if (root / top).is_symlink():
        return found
    for folder, folders, names in os.walk(root / top, followlinks=False):
        folders[:] = sorted(name for name in folders if name.isidentifier())
        inside = Path(folder).relative_to(root).as_posix()
        found += [f"{inside}/{name}" for name in sorted(names) if name.endswith(".py")]
        if len(found) > _MAX_FILES:
            raise FileError(f"{top}/", f"more than {_MAX_FILES} files")
    return found

"""The pytest sections that are not read, beside the one that is and above it, and why not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.errors import ConfigError
from codemod.project.pytest_files import NAMES, NEWEST, SECTIONS, file_names, is_file, load, misplaced
from codemod.project.pytest_tables import Section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from codemod.project.pytest_tables import PytestVersion

_FIRST_TOML = (9, 0)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A section of ``path`` that pytest does not read, and why.

    ``since`` is the first pytest that reads it as things are; None where every version passes it over.
    """

    path: Path
    section: Section
    reason: str
    since: PytestVersion | None = None

    @property
    def title(self) -> str:
        """Return the section as it is written in the file, ``[tool.pytest]``."""
        return bracketed(self.section)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What pytest reads: ``home`` is the folder of the file, ``explicit`` says that ``-c`` named it."""

    home: Path
    inifile: Path | None
    section: Section
    explicit: bool
    version: PytestVersion

    @property
    def name(self) -> str:
        """Return the file as seen from its folder."""
        return os.path.relpath(self.inifile, self.home) if self.inifile else ""


def passed_over(chosen: Chosen) -> Iterator[PassedOver]:
    """Yield the sections with options that lie in the folder of the chosen file, and above it up to the repository.

    A file that cannot be read is left out: where it matters, pytest has refused it before.
    """
    for name in NAMES:
        path = chosen.home / name
        if path == chosen.inifile:
            yield from _same_file(chosen, path)
        elif is_file(path):
            yield from _beside(chosen, path)
    if chosen.inifile is None:
        return
    says = f"-c {chosen.name} is read instead" if chosen.explicit else f"{chosen.name} is nearer"
    for base in _above(chosen.home):
        found = ((base / name, _load(base / name, chosen.version)) for name in file_names(chosen.version))
        # Of one folder only the file that pytest would take there.
        yield from [PassedOver(path, section, says) for path, section in found if section is not None][:1]


def bracketed(section: Section) -> str:
    """Return the path of a section as its header says it, ``[tool.pytest]``."""
    return f"[{'.'.join(section.path)}]"


def _same_file(chosen: Chosen, path: Path) -> Iterator[PassedOver]:
    if (beside := chosen.section.shadowed) is not None:
        yield PassedOver(path, beside, f"{bracketed(chosen.section)} of the same file is read")
    elif (later := _load(path, NEWEST)) is not None and later.values and later.path != chosen.section.path:
        yield PassedOver(path, later, _too_old(later), _FIRST_TOML)
    elif (wrong := _misplaced(path)) is not None:
        yield _wrong_place(path, wrong, chosen.section)


def _beside(chosen: Chosen, path: Path) -> Iterator[PassedOver]:
    looked_for = path.name in file_names(chosen.version)
    section = _load(path, chosen.version) if looked_for else None
    if section is not None and section.values:
        yield PassedOver(path, section, _instead(chosen))
        return
    later = _load(path, NEWEST)
    if later is not None and later.values:
        if chosen.inifile is not None and _loses(chosen, chosen.inifile, path):
            yield PassedOver(path, later, _instead(chosen))
        else:
            yield PassedOver(path, later, _too_old(later, "" if looked_for else path.name), _FIRST_TOML)
    elif (wrong := _misplaced(path)) is not None:
        yield _wrong_place(path, wrong, _load(path, NEWEST))


def _loses(chosen: Chosen, inifile: Path, path: Path) -> bool:
    """Tell whether the chosen file comes before ``path`` in every version that reads both."""
    if chosen.explicit:
        return True
    # A pyproject.toml without a table for pytest is taken last of all.
    counts = _load(inifile, chosen.version) is not None
    order = list(NAMES)
    return counts and order.index(inifile.name) < order.index(path.name)


def _instead(chosen: Chosen) -> str:
    return f"-c {chosen.name} is read instead" if chosen.explicit else f"{chosen.name} comes first"


def _too_old(section: Section, name: str = "") -> str:
    return f"pytest reads {name or bracketed(section)} from 9.0 on"


def _wrong_place(path: Path, wrong: Section, right: Section | None) -> PassedOver:
    own = SECTIONS[path.suffix] if path.name in ("pyproject.toml", "setup.cfg") else ("pytest",)
    where = right if right is not None and right.path else Section(own)
    return PassedOver(path, wrong, f"pytest reads {bracketed(where)} of {path.name}")


def _above(home: Path) -> list[Path]:
    """Return the folders above ``home`` up to the one with ``.git``, none where there is no repository."""
    folders = [home, *home.parents]
    top = next((index for index, folder in enumerate(folders) if os.path.lexists(folder / ".git")), 0)
    return folders[1 : top + 1]


def _leads_away(path: Path) -> bool:
    """Tell whether a file is a link to another folder: what is there belongs to somebody else."""
    return path.is_symlink() and path.resolve().parent != path.parent.resolve()


def _load(path: Path, version: PytestVersion) -> Section | None:
    try:
        return load(path, version) if is_file(path) and not _leads_away(path) else None
    except ConfigError:
        return None


def _misplaced(path: Path) -> Section | None:
    try:
        found = misplaced(path) if not _leads_away(path) else None
    except ConfigError:
        return None
    return found if found is not None and found.values else None

"""Which configuration pytest uses for a folder, and what it says — found as pytest does, without running anything.

A re-statement of ``_pytest.config.findpaths`` and of the parts of ``Config`` around it, for pytest 7.0 to 9.2. What
differs between versions, from the sources and from runs of 7.4, 8.4, 9.0, 9.1 and 9.2:

- 7.2  ``.pytest.ini`` is looked for;
- 8.1  a pyproject.toml without a pytest table becomes the inifile where nothing else is found;
- 9.0  ``pytest.toml`` and ``.pytest.toml``; native ``[tool.pytest]``; an empty ``.pytest.ini`` counts; the files after
  the chosen one are read as well, so that a broken one among them is an error;
- 9.1  ``-o`` inside the file's own ``addopts`` counts (``-c`` and ``--rootdir`` there never do);
- 9.2  options of pytest.toml outside its table are an error; a TOML file given with ``-c`` may use ``[pytest]``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import ConfigError
from codemod.project.pytest_args import PytestArgs, applies_filters, loads_asyncio, parse_args
from codemod.project.pytest_files import NEWEST, SECTIONS, file_names, is_file, load, read_text
from codemod.project.pytest_options import COMMAND_LINE, Sources, Unread, Written, evaluate
from codemod.project.pytest_passed import Chosen, PassedOver, passed_over
from codemod.project.pytest_tables import INI_OPTIONS, PytestVersion, Section
from codemod.project.warning_filters import FilterEntry, entry_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemod.model import OptionValue


@dataclass(frozen=True, slots=True)
class Setup:
    """What pytest's ``determine_setup`` finds: absolute rootdir and inifile, and the section in it."""

    rootdir: Path
    inifile: Path | None
    section: Section


@dataclass(frozen=True, slots=True)
class PytestConfig:
    """The effective configuration of one folder.

    ``section`` is where an option of ``inifile`` belongs (for ``SetOption``), empty without an inifile. Every
    name of ``OPTION_KINDS`` and ``confcutdir`` is in ``options``; a value of None means that nothing sets it and
    pytest itself has no default for it. List options are in ``lists`` too. ``keys`` are all keys of the section,
    ``lines`` where they stand, ``asyncio_loaded`` is False after ``-p no:asyncio``, ``notes`` are for people.
    ``filters`` are the warning filters in the order in which they are applied, ``filters_apply`` is False after
    ``-p no:warnings``. ``shadowed`` is a table of the same file that pytest 8 passes over and pytest 9 refuses beside
    ``section``. ``passed_over`` are all sections for pytest that are not read, ``addopts`` the arguments read from
    addopts, and ``addopts_origin`` says where those stand. ``written_addopts`` is that option as it stands in the file,
    None where it is not there or not from there.
    """

    rootdir: Path
    inifile: Path | None
    section: tuple[str, ...]
    options: Mapping[str, OptionValue]
    lists: Mapping[str, tuple[str, ...]]
    confcutdir: Path
    asyncio_loaded: bool = True
    keys: tuple[str, ...] = ()
    lines: Mapping[str, int | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    filters: tuple[FilterEntry, ...] = ()
    filters_apply: bool = True
    shadowed: Section | None = None
    pytest_version: PytestVersion = NEWEST
    passed_over: tuple[PassedOver, ...] = ()
    addopts: PytestArgs = field(default_factory=PytestArgs)
    addopts_origin: str = ""
    written_addopts: object = None


def resolve(
    folder: Path, pytest_version: PytestVersion = NEWEST, args: Sequence[str] = (), origin: str = COMMAND_LINE
) -> PytestConfig:
    """Return what ``pytest *args <folder>`` would use when started in ``folder``.

    ``args`` are options as on the command line or in PYTEST_ADDOPTS; ``origin`` is where they are from. Raise
    ConfigError where pytest would refuse to start, naming the file and, where known, the line; only of two pytest
    tables in one file the older is read on.
    """
    here = _absolute(Path.cwd(), str(folder))
    line = parse_args(args)
    setup = _find_setup(here, [here], line.inifile, line.rootdir, pytest_version)
    unread = _unread(here, setup, explicit=line.inifile is not None, version=pytest_version)
    dead = tuple(Unread(_written(here, each.path, each.section), each.reason) for each in unread)
    file = _written(here, setup.inifile, setup.section) if setup.inifile else {}
    found = evaluate(Sources(file, line, pytest_version >= (9, 1), origin, dead))
    cut = found.options["confcutdir"].value
    inner = found.addopts
    plugins = (*inner.plugins, *line.plugins)
    return PytestConfig(
        rootdir=setup.rootdir,
        inifile=setup.inifile,
        section=setup.section.path,
        options=found.options,
        lists=found.lists,
        confcutdir=_absolute(here, cut) if cut else (setup.inifile.parent if setup.inifile else setup.rootdir),
        asyncio_loaded=loads_asyncio(plugins, inner.autoload and line.autoload),
        keys=tuple(setup.section.values),
        lines=setup.section.lines,
        notes=found.notes,
        filters=_placed(found.filters, setup),
        filters_apply=applies_filters(plugins),
        shadowed=setup.section.shadowed,
        pytest_version=pytest_version,
        passed_over=unread,
        addopts=inner,
        addopts_origin=found.addopts_origin,
        written_addopts=None if "addopts" in dict(line.overrides) else setup.section.values.get("addopts"),
    )


def has_own(folder: Path, pytest_version: PytestVersion = NEWEST) -> bool:
    """Tell whether ``folder`` itself holds a file pytest takes its configuration from; a broken one counts."""
    names = file_names(pytest_version)
    try:
        return any(is_file(folder / name) and load(folder / name, pytest_version) is not None for name in names)
    except ConfigError:
        return True


def find_setup(
    invocation: Path,
    paths: Sequence[Path],
    inifile: str | None = None,
    rootdir: str | None = None,
    pytest_version: PytestVersion = NEWEST,
) -> Setup:
    """Do what pytest's ``determine_setup`` does when started in ``invocation`` with absolute ``paths`` as arguments.

    ``inifile`` and ``rootdir`` are the values of ``-c`` and ``--rootdir``. Raise ConfigError where pytest refuses.
    """
    found = _find_setup(invocation, paths, inifile, rootdir, pytest_version)
    if found.inifile is not None:
        _check_tables(found.inifile, found.section, pytest_version)
    return found


def _find_setup(
    invocation: Path, paths: Sequence[Path], inifile: str | None, rootdir: str | None, pytest_version: PytestVersion
) -> Setup:
    """Do the same, except that two pytest tables in the chosen file are let through."""
    folders = [path if path.is_dir() else path.parent for path in paths if _exists(path)]
    if inifile:
        found = _explicit(_absolute(invocation, inifile), invocation, folders, pytest_version)
    else:
        found = _search(invocation, folders, rootdir is not None, pytest_version)
    if rootdir:
        given = _absolute(invocation, os.path.expandvars(rootdir))
        if not given.is_dir():
            raise ConfigError(f"--rootdir: {given} is no folder")
        return Setup(given, found.inifile, found.section)
    return found


def _explicit(path: Path, invocation: Path, folders: Sequence[Path], version: PytestVersion) -> Setup:
    """Take the file of ``-c``; up to pytest 9.1 any name without a known suffix is taken unread, even a missing one."""
    if version >= (9, 2):
        if path.is_dir() or not _exists(path):
            raise ConfigError(f"{path}: no such configuration file (-c/--config-file)")
        if not path.is_file():
            ancestor = _common_ancestor(invocation, folders)
            return Setup(invocation if _is_fs_root(ancestor) else ancestor, path, Section())
        if path.suffix not in SECTIONS:
            raise ConfigError(f"{path}: unsupported format; pytest reads {', '.join(SECTIONS)}")
    return Setup(path.parent, path, load(path, version) or Section(SECTIONS.get(path.suffix, ())))


def _search(invocation: Path, folders: list[Path], rootdir_given: bool, version: PytestVersion) -> Setup:
    ancestor = _common_ancestor(invocation, folders)
    found = _locate([ancestor], version)
    if found or rootdir_given:
        return found or Setup(ancestor, None, Section())
    for folder in (ancestor, *ancestor.parents):
        if is_file(folder / "setup.py"):
            return Setup(folder, None, Section())
    if folders != [ancestor] and (found := _locate(folders or [invocation], version)):
        return found
    rootdir = _common_ancestor(invocation, [invocation, ancestor])
    return Setup(ancestor if _is_fs_root(rootdir) else rootdir, None, Section())


def _locate(folders: Sequence[Path], version: PytestVersion) -> Setup | None:
    """Search each folder and its ancestors; return None where no file counts."""
    names = file_names(version)
    fallback: Path | None = None
    for base in (base for start in folders for base in (start, *start.parents)):
        for index, name in enumerate(names):
            path = base / name
            if not is_file(path):
                continue
            if name == "pyproject.toml" and fallback is None:
                fallback = path
            if (section := load(path, version)) is not None:
                if version >= (9, 0):
                    _check_rest(base, names[index + 1 :], version)
                return Setup(base, path, section)
    if fallback is not None and version >= (8, 1):
        return Setup(fallback.parent, fallback, Section(INI_OPTIONS))
    return None


def _check_rest(base: Path, names: Iterable[str], version: PytestVersion) -> None:
    """Read the files that lost, as pytest >= 9 does to warn about them; a broken one stops pytest."""
    for name in names:
        if is_file(base / name) and (section := load(base / name, version)) is not None:
            _check_tables(base / name, section, version)


def _check_tables(path: Path, section: Section, version: PytestVersion) -> None:
    """Raise ConfigError for a native table beside [tool.pytest.ini_options], which pytest >= 9 refuses."""
    if section.shadowed is not None and version >= (9, 0):
        line = next(iter(section.shadowed.lines.values()))
        raise ConfigError(f"{path}:{line}: pytest refuses [tool.pytest] beside [tool.pytest.ini_options]")


def _unread(here: Path, setup: Setup, *, explicit: bool, version: PytestVersion) -> tuple[PassedOver, ...]:
    home = here if explicit or setup.inifile is None else setup.inifile.parent
    return tuple(passed_over(Chosen(home, setup.inifile, setup.section, explicit, version)))


def _written(here: Path, path: Path, section: Section) -> dict[str, Written]:
    shown = Path(os.path.relpath(path, here)).as_posix()
    return {
        name: Written(value, f"{shown}:{line}" if (line := section.lines.get(name)) else shown, section.native)
        for name, value in section.values.items()
    }


def _placed(filters: tuple[FilterEntry, ...], setup: Setup) -> tuple[FilterEntry, ...]:
    """Return ``filters`` with the line of each entry that stands in the file."""
    first = setup.section.lines.get("filterwarnings")
    own = [entry for entry in filters if entry.editable]
    if not own or first is None or setup.inifile is None:
        return filters
    lines = entry_lines(read_text(setup.inifile).split("\n"), first, (entry.text for entry in own))
    path = own[0].origin.rpartition(":")[0]
    placed = (replace(entry, origin=f"{path}:{line}", line=line) for entry, line in zip(own, lines, strict=True))
    return (*placed, *filters[len(own) :])


def _common_ancestor(invocation: Path, paths: Sequence[Path]) -> Path:
    if not paths:
        return invocation
    return Path(os.path.commonpath(paths))


def _absolute(base: Path, text: str) -> Path:
    return Path(os.path.abspath(base / text))  # noqa: PTH100 - as pytest: normalised, links kept


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - as pytest's safe_exists: no error for a name the system refuses


def _is_fs_root(path: Path) -> bool:
    return path == path.parent

"""How the repository itself runs pytest: each command that does, what it sets of the loops, and whom it concerns.

A command counts for a project when it runs the project's tests under the project's configuration, as far as can be
seen without running anything. What cannot be seen is listed and does not count.
"""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import ConfigError
from codemod.project.commands import ADDOPTS, Command, Place
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.project.programs import in_container, pytest_words
from codemod.project.pytest_args import PytestArgs, split_args
from codemod.project.shell_words import UNKNOWN, Word, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemod.project.command_files import CommandFiles

MODE = "asyncio_mode"
LOOP_OPTIONS = (MODE, FIXTURE_OPTION, TEST_OPTION)
_MENTIONS = ("pytest", "py.test", ADDOPTS)
_PLUGINS = ("asyncio", "no:asyncio", "pytest_asyncio.plugin")
_OVERRIDES = (*LOOP_OPTIONS, "addopts")
# Nothing of this in a file: no command there decides about loops.
_DECIDING = re.compile(
    r"--asyncio-mode|-o[\s\"',=]*(?:asyncio|addopts)|--override-ini|no:asyncio|-p[\s\"',=]*(?:pytest_)?asyncio"
    r"|--rootdir|--config-file|PYTEST_ADDOPTS|py\.?test\b[\s\S]{0,1000}?[\s\"',]-c(?=[\s\"',=])"
)


class Standing(StrEnum):
    """What a command has to do with a project."""

    COUNTS = "counts"
    DOUBTFUL = "doubtful"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that a command gives one of LOOP_OPTIONS; ``written`` are the words that do, joined by single spaces.

    ``place`` is where they stand if that is a value that can be edited. ``value`` is None where only a run could tell.
    """

    option: str
    value: str | None
    written: str
    path: str
    line: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command that runs pytest; ``overrides`` are the arguments that win over the configuration, for people to read.

    ``path`` is seen from the project's folder. ``standing`` is what it has to do with the project and ``reason`` why
    that is not more; ``args`` are the options that decide about loops as ``pytest_config.resolve`` takes them, and
    ``unknown`` names one of them whose value only a run could tell. ``words`` are all arguments of pytest as written,
    and ``folder``, root-relative, is where a command that counts starts.
    """

    path: str
    line: int
    overrides: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    standing: Standing = Standing.DOUBTFUL
    reason: str = ""
    args: tuple[str, ...] = ()
    unknown: str = ""
    words: tuple[str, ...] = field(default=(), compare=False)
    folder: str = field(default="", compare=False)

    @property
    def origin(self) -> str:
        """Return ``path:line``."""
        return f"{self.path}:{self.line}"

    @property
    def counts(self) -> bool:
        """Tell whether the command runs the project's tests."""
        return self.standing is Standing.COUNTS


@dataclass(frozen=True, slots=True)
class Ground:
    """The project that commands are held against.

    ``root`` is the folder that paths of commands are relative to, ``folder`` the project, ``inifile`` its configuration
    as found without any command. ``files`` are its Python files, ``nested`` the folders of other projects below it.
    """

    root: Path
    folder: Path
    inifile: Path | None
    version: tuple[int, int]
    files: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()


def invocations(found: CommandFiles, ground: Ground, everything: bool = False) -> tuple[Invocation, ...]:
    """Return the commands that run pytest in path order; none where none of them could decide about loops.

    ``everything`` asks for them also where they decide nothing.
    """
    if not everything and not any(_DECIDING.search(text) for _, text in found.mention(*_MENTIONS)):
        return ()
    return tuple(each for command in found.commands(*_MENTIONS) if (each := _invocation(command, ground)) is not None)


def settings_of(words: Sequence[Word], path: str, place: Place | None) -> Iterator[Setting]:
    """Yield what ``words``, arguments of pytest, say of LOOP_OPTIONS, in order."""
    texts = [word.text for word in words]
    for index, text in enumerate(texts):
        follows = texts[index + 1] if index + 1 < len(texts) else ""
        flag, equals, value = text.partition("=")
        if flag == "--asyncio-mode":
            written = text if equals else f"{text} {follows}"
            found: tuple[str, str, str] | None = (MODE, value if equals else follows, written)
        elif text in ("-o", "--override-ini"):
            found = _override(follows, follows)
        elif flag == "--override-ini":
            found = _override(value, text)
        else:
            found = _override(text[2:], text) if text.startswith("-o") else None
        if found is not None and found[0] in LOOP_OPTIONS:
            option, value, written = found
            known = None if UNKNOWN in value else value
            yield Setting(option, known, written, path, words[index].line, place)


def _override(text: str, written: str) -> tuple[str, str, str] | None:
    name, equals, value = text.partition("=")
    return (name, value, written) if equals else None


def _invocation(command: Command, ground: Ground) -> Invocation | None:
    own = pytest_words(command.words)
    if own is None:
        return None
    variable = command.addopts
    around = _variable_words(variable.text, variable.line) if variable else ()
    path = _seen_from(ground, command.path)
    settings = (
        *(settings_of(around, path, variable.place) if variable else ()),
        *settings_of(own, path, command.place),
    )
    words = tuple(word.text for word in (*around, *own))
    plain = Invocation(path, command.line, (), settings, words=words)
    try:
        args, rest = split_args(words)
    except ConfigError as error:
        return _judged(plain, Standing.DOUBTFUL, str(error).replace(UNKNOWN, "…"))
    plain = replace(plain, overrides=tuple(_overrides(args)))
    if in_container(command.words) or not command.folders:
        return _judged(plain, Standing.DOUBTFUL, "the folder it runs in is not known")
    found = [_stand(plain, ground, folder, args, rest) for folder in command.folders]
    order = (Standing.COUNTS, Standing.DOUBTFUL, Standing.ELSEWHERE)
    return min(found, key=lambda each: order.index(each.standing))


def _seen_from(ground: Ground, path: str) -> str:
    """Return a root-relative path as seen from the project's folder, with ``../`` for what is above it."""
    within = os.path.relpath(ground.root.resolve() / path, ground.folder.resolve())
    return within.replace(os.sep, "/")


def _variable_words(text: str, line: int) -> tuple[Word, ...]:
    return tuple(word for simple in split(text, line, shell=False) for word in simple.words)


def _judged(found: Invocation, standing: Standing, reason: str) -> Invocation:
    return replace(found, standing=standing, reason=reason)


def _overrides(args: PytestArgs) -> Iterator[str]:
    """Yield what wins over the configuration, spelt alike however the command spells it."""
    flags = {"-c": args.inifile, "--rootdir": args.rootdir, "--confcutdir": args.confcutdir}
    flags |= {"--asyncio-mode": args.asyncio_mode}
    found = [f"{flag} {value}" for flag, value in flags.items() if value is not None]
    found += [f"-o {name}={value}" for name, value in args.overrides]
    found += [f"-p {plugin}" for plugin in args.plugins]
    found += [f"-W {text}" for text in args.warnings]
    found += [] if args.autoload else ["--disable-plugin-autoload"]
    yield from (each.replace(UNKNOWN, "…") for each in found)


# --- whom a command concerns ---------------------------------------------------------------------------------------


def _stand(plain: Invocation, ground: Ground, folder: str, args: PytestArgs, rest: Sequence[str]) -> Invocation:
    """Return the invocation as it stands to the project if it starts in ``folder``."""
    from codemod.project.pytest_config import find_setup

    project = ground.folder.resolve()
    here = Path(os.path.normpath(ground.root.resolve() / folder))
    if not here.is_dir():
        return _judged(plain, Standing.DOUBTFUL, f"there is no folder {folder}")
    paths = _paths(here, rest)
    standing, reason = _concerns(ground, project, here, paths)
    plain = replace(plain, folder=folder)
    if standing is not Standing.COUNTS:
        return _judged(plain, standing, reason)
    if unknown := _unknown(args):
        return replace(plain, standing=standing, unknown=unknown)
    try:
        found = find_setup(here, paths or [here], args.inifile, args.rootdir, ground.version)
    except ConfigError as error:
        return _judged(plain, Standing.DOUBTFUL, str(error))
    outside = found.inifile is not None and not found.inifile.resolve().is_relative_to(project)
    if args.inifile and outside:
        return _judged(plain, Standing.DOUBTFUL, f"its configuration {args.inifile} is not the project's")
    if not args.inifile and not _same(None if outside else found.inifile, ground.inifile):
        return _judged(plain, Standing.ELSEWHERE, f"it is configured by {found.inifile}")
    return replace(plain, standing=standing, args=_normalised(here, args))


def _paths(here: Path, rest: Sequence[str]) -> list[Path]:
    """Return the existing paths among ``rest``, as pytest takes them."""
    found = []
    for word in rest:
        name = word.partition("::")[0]
        if not name or name.startswith("-") or UNKNOWN in name or len(name) > 1000:
            continue
        path = Path(os.path.normpath(here / name))
        if os.path.lexists(path):
            found.append(path)
    return found


def _concerns(ground: Ground, project: Path, here: Path, paths: Sequence[Path]) -> tuple[Standing, str]:
    """Tell whether a command that starts ``here`` and names ``paths`` runs tests of the project."""
    ours = [path for path in paths if path.is_relative_to(project) and not _is_nested(ground, project, path)]
    if paths and not ours:
        return Standing.ELSEWHERE, "it names other folders"
    if paths and len(ours) < len(paths):
        return Standing.DOUBTFUL, "it names other folders too"
    if paths or here == project:
        return Standing.COUNTS, ""
    if not here.is_relative_to(project) or _is_nested(ground, project, here):
        return Standing.ELSEWHERE, "it runs in another folder"
    within = here.relative_to(project).as_posix() + "/"
    if any(path.startswith(within) and is_test(path) for path in ground.files):
        return Standing.COUNTS, ""
    return Standing.DOUBTFUL, f"it runs in {within.rstrip('/')}, where no tests are"


def _is_nested(ground: Ground, project: Path, path: Path) -> bool:
    if not ground.nested or not path.is_relative_to(project):
        return False
    return f"{path.relative_to(project).as_posix()}/".startswith(ground.nested)


def is_test(path: str) -> bool:
    """Tell whether pytest, without options, collects a file of that name."""
    name = posixpath.basename(path)
    return name.startswith("test_") or name.endswith("_test.py")


def _same(found: Path | None, expected: Path | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return os.path.realpath(found) == os.path.realpath(expected)


def _unknown(args: PytestArgs) -> str:
    """Return an option that decides about loops and whose value only a run could tell, "" where there is none."""
    values = {MODE: args.asyncio_mode, "-c": args.inifile, "--rootdir": args.rootdir}
    values |= {name: value for name, value in args.overrides if name in _OVERRIDES}
    return next((name for name, value in values.items() if value is not None and UNKNOWN in value), "")


def _normalised(here: Path, args: PytestArgs) -> tuple[str, ...]:
    """Return the options that decide about loops, with absolute paths."""
    found: list[str] = []
    for flag, name in (("-c", args.inifile), ("--rootdir", args.rootdir)):
        if name is not None:
            found += [flag, os.path.normpath(here / name)]
    for name, value in args.overrides:
        if name in _OVERRIDES:
            found += ["-o", f"{name}={value}"]
    for plugin in args.plugins:
        if plugin in _PLUGINS:
            found += ["-p", plugin]
    if args.asyncio_mode is not None:
        found.append(f"--asyncio-mode={args.asyncio_mode}")
    if not args.autoload:
        found.append("--disable-plugin-autoload")
    return tuple(found)

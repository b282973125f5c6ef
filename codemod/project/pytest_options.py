"""The pytest options we need: their types and defaults, and how a written value becomes an effective one.

Source: ``addini`` calls of pytest 7.4 to 9.2 and of pytest-asyncio 1.5, and ``Config._getini`` of the same.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from codemod.errors import ConfigError
from codemod.model import OptionValue, Overridden
from codemod.project.pytest_args import PytestArgs, parse_args
from codemod.project.warning_filters import FilterEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Kind: TypeAlias = Literal["string", "bool", "args", "linelist"]

OPTION_KINDS: Mapping[str, Kind] = {
    "asyncio_mode": "string",
    "asyncio_debug": "bool",
    "asyncio_default_fixture_loop_scope": "string",
    "asyncio_default_test_loop_scope": "string",
    "addopts": "args",
    "testpaths": "args",
    "python_files": "args",
    "python_classes": "args",
    "python_functions": "args",
    "pythonpath": "args",
    "usefixtures": "args",
    "filterwarnings": "linelist",
    "norecursedirs": "args",
}
LIST_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "python_files": ("test_*.py", "*_test.py"),
    "python_classes": ("Test",),
    "python_functions": ("test",),
    "norecursedirs": ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"),
}

COMMAND_LINE = "command line"
_TOO_EARLY = "-o has no effect in addopts before pytest 9.1"


@dataclass(frozen=True, slots=True)
class Written:
    """A value as it stands in a file or in ``-o``; ``native`` means TOML types (pytest >= 9), else text and lists."""

    value: object
    origin: str
    native: bool = False


def as_list(name: str, written: Written) -> tuple[str, ...]:
    """Return the items of a list option; raise ConfigError, naming the origin, for a value pytest refuses."""
    value = written.value
    if isinstance(value, list):
        if written.native and not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{written.origin}: {name} expects a list of strings, got {value!r}")
        return tuple(str(item) for item in value)
    if written.native:
        raise ConfigError(f"{written.origin}: {name} expects a list, got {value!r}")
    text = str(value)
    if OPTION_KINDS[name] == "linelist":
        return tuple(line.strip() for line in text.split("\n") if line.strip())
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ConfigError(f"{written.origin}: {name}: {error}") from error


def as_text(name: str, written: Written) -> str:
    """Return a scalar option as text; raise ConfigError, naming the origin, for a value pytest refuses.

    Names of modes and scopes are not checked: which are valid depends on the version of pytest-asyncio.
    """
    value = written.value
    if OPTION_KINDS.get(name) == "bool" and written.native:
        if not isinstance(value, bool):
            raise ConfigError(f"{written.origin}: {name} expects true or false, got {value!r}")
        return str(value).lower()
    if not isinstance(value, str):
        raise ConfigError(f"{written.origin}: {name} expects a string, got {value!r}")
    return value


@dataclass(frozen=True, slots=True)
class Unread:
    """A section of a file that pytest does not read: its values, and why not."""

    values: Mapping[str, Written]
    reason: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where options come from: the file, the command line, and whether ``-o`` inside addopts counts (pytest >= 9.1).

    ``origin`` names the command line. ``unread`` are sections that count for nothing; they are told of as what an
    option overrides.
    """

    file: Mapping[str, Written]
    line: PytestArgs
    override_in_addopts: bool
    origin: str = COMMAND_LINE
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Effective:
    """The options after precedence, the arguments that addopts holds, what in them has no effect, and the filters.

    ``addopts_origin`` says where the addopts stand, "" without any.
    """

    options: Mapping[str, OptionValue]
    lists: Mapping[str, tuple[str, ...]]
    addopts: PytestArgs
    addopts_origin: str
    notes: tuple[str, ...]
    filters: tuple[FilterEntry, ...] = ()


def evaluate(sources: Sources) -> Effective:
    """Apply pytest's precedence: a flag of its own, then ``-o``, then the file; the command line before addopts.

    Raise ConfigError, naming the origin, for a value that pytest refuses.
    """
    line, counts = sources.line, sources.override_in_addopts
    given = {name: Written(value, sources.origin) for name, value in line.overrides}
    addopts = given.get("addopts") or sources.file.get("addopts")
    where = f"addopts ({addopts.origin})" if addopts else ""
    inner = _parse_addopts(as_list("addopts", addopts) if addopts else (), where, counts)
    # pytest goes one level deep only: -o addopts=... inside addopts is not read again.
    nested = {name: Written(value, where) for name, value in inner.overrides if name != "addopts"}
    layers = (given, nested, sources.file) if counts else (given, sources.file)
    written = {name: value for layer in reversed(layers) for name, value in layer.items()}
    flags = (_flags(line, sources.origin), _flags(inner, where))
    lists = {name: _items(name, written.get(name)) for name in OPTION_KINDS if _is_list(name)}
    dead = (*sources.unread, *(() if counts or not nested else (Unread(nested, _TOO_EARLY),)))
    options = {name: _effective(name, flags, layers, dead) for name in (*OPTION_KINDS, "confcutdir")}
    notes = tuple(_without_effect(inner, where, counts))
    return Effective(options, lists, inner, where, notes, tuple(_filters(sources, written, lists, inner, where)))


def _effective(
    name: str,
    flags: Sequence[Mapping[str, Written]],
    layers: Sequence[Mapping[str, Written]],
    unread: Sequence[Unread],
) -> OptionValue:
    """Return the value that counts, with the others in the order in which they would."""
    found = [layer[name] for layer in (*flags, *layers) if name in layer]
    winner = _option(name, found[0] if found else None)
    texts = [Overridden(_shown(name, each), each.origin, f"{winner.origin} wins") for each in found[1:]]
    if found and name in LIST_DEFAULTS:
        texts.append(Overridden(_list_text(name, LIST_DEFAULTS[name]), "default", f"{winner.origin} wins"))
    for each in unread:
        if name in each.values:
            texts.append(Overridden(_shown(name, each.values[name]), each.values[name].origin, each.reason))
    return replace(winner, overrides=tuple(texts))


def _filters(
    sources: Sources,
    written: Mapping[str, Written],
    lists: Mapping[str, tuple[str, ...]],
    inner: PytestArgs,
    where: str,
) -> Iterator[FilterEntry]:
    """Yield the warning filters in the order in which pytest applies them."""
    option = written.get("filterwarnings")
    if option is not None:
        editable = option is sources.file.get("filterwarnings")
        yield from (FilterEntry(text, option.origin, editable=editable) for text in lists["filterwarnings"])
    yield from (FilterEntry(text, where, literal=True) for text in inner.warnings)
    yield from (FilterEntry(text, sources.origin, literal=True) for text in sources.line.warnings)


def _parse_addopts(tokens: tuple[str, ...], where: str, overrides_count: bool) -> PytestArgs:
    try:
        return parse_args(tokens, overrides_count=overrides_count)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error


def _is_list(name: str) -> bool:
    return OPTION_KINDS.get(name) in ("args", "linelist")


def _items(name: str, written: Written | None) -> tuple[str, ...]:
    return as_list(name, written) if written else LIST_DEFAULTS.get(name, ())


def _option(name: str, written: Written | None) -> OptionValue:
    if written is None:
        items = LIST_DEFAULTS.get(name)
        return OptionValue(name, _list_text(name, items) if items else None, "default")
    if not _is_list(name):
        return OptionValue(name, as_text(name, written), written.origin)
    return OptionValue(name, _list_text(name, as_list(name, written)), written.origin)


def _shown(name: str, written: Written) -> str:
    """Return a value that does not count as text; pytest does not look at it, so nothing is refused."""
    try:
        return _option(name, written).value or ""
    except ConfigError:
        return str(written.value)


def _flags(args: PytestArgs, where: str) -> dict[str, Written]:
    """Return the options that have a flag of their own, which beats every file and every ``-o``."""
    values = {
        "asyncio_mode": args.asyncio_mode,
        "asyncio_debug": "true" if args.asyncio_debug else None,
        "confcutdir": args.confcutdir,
    }
    return {name: Written(value, where) for name, value in values.items() if value is not None}


def _without_effect(args: PytestArgs, where: str, override_counts: bool) -> Iterator[str]:
    """Say which arguments in addopts pytest reads too late to obey (seen in runs of 7.4 to 9.2)."""
    if args.inifile is not None:
        yield f"{where}: -c {args.inifile} has no effect there"
    if args.rootdir is not None:
        yield f"{where}: --rootdir {args.rootdir} has no effect there"
    if not override_counts:
        for name, value in args.overrides:
            yield f"{where}: -o {name}={value} has no effect there before pytest 9.1"


def _list_text(name: str, items: tuple[str, ...]) -> str:
    return "\n".join(items) if OPTION_KINDS[name] == "linelist" else shlex.join(items)

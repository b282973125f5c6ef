"""The few pytest command-line arguments that matter to us, read from ``addopts`` or from a command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from codemod.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENTRY_POINT = "asyncio"
_MODULE = "pytest_asyncio.plugin"
# Without these the flags of pytest that can be written together with another (-qo x=y) would hide it.
_FLAGS = ("-q", "-v", "-x", "-s", "-l")
_WITH_VALUE = ("-k", "-m", "-r")


@dataclass(frozen=True, slots=True)
class PytestArgs:
    """What a list of pytest arguments says; ``plugins`` keeps the order of ``-p``, ``warnings`` that of ``-W``."""

    inifile: str | None = None
    rootdir: str | None = None
    confcutdir: str | None = None
    overrides: tuple[tuple[str, str], ...] = ()
    plugins: tuple[str, ...] = ()
    asyncio_mode: str | None = None
    asyncio_debug: bool = False
    autoload: bool = True
    warnings: tuple[str, ...] = ()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(message)


def parse_args(tokens: Sequence[str], *, overrides_count: bool = True) -> PytestArgs:
    """Read the known options among ``tokens`` and pass over all others; raise ConfigError where a value is missing.

    The last one of an option wins, as in pytest. Options of other plugins are unknown here, so a value of theirs
    that looks like one of these options would be misread. An ``-o`` that does not count may be malformed.
    """
    return split_args(tokens, overrides_count=overrides_count)[0]


def split_args(tokens: Sequence[str], *, overrides_count: bool = True) -> tuple[PytestArgs, tuple[str, ...]]:
    """Do the same, and return what is left: paths, options that are unknown here, and their values."""
    found, rest = _parser().parse_known_args(list(tokens))
    overrides = found.overrides if overrides_count else [text for text in found.overrides if "=" in text]
    args = PytestArgs(
        inifile=found.inifile,
        rootdir=found.rootdir,
        confcutdir=found.confcutdir,
        overrides=tuple(_override(text) for text in overrides),
        plugins=tuple(_plugins(tokens)),
        asyncio_mode=found.asyncio_mode,
        asyncio_debug=found.asyncio_debug,
        autoload=not found.disable_plugin_autoload,
        warnings=tuple(found.warnings),
    )
    return args, tuple(rest)


def loads_asyncio(plugins: Sequence[str], autoload: bool) -> bool:
    """Tell whether pytest-asyncio, when installed, is loaded; ``plugins`` are the values of ``-p`` in order.

    Blocking unregisters what was loaded under the same name, so the last word about the entry point wins; a plugin
    loaded by its module's name is another name.
    """
    by_name = autoload
    for name in plugins:
        if name in (_ENTRY_POINT, f"no:{_ENTRY_POINT}"):
            by_name = name == _ENTRY_POINT
    return by_name or _MODULE in plugins


def applies_filters(plugins: Sequence[str]) -> bool:
    """Tell whether pytest heeds warning filters: its own plugin for that may be blocked with ``-p no:warnings``."""
    last = [name for name in plugins if name in ("warnings", "no:warnings")]
    return last[-1:] != ["no:warnings"]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="pytest", add_help=False, allow_abbrev=False)
    parser.add_argument("-c", "--config-file", dest="inifile")
    parser.add_argument("--rootdir")
    parser.add_argument("--confcutdir")
    parser.add_argument("-o", "--override-ini", dest="overrides", action="append", default=[])
    parser.add_argument("-p", action="append")
    parser.add_argument("-W", "--pythonwarnings", dest="warnings", action="append", default=[])
    parser.add_argument("--asyncio-mode")
    parser.add_argument("--asyncio-debug", action="store_true")
    parser.add_argument("--disable-plugin-autoload", action="store_true")
    for flag in _FLAGS:
        parser.add_argument(flag, action="count")
    for option in _WITH_VALUE:
        parser.add_argument(option)
    return parser


def _plugins(tokens: Sequence[str]) -> Iterator[str]:
    """Yield the values of ``-p`` as pytest's ``consider_preparse`` finds them; ``-qp name`` has no effect."""
    rest = iter(tokens)
    for token in rest:
        if token.startswith("-p"):
            yield (token[2:] or next(rest, "")).strip()


def _override(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"-o/--override-ini expects option=value (got: {text!r})")
    return name, value

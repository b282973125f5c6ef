"""loopmend's own settings: one frozen value made of defaults, configuration file and command line."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemod.errors import ConfigError
from codemod.model import StrategyName
from codemod.project.toml_text import TomlSyntaxError, key_line, parse, split_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    # Takes a value as read and the settings so far; returns the field's value or raises _WrongError.
    _Check: TypeAlias = Callable[[object, "Settings"], Any]

OWN_FILE = "loopmend.toml"
_PROJECT_FILE = "pyproject.toml"
_PROJECT_TABLE = ("tool", "loopmend")
_BOUND = ("creation", "first-use", "never")
_TARGETS = ("latest", "current")
_CODE = re.compile(r"LM\d{0,3}")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class UserResource:
    """A loop-bound resource a user adds to the knowledge base: the dotted call, when it is bound, how it is closed."""

    call: str
    bound: str
    close: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run can be told. Codes in ``select`` and ``ignore`` are prefixes (``LM2`` means all of 2xx).

    ``target`` is "latest", "current" or a version; ``python`` an interpreter or environment whose plugins are read,
    ``interpreter`` one that only runs the suite: the ``python`` of a configuration file, seen from the file's folder.
    ``keep_compat`` is the oldest pytest-asyncio release the edits must leave working.
    """

    strategy: StrategyName = StrategyName.AUTO
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    unsafe: bool = False
    target: str | None = None
    source: str | None = None
    remedy: str | None = None
    python: str | None = None
    interpreter: str | None = None
    keep_compat: str | None = None
    exclude: tuple[str, ...] = ()
    resources: tuple[UserResource, ...] = ()


def load(folder: Path, overrides: Mapping[str, object], isolated: bool) -> Settings:
    """Return the settings for ``folder``: defaults, then the nearest configuration, then ``overrides``.

    The search goes up from ``folder`` to the file system's root or the first folder with ``.git``; in one folder
    ``loopmend.toml`` wins over ``[tool.loopmend]`` in pyproject.toml. ``isolated`` skips it. Keys of ``overrides`` are
    fields of Settings, or dotted TOML keys as parse_pair returns them; None means "not given". Raise ConfigError,
    naming file and key, for an unknown key or a wrong value.
    """
    settings = Settings()
    if not isolated and (source := _nearest(Path(os.path.abspath(folder)))):  # noqa: PTH100 - links are kept
        settings = _apply(settings, source.table, source.where, {**_FILE_KEYS, **_OWN_KEYS})
        if settings.python is not None:
            # A repository must not say which folders outside it are read: its Python is for running the suite only.
            settings = replace(settings, python=None, interpreter=str(source.path.parent / settings.python))
    given = [(split_key(key), value) for key, value in overrides.items() if value is not None]
    for path, value in given:
        table: Any = value
        for part in reversed(path):
            table = {part: table}
        settings = _apply(settings, table, lambda _: "command line", {**_FILE_KEYS, **_FLAG_KEYS})
    return settings


def parse_pair(text: str) -> tuple[str, object]:
    """Split ``key = value`` into its dotted key and its value, both read as TOML.

    A key within a table keeps its dots: ``resources."a.B".bound="never"`` gives ``resources."a.B".bound``. Raise
    ConfigError for anything but one pair.
    """
    try:
        value: object = parse(text)
    except TomlSyntaxError as error:
        raise ConfigError(
            f"--config {text}: {error}; write key=value with a TOML value, such as {_example(text)}"
        ) from error
    path: list[str] = []
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        path.append(key if _BARE_KEY.fullmatch(key) else f'"{key}"')
    if not path:
        raise ConfigError(f"--config {text}: expects one key=value")
    return ".".join(path), value


def _example(text: str) -> str:
    key, _, value = text.partition("=")
    return f"{key.strip()}='{value.strip()}'" if value.strip() else "strategy='share'"


# --- where ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    text: str
    prefix: tuple[str, ...]
    table: Mapping[str, object]

    def where(self, key: Sequence[str]) -> str:
        """Return ``path:line`` of a key of the table, ``path`` where the line is not found."""
        line = key_line(self.text, (*self.prefix, *key[:-1]), key[-1])
        return f"{self.path}:{line}" if line else str(self.path)


def _nearest(folder: Path) -> _Source | None:
    for place in (folder, *folder.parents):
        for name, prefix in ((OWN_FILE, ()), (_PROJECT_FILE, _PROJECT_TABLE)):
            if source := _source(place / name, prefix):
                return source
        if os.path.lexists(place / ".git"):
            return None
    return None


def _source(path: Path, prefix: tuple[str, ...]) -> _Source | None:
    """Return the configuration in ``path``, None where there is none; a pyproject.toml without our name is not read."""
    if not os.path.isfile(path):  # noqa: PTH113 - no error for a folder we may not search
        return None
    try:
        text = path.read_text(encoding="utf-8")
        if prefix and prefix[-1] not in text:
            return None
        table: Any = parse(text)
    except TomlSyntaxError as error:
        raise ConfigError(f"{path}{f':{error.line}' if error.line else ''}: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    for part in prefix:
        table = table.get(part) if isinstance(table, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {'.'.join(prefix)} is not a table")
    return _Source(path, text, prefix, table)


# --- what ----------------------------------------------------------------------------------------------------------


def _apply(
    settings: Settings, table: Mapping[str, object], where: Callable[[Sequence[str]], str], keys: Mapping[str, _Check]
) -> Settings:
    for key, value in table.items():
        check = keys.get(key)
        if check is None:
            raise ConfigError(f"{where([key])}: unknown key {key!r}{_did_you_mean(key, keys)}")
        try:
            settings = replace(settings, **{key.replace("-", "_"): check(value, settings)})
        except _WrongError as error:
            raise ConfigError(f"{where([key, *error.path])}: {'.'.join([key, *error.path])} {error}") from error
    return settings


class _WrongError(ValueError):
    """A value that a key does not take; ``path`` leads to it from the key."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.path = path


def _did_you_mean(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(sorted(known))}"


def _strategy(value: object, _: Settings) -> StrategyName:
    if value not in list(StrategyName):
        raise _WrongError(f"must be one of {', '.join(StrategyName)}, not {value!r}")
    return StrategyName(str(value))


def _strings(value: object, _: Settings) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _WrongError(f"must be a list of strings, not {value!r}")
    return tuple(value)


def _codes(value: object, settings: Settings) -> tuple[str, ...]:
    for code in (codes := _strings(value, settings)):
        if not _CODE.fullmatch(code):
            raise _WrongError(f"must hold rule codes or their beginnings such as LM201 or LM2, not {code!r}")
    return codes


def _bool(value: object, _: Settings) -> bool:
    if not isinstance(value, bool):
        raise _WrongError(f"must be true or false, not {value!r}")
    return value


def _string(value: object, _: Settings) -> str:
    if not isinstance(value, str):
        raise _WrongError(f"must be a string, not {value!r}")
    return value


def _version(value: object, settings: Settings) -> str:
    from codemod.project.requirements import is_version

    if not is_version(version := _string(value, settings)):
        raise _WrongError(f"must be a version such as '1.5.0', not {value!r}")
    return version


def _target(value: object, settings: Settings) -> str:
    """Return "current", "latest", or the known release a version or series (``1.4``) stands for."""
    from codemod.knowledge import versions
    from codemod.project.requirements import in_series

    text = _string(value, settings)
    if text in _TARGETS:
        return text
    if (known := in_series(text, versions().usable)) is None:
        first, last = versions().usable[0], versions().usable[-1]
        wanted = f"{', '.join(_TARGETS)} or a release from {first} to {last} (a series such as 1.4 will do)"
        raise _WrongError(f"must be {wanted}, not {value!r}")
    return known


def _oldest(value: object, settings: Settings) -> str:
    """Return the first known release of the series a text such as ``0.24`` names."""
    from codemod.knowledge import versions
    from codemod.project.requirements import in_series

    text = _string(value, settings)
    if (known := in_series(text, versions().usable, newest=False)) is None:
        raise _WrongError(f"must be a known release or series of pytest-asyncio such as 0.24, not {value!r}")
    return known


def _resources(value: object, settings: Settings) -> tuple[UserResource, ...]:
    """Add the resources of a table, or of a tuple of UserResource; one for a call that is there replaces it."""
    if isinstance(value, tuple) and all(isinstance(item, UserResource) for item in value):
        added: Iterable[UserResource] = value
    elif isinstance(value, dict):
        known = {resource.call: resource for resource in settings.resources}
        added = [_resource(call, keys, known.get(call)) for call, keys in value.items()]
    else:
        raise _WrongError(f"must be a table, not {value!r}")
    return tuple(({each.call: each for each in settings.resources} | {each.call: each for each in added}).values())


def _resource(call: str, keys: object, known: UserResource | None) -> UserResource:
    if not isinstance(keys, dict):
        raise _WrongError(f"must be a table, not {keys!r}", call)
    if "." not in call or not all(part.isidentifier() for part in call.split(".")):
        raise _WrongError('must be named by a quoted dotted name such as resources."package.Class"', call)
    for key in keys:
        if key not in ("bound", "close"):
            raise _WrongError(f"is unknown{_did_you_mean(key, ('bound', 'close'))}", call, key)
    bound, close = keys.get("bound", known and known.bound), keys.get("close", known.close if known else "")
    if bound not in _BOUND:
        raise _WrongError(f"must be one of {', '.join(_BOUND)}, not {bound!r}", call, "bound")
    if not _is_close(close):
        raise _WrongError(
            f"must be a statement that uses {{value}}, such as 'await {{value}}.close()', not {close!r}", call, "close"
        )
    return UserResource(call, bound, close)


def _is_close(text: object) -> bool:
    if text == "":
        return True
    if not isinstance(text, str) or "{value}" not in text:
        return False
    try:
        return len(ast.parse(text.replace("{value}", "value")).body) == 1
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


_FILE_KEYS: Mapping[str, _Check] = {
    "strategy": _strategy,
    "select": _codes,
    "ignore": _codes,
    "unsafe": _bool,
    "target": _target,
    "source": _version,
    "keep-compat": _oldest,
    "exclude": _strings,
    "resources": _resources,
}
_OWN_KEYS: Mapping[str, _Check] = {"python": _string}
_FLAG_KEYS: Mapping[str, _Check] = {"remedy": _string, "python": _string}

"""The warning filters of a pytest configuration, and what they make of a warning, without importing any class.

Source: ``parse_warning_filter`` and ``apply_warning_filters`` of pytest 9.2, ``warnings.filterwarnings`` of Python. The
filters of the file come first, then those of ``-W``; of those that match a warning the last one wins. In the file the
message is a regular expression matched at the start without regard to case, with ``-W`` it is literal text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemod.project.pytest_config import PytestConfig

_ACTIONS = ("default", "always", "ignore", "module", "once", "error")
_MOST_FIELDS = 5
_MODULE = "pytest_asyncio.plugin"
# What a class is a kind of, and where each can be named; builtins need no module.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "DeprecationWarning": (),
    "RuntimeWarning": (),
    "PytestWarning": ("UserWarning",),
    "PytestCollectionWarning": ("PytestWarning", "UserWarning"),
    "PytestDeprecationWarning": ("PytestWarning", "UserWarning", "DeprecationWarning"),
}
_HOMES = ("builtins", "pytest", "_pytest.warning_types", _MODULE)
_BUILTIN = ("Warning", "UserWarning", "DeprecationWarning", "RuntimeWarning", "ResourceWarning")


@dataclass(frozen=True, slots=True)
class FilterEntry:
    """One warning filter as written. ``origin`` is where, with the line if it is known.

    ``editable`` tells whether it is an entry of ``filterwarnings`` in the file; ``literal`` whether ``-W`` gave it.
    """

    text: str
    origin: str
    line: int | None = None
    editable: bool = False
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Emitted:
    """A warning as it is emitted: its whole text, the bare name of its class, and the module that emits it."""

    text: str
    category: str
    module: str = _MODULE


@dataclass(frozen=True, slots=True)
class WarningFilter:
    """The fields of a filter; ``message`` and ``module`` are regular expressions, ``category`` is as written."""

    action: str
    message: str
    category: str
    module: str
    lineno: str

    def matches(self, warning: Emitted) -> bool:
        """Tell whether the filter decides about ``warning``; one that names a line never does."""
        return (
            self.lineno in ("", "0")
            and _is_kind(warning.category, self.category)
            and re.match(self.message, warning.text, re.IGNORECASE) is not None
            and re.match(self.module, warning.module) is not None
        )


def parse_filter(entry: FilterEntry) -> WarningFilter | None:
    """Return the fields of an entry, None for one that pytest refuses."""
    fields = [field.strip() for field in entry.text.split(":")]
    if len(fields) > _MOST_FIELDS:
        return None
    action, message, category, module, lineno = (*fields, "", "", "", "", "")[:_MOST_FIELDS]
    if action == "all":
        action = "always"
    known = next((each for each in _ACTIONS if each.startswith(action)), None)
    if entry.literal:
        message, module = re.escape(message), re.escape(module) + r"\Z" if module else ""
    try:
        re.compile(message)
        re.compile(module)
    except re.error:
        return None
    return WarningFilter(known, message, category, module, lineno) if known else None


def deciding(entries: Sequence[FilterEntry], warning: Emitted) -> tuple[FilterEntry, WarningFilter] | None:
    """Return the filter that decides about ``warning``, the last that matches, None without one."""
    parsed = ((entry, parse_filter(entry)) for entry in reversed(entries))
    return next(((entry, found) for entry, found in parsed if found is not None and found.matches(warning)), None)


def action_for(entries: Sequence[FilterEntry], warning: Emitted) -> str:
    """Return what the filters do with ``warning``, "default" where none matches."""
    found = deciding(entries, warning)
    return found[1].action if found else "default"


def unset_scope_is_fatal(config: PytestConfig, text: str = "") -> bool:
    """Tell whether pytest-asyncio's warning about the unset fixture loop scope is an error under ``config``.

    ``text`` is the wording, by default the first line, which all versions share. False where the option is set, the
    plugin is not loaded or ``-p no:warnings`` leaves the filters out. Whether pytest lets the error out is a question
    of its version (from 9.2 on it does).
    """
    return fatal_entry(config, text) is not None


def fatal_entry(config: PytestConfig, text: str = "") -> FilterEntry | None:
    """Return the filter that makes the warning about the unset scope an error, None where it is none."""
    option = config.options["asyncio_default_fixture_loop_scope"].value
    if option or not config.asyncio_loaded or not config.filters_apply:
        return None
    found = deciding(config.filters, Emitted(text or UNSET_SCOPE, "PytestDeprecationWarning"))
    return found[0] if found and found[1].action == "error" else None


UNSET_SCOPE = 'The configuration option "asyncio_default_fixture_loop_scope" is unset.\n'


def entry_lines(lines: Sequence[str], first: int, items: Iterable[str]) -> list[int]:
    """Return the line (from 1) on which each entry of a list stands that begins on line ``first``; for people only."""
    number, column, found = first, 0, []
    for item in items:
        spelt = (item, item.replace("\\", "\\\\").replace('"', '\\"'))
        at = next(_occurrences(lines, number, column, spelt), None)
        if at is not None:
            number, column = at
        found.append(number if at is not None else first)
    return found


def _occurrences(lines: Sequence[str], number: int, column: int, spelt: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for index in range(number, len(lines) + 1):
        line = lines[index - 1]
        start = column if index == number else 0
        if not line.lstrip().startswith(("#", ";")):
            yield from ((index, line.index(each, start) + len(each)) for each in spelt if each in line[start:])


def _is_kind(category: str, wanted: str) -> bool:
    """Tell whether the class ``category`` is of the class that a filter names."""
    module, _, name = wanted.rpartition(".")
    if module not in ("", *_HOMES) or (module in ("", "builtins") and name not in ("", *_BUILTIN)):
        return False
    return name in ("", "Warning", category, *_KINDS.get(category, ()))

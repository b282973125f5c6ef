"""Requirements in setup.cfg and tox.ini, as configparser reads them, with the line of each."""

from __future__ import annotations

import configparser
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.project.requirement_lines import Entry, Include, parse_line, spelt_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    Items = Iterator[Entry | Include]
    Lines = list[tuple[int, str]]

SETUP_LISTS = ("install_requires", "tests_require", "setup_requires")
"""The lists of requirements that setuptools takes under the same names in setup.cfg and from setup.py."""

_FACTOR = re.compile(r"^(?P<factor>[\w.,!{}-]+)\s*:\s+")
_TOX_ROOTS = ("{toxinidir}/", "{tox_root}/")
_FILE = re.compile(r"file\s*:\s*(?P<names>.*)", re.DOTALL)
_MARK = "\0"
_NO_DEFAULT = "\0no section"


def read_setup_cfg(text: str) -> Items:
    """Yield the requirements of a setup.cfg and of tox sections in it; raise ValueError."""
    sections = _sections(text)
    options = sections.get("options", {})
    for number, value in options.get("python_requires", ())[:1]:
        yield Entry(number, f"python{value}", value, key=("options", "python_requires"), source=value)
    for name in SETUP_LISTS:
        yield from _setup_list("options", name, options.get(name, []))
    for name, lines in sections.get("options.extras_require", {}).items():
        yield from _setup_list("options.extras_require", name, lines)
    for item in _deps({name: each for name, each in sections.items() if name.startswith("testenv")}):
        yield replace(item, decides=False)


def tox_deps(text: str) -> Items:
    """Yield the ``deps`` of all sections of a tox.ini; raise ValueError."""
    yield from _deps(_sections(text))


def without_tox_root(text: str) -> str:
    """Return ``text`` without tox's names for the folder of its file, from where relative paths count anyway."""
    for root in _TOX_ROOTS:
        text = text.replace(root, "")
    return text


def _deps(sections: dict[str, dict[str, Lines]]) -> Items:
    for section, options in sections.items():
        for option, lines in options.items():
            for number, line in lines if option.lower() == "deps" else ():
                item = _dep(number, line)
                if isinstance(item, Entry):
                    yield replace(spelt_in(line, item), key=(section, option))
                elif item is not None:
                    yield item


def _dep(number: int, line: str) -> Entry | Include | None:
    """Read one line of ``deps``, which may begin with the factors it is for."""
    factor = _FACTOR.match(line)
    written = line[factor.end() :] if factor else line
    item = parse_line(number, written)
    if isinstance(item, Include):
        return replace(item, target=without_tox_root(item.target))
    return replace(item, condition=factor["factor"]) if item and factor else item


def _setup_list(section: str, option: str, lines: Lines) -> Items:
    """Yield a list of setuptools: one requirement per line or, in a single line, between semicolons."""
    files = _FILE.match(", ".join(value for _, value in lines if value))
    if files:
        for name in filter(None, map(str.strip, files["names"].split(","))):
            yield Include(lines[0][0], name, decides=False)
        return
    for number, value in lines:
        for written in value.split(";") if len(lines) == 1 else [value]:
            item = parse_line(number, written)
            if isinstance(item, Entry):
                yield replace(item, key=(section, option))


def _sections(text: str) -> dict[str, dict[str, Lines]]:
    """Return the lines of each option's value, without indentation, with their numbers (from 1; 0 for empty ones).

    configparser keeps no positions, so each line is given its number to carry along.
    """
    config = configparser.ConfigParser(
        interpolation=None, strict=False, allow_no_value=True, default_section=_NO_DEFAULT
    )
    config.optionxform = lambda option: option.partition(_MARK)[0].rstrip()  # type: ignore[method-assign,assignment]
    lines = text.replace(_MARK, " ").split("\n")
    try:
        config.read_string("\n".join(f"{line}{_MARK}{at}" if line.strip() else "" for at, line in enumerate(lines, 1)))
    except configparser.Error as error:
        raise ValueError(str(error).split("\n")[0]) from error
    return {name: {key: _lines(value) for key, value in config[name].items()} for name in config.sections()}


def _lines(value: str | None) -> Lines:
    parts = [line.partition(_MARK) for line in (value or "").split("\n")]
    return [(int(number or 0), part.strip()) for part, _, number in parts]

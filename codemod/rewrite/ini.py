"""Edit INI files as pytest reads them: ConfigUpdater locates the lines, a splice changes them, a re-reading proves it.

pytest reads with iniconfig, whose rules differ from ConfigUpdater's: an indented comment is no value, a bare key and an
indented first key are errors, a header may carry a comment, and every line separator of Unicode ends a line. So
ConfigUpdater gets the file with comments blanked and headers bared, line for line, and what iniconfig would refuse is
refused here. A value is what pytest sees: the stripped lines that are neither blank nor comment.

After every operation both texts are read again: the options must be the old ones with ours changed, and every line
that is not part of our option must still be there, in order.
"""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from codemod.errors import FileError, RewriteError
from codemod.operations import RemoveListItem, RemoveOption, RemoveSection, ReplaceWord, SetOption
from codemod.rewrite.config_text import edited, without_block
from codemod.source.words import are_plain, in_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemod.operations import ConfigOperation

_FAMILY = "asyncio_"
# iniconfig splits with str.splitlines; of its separators only the newline is plain to everybody.
_SEPARATOR = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_REMARK = re.compile(r"(?:^|\s)(?P<remark>[#;].*)")


@dataclass(frozen=True, slots=True)
class _Option:
    """A key with its value as pytest sees it, at ``lines[start:end]``."""

    key: str
    value: str
    start: int
    end: int

    @property
    def items(self) -> list[str]:
        """Return the lines of the value."""
        return self.value.split("\n") if self.value else []


@dataclass(frozen=True, slots=True)
class _Section:
    """A header at ``lines[start]`` and its options in order."""

    start: int
    options: tuple[_Option, ...]

    def find(self, key: str) -> _Option | None:
        """Return the option called ``key``; letter case counts, as it does for pytest."""
        return next((each for each in self.options if each.key == key), None)


@dataclass(frozen=True, slots=True)
class _Head:
    """The first line of an option in its parts: joined they are the line without its trailing white space."""

    key: str
    left: str
    delimiter: str
    right: str
    value: str


def rewrite(path: str, data: bytes | None, operations: Sequence[ConfigOperation]) -> bytes:
    """Return ``data`` with ``operations`` done in order; None stands for a file that does not exist.

    Raises FileError where the file is not UTF-8 or pytest would refuse it, RewriteError where an edit cannot be made
    exactly. A byte order mark is kept: iniconfig drops it since 2.3.1.
    """
    return edited(path, data, operations, _apply)


# --- reading -----------------------------------------------------------------------------------------------------


def _read(path: str, lines: list[str]) -> dict[str, _Section]:
    """Return the sections by name; each of ``lines`` but maybe the last ends in a newline."""
    from configupdater import ConfigUpdater, Option, Section

    _check_separators(path, lines)
    document = ConfigUpdater(allow_no_value=True)
    try:
        document.read_string("".join(f"{_plain(line)}\n" for line in lines))
    except configparser.Error as error:
        raise _unreadable(path, error) from None
    sections: dict[str, _Section] = {}
    number = sum(len(block.lines) for block in document.iter_blocks() if not isinstance(block, Section))
    for section in document.iter_sections():
        start, options = number, []
        _check_header(path, lines[start], section.name, start + 1)
        number += len(section.lines)
        for block in section.iter_blocks():
            if isinstance(block, Option):
                _check_option(path, lines[number], number + 1)
                value = "\n".join(filter(None, map(str.strip, (block.value or "").split("\n"))))
                options.append(_Option(block.raw_key, value, number, number + len(block.lines)))
            number += len(block.lines)
        sections[section.name] = _Section(start, tuple(options))
    return sections


def _lines(text: str) -> list[str]:
    """Split at newlines only, and keep them."""
    return [line for line in re.split("(?<=\n)", text) if line]


def _check_separators(path: str, lines: list[str]) -> None:
    """Raise RewriteError where pytest would split a line that every other reader leaves whole."""
    for number, line in enumerate(lines, start=1):
        if found := _SEPARATOR.search(line):
            raise RewriteError(path, f"line {number}: a line separator ({found.group()!r}) other than LF or CRLF")


def _plain(line: str) -> str:
    """Return a line as iniconfig understands it: a comment is blank, a header has no comment behind it."""
    if _is_comment(line):
        return ""
    return _header(line) or line.rstrip()


def _header(line: str) -> str:
    """Return the section header in a line without the comment behind it, empty where iniconfig sees none."""
    header = re.split("[#;]", line, maxsplit=1)[0].rstrip()
    return header if header.startswith("[") and header.endswith("]") else ""


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(("#", ";"))


def _check_header(path: str, line: str, name: str, number: int) -> None:
    """Raise FileError where ConfigUpdater sees a header and iniconfig the continuation of a value or of nothing."""
    _check_start(path, line, number)
    if _header(line) != f"[{name}]":
        raise FileError(path, f"line {number}: not a section header")


def _check_option(path: str, line: str, number: int) -> None:
    """Raise FileError for the first line of an option that iniconfig does not take as ``key = value``."""
    _check_start(path, line, number)
    if line.startswith("["):
        raise FileError(path, f"line {number}: not a section header")
    if not _split(line).delimiter:
        raise FileError(path, f"line {number}: a key without '=' or ':'")


def _check_start(path: str, line: str, number: int) -> None:
    if line[0].isspace():
        raise FileError(path, f"line {number}: an indented line that continues no value")


def _unreadable(path: str, error: configparser.Error) -> FileError:
    """Return ``error`` in one line with the line number."""
    match error:
        case configparser.DuplicateSectionError():
            return FileError(path, f"line {error.lineno}: duplicate section [{error.section}]")
        case configparser.DuplicateOptionError():
            return FileError(path, f"line {error.lineno}: duplicate option {error.option!r} in [{error.section}]")
        case configparser.MissingSectionHeaderError():
            return FileError(path, f"line {error.lineno}: no section header before this line")
        case configparser.ParsingError():
            return FileError(path, f"line {error.errors[0][0]}: neither a section header nor an option")
    return FileError(path, "not a valid INI file")


# --- editing -----------------------------------------------------------------------------------------------------


def _apply(path: str, text: str, operation: ConfigOperation) -> str:
    """Return ``text`` after one proven operation."""
    if len(operation.section) != 1:
        raise RewriteError(path, f"an INI section has one name, not {len(operation.section)}")
    lines = _lines(text)
    sections = _read(path, lines)
    new = _edit(path, lines, sections, operation)
    if new == lines:
        return text
    _prove(path, (lines, sections), new, operation)
    return "".join(new)


def _edit(path: str, lines: list[str], sections: dict[str, _Section], operation: ConfigOperation) -> list[str]:
    """Return the unproven lines after ``operation``, the same ones where it has nothing to do."""
    name = operation.section[0]
    section = sections.get(name)
    if isinstance(operation, RemoveSection):
        return _without_section(lines, sections, section) if section else lines
    option = section.find(operation.key) if section else None
    match operation:
        case SetOption(value=value):
            same = option is not None and option.value == value
            return lines if same else _with_option(lines, name, section, option, operation)
        case RemoveOption():
            return _without(lines, option) if option else lines
        case RemoveListItem(key=key, item=item):
            if option is None or item not in option.items:
                raise RewriteError(path, f"{key} in [{name}] has no entry {item!r}")
            return _without_item(lines, option, item)
        case ReplaceWord(key=key, old=old):
            if option is None or not in_text(option.value, old, old)[1]:
                raise RewriteError(path, f"{key} in [{name}] has no word {old!r}")
            return _with_words(path, lines, option, operation)


def _with_option(
    lines: list[str], name: str, section: _Section | None, option: _Option | None, operation: SetOption
) -> list[str]:
    """Return ``lines`` with the option replaced, inserted in its section, or in a new section at the end."""
    if option:
        return _with_value(lines, option, operation.value)
    if section:
        return _with_line(lines, section, operation)
    new = [f"[{name}]\n", f"{operation.key} = {operation.value}".rstrip() + "\n"]
    if not lines:
        return new
    blank = [] if not lines[-1].strip() and lines[-1].endswith("\n") else ["\n"]
    return _joined(lines, [*blank, *new], [])


def _with_value(lines: list[str], option: _Option, value: str) -> list[str]:
    """Replace the whole value; what looks like a comment in it stays, as comment lines above the key."""
    old = lines[option.start : option.end]
    head = _split(old[0])
    if value and not head.value and len(option.items) == 1 and not _REMARK.search(option.value):
        at = next(n for n, line in enumerate(old) if line.strip() == option.value)
        line = old[at].replace(option.value, value)
        return [*lines[: option.start + at], line, *lines[option.start + at + 1 :]]
    gap = head.right if head.value else _style(head).partition(head.delimiter)[2]
    parts = [head.value, *(line.strip() for line in old[1:])]
    remarks = [found["remark"].rstrip() + "\n" for part in parts if (found := _REMARK.search(part))]
    line = f"{head.key}{head.left}{head.delimiter}{gap}{value}".rstrip() + "\n"
    return _joined(lines[: option.start], [*remarks, line], lines[option.end :], final=old[-1].endswith("\n"))


def _with_line(lines: list[str], section: _Section, operation: SetOption) -> list[str]:
    """Insert the option behind the last of the ``asyncio_`` family, else behind the last option, else the header."""
    position, style = section.start + 1, " = "
    if section.options:
        family = [each for each in section.options if each.key.startswith(_FAMILY)]
        anchor = (family or section.options)[-1]
        position = anchor.end
        # An indented comment below a value was written for that value.
        while position < len(lines) and _is_comment(lines[position]) and lines[position][0].isspace():
            position += 1
        heads = [_split(lines[each.start]) for each in (anchor, *reversed(section.options))]
        style = _style(next((head for head in heads if head.value), heads[0]))
    line = f"{operation.key}{style}{operation.value}".rstrip() + "\n"
    return _joined(lines[:position], [line], lines[position:])


def _without(lines: list[str], option: _Option) -> list[str]:
    """Cut the option's lines; comment lines between the lines of its value stay."""
    old = lines[option.start : option.end]
    comments = [line for line in old if _is_comment(line)]
    return _joined(lines[: option.start], comments, lines[option.end :], final=old[-1].endswith("\n"))


def _without_item(lines: list[str], option: _Option, item: str) -> list[str]:
    """Cut the lines of the value that say ``item``; the line of the key stays, unless nothing else is left."""
    if set(option.items) == {item}:
        return _without(lines, option)
    old = lines[option.start : option.end]
    head = _split(old[0])
    first = f"{head.key}{head.left}{head.delimiter}\n" if head.value == item else old[0]
    rest = [line for line in old[1:] if line.strip() != item]
    return _joined(lines[: option.start], [first, *rest], lines[option.end :], final=old[-1].endswith("\n"))


def _with_words(path: str, lines: list[str], option: _Option, operation: ReplaceWord) -> list[str]:
    """Replace words in the lines of a value; comment lines between them stay as they are."""
    if not are_plain(operation.old, operation.new):
        raise RewriteError(path, f"{operation.new!r} cannot stand for {operation.old!r}: they are not plain words")
    new: list[str] = []
    for is_comment, group in groupby(lines[option.start : option.end], key=_is_comment):
        text = "".join(group)
        new += _lines(text if is_comment else in_text(text, operation.old, operation.new)[0])
    return [*lines[: option.start], *new, *lines[option.end :]]


def _without_section(lines: list[str], sections: dict[str, _Section], section: _Section) -> list[str]:
    """Cut a section; an indented comment above the next header was written for a value, so it goes too."""
    stop = min((each.start for each in sections.values() if each.start > section.start), default=len(lines))
    return without_block(lines, section.start, stop, ("#", ";"))


def _joined(before: list[str], between: list[str], after: list[str], final: bool | None = None) -> list[str]:
    """Join the parts; the final newline is there if ``final`` says so, by default if ``before`` had it at its end."""
    new = [line if line.endswith("\n") else f"{line}\n" for line in (*before, *between)] + after
    if final is None:
        final = before[-1].endswith("\n")
    if not after and not final:
        while new and new[-1] == "\n":  # a blank line that ended the file would be its final newline
            new.pop()
        new[-1:] = [line.removesuffix("\n") for line in new[-1:]]
    return new


def _split(line: str) -> _Head:
    """Split the first line of an option at its first delimiter; there is always one after ``_check_option``."""
    found = re.search("[=:]", line)
    at = found.start() if found else len(line)
    key, rest = line[:at], line[at + 1 :].rstrip()
    value = rest.lstrip()
    bare = key.rstrip()
    return _Head(bare, key[len(bare) :], line[at : at + 1], rest[: len(rest) - len(value)], value)


def _style(head: _Head) -> str:
    """Return the delimiter with the spaces around it as in ``head``, padding for alignment left out."""
    left = " " if head.left else ""
    spaced = head.right if head.value else left or head.delimiter == ":"
    return f"{left}{head.delimiter}{' ' if spaced else ''}"


# --- proof -------------------------------------------------------------------------------------------------------


def _prove(path: str, old: tuple[list[str], dict[str, _Section]], new: list[str], operation: ConfigOperation) -> None:
    """Raise RewriteError unless ``new`` differs from ``old`` by what the operation names and nothing else."""
    lines, sections = old
    try:
        "".join(new).encode()
        after = _read(path, _lines("".join(new)))
    except (FileError, UnicodeEncodeError):
        after = {}
    proven = {each: _values(section) for each, section in after.items()} == _expected(sections, operation)
    remaining = iter([line.removesuffix("\n") for line in new])
    if not proven or not all(line in remaining for line in _others(lines, sections, operation)):
        name = operation.section[0]
        what = f"[{name}]" if isinstance(operation, RemoveSection) else f"{operation.key} in [{name}]"
        raise RewriteError(path, f"{what} cannot be edited without a change to something else")


def _expected(sections: dict[str, _Section], operation: ConfigOperation) -> dict[str, dict[str, str]]:
    """Return the options that have to be there after ``operation``."""
    expected = {each: _values(section) for each, section in sections.items()}
    name = operation.section[0]
    match operation:
        case SetOption(key=key, value=value):
            expected.setdefault(name, {})[key] = value
        case RemoveOption(key=key):
            del expected[name][key]
        case RemoveSection():
            del expected[name]
        case RemoveListItem(key=key, item=item):
            expected[name][key] = "\n".join(each for each in expected[name][key].split("\n") if each != item)
            if not expected[name][key]:
                del expected[name][key]
        case ReplaceWord(key=key, old=old, new=new):
            expected[name][key] = in_text(expected[name][key], old, new)[0]
    return expected


def _values(section: _Section) -> dict[str, str]:
    return {option.key: option.value for option in section.options}


def _others(lines: list[str], sections: dict[str, _Section], operation: ConfigOperation) -> list[str]:
    """Return the lines, without line ends, that are not part of what ``operation`` names; of a section only others'."""
    section = sections.get(operation.section[0])
    if isinstance(operation, RemoveSection):
        mine = [each for name, each in sections.items() if name != operation.section[0]]
        kept = {n for each in mine for option in each.options for n in range(option.start, option.end)}
        kept |= {each.start for each in mine}
        return [lines[number].removesuffix("\n") for number in sorted(kept)]
    option = section.find(operation.key) if section else None
    own = range(option.start, option.end) if option else range(0)
    return [line.removesuffix("\n") for number, line in enumerate(lines) if number not in own]

"""What a file that holds requirements says, as its own parser reads it: one list of (way, value) for every format.

Two texts say the same where their lists are equal. The string that ``SetRequirement.key`` means has that key as its
way; in files of lines and in Python the way is the line on which the requirement begins. What is no requirement (keys
without a value, code, numbers) is in the list as well, under ways that no operation can mean.
"""

from __future__ import annotations

import ast
import configparser
import io
import re
import tokenize
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from codemod.errors import FileError, RewriteError
from codemod.rewrite.toml_data import parse
from codemod.source.lock_names import is_lock
from codemod.source.pip_text import logical_lines
from codemod.source.yaml_text import scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Way = tuple[str | int, ...]
Data = list[tuple[Way, object]]

_COMMENT = re.compile(r"(?:^|\s)#.*$")
# Where the requirement ends on its line: a comment in an INI value or a string, options too in a file of lines.
_REMARK = re.compile(r"(?:^|\s)#")
_REMARK_OR_OPTION = re.compile(r"(?:^|\s)(?:#|--?[a-z])")
_NUMBER = re.compile(r"[-+]?[\d_]+(?:\.[\d_]*)?")
_STRING_TEMPLATES = tuple(getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name))


def read(path: str, text: str) -> Data:
    """Return what ``text`` says, in order.

    Raise FileError, with the line, where it is broken, RewriteError for a lock file, which only its tool may write.
    """
    return _reader(path)(path, text)


def behind_requirement(path: str) -> re.Pattern[str]:
    """Return what ends a requirement on its line: nothing behind a match is one."""
    return _REMARK_OR_OPTION if _reader(path) is _lines else _REMARK


def _reader(path: str) -> Callable[[str, str], Data]:
    place = PurePosixPath(path)
    if is_lock(path):
        raise RewriteError(path, "a lock file is written by its own tool, never edited")
    if place.name == "Pipfile":
        return _toml
    return _READERS.get(place.suffix, _lines)


def _toml(path: str, text: str) -> Data:
    return list(_leaves((), parse(path, text)))


def _leaves(way: Way, value: Any) -> Iterator[tuple[Way, object]]:
    """Yield what a TOML value holds; of an empty table or list the value itself."""
    if value and isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves((*way, name), each)
    else:
        yield way, value


def _ini(path: str, text: str) -> Data:
    """Read as setuptools and tox do; of options of the same name the last counts."""
    config = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        config.read_string(text)
    except configparser.ParsingError as error:
        line = getattr(error, "lineno", None) or error.errors[0][0]
        raise FileError(path, f"line {line}: neither a section header nor an option") from None
    except AttributeError:  # configparser before Python 3.13
        raise FileError(path, "a line continues a key without a value") from None
    return [item for name in config for item in (((name,), None), *(((name, k), v) for k, v in config[name].items()))]


def _yaml(path: str, text: str) -> Data:
    """Read the scalars, but no keys; a number without quotes is none: YAML takes 3.10 for 3.1."""
    try:
        found = scalars(text)
    except ValueError as error:
        raise FileError(path, str(error)) from None
    return [
        (("number", *each.key), text[each.start : each.end])
        if _NUMBER.fullmatch(text[each.start : each.end])
        else (each.key, each.value)
        for each in found
    ]


def _lines(_path: str, text: str) -> Data:
    """Read pip's format: lines that end in a backslash are joined, comments left out."""
    return [((start,), _COMMENT.sub("", " ".join(parts))) for start, parts in logical_lines(text)]


def _python(path: str, text: str) -> Data:
    """Read the string constants, each in one literal, and the code around them; parts of others are code."""
    if "\r" in text:
        raise RewriteError(path, "a carriage return that is no part of a line end")
    lines = text.encode().split(b"\n")
    data: Data = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the project's own escapes are not our business
            nodes = list(ast.walk(tree := ast.parse(text)))
        parts = {id(part) for node in nodes if isinstance(node, _STRING_TEMPLATES) for part in ast.walk(node)}
        for node in nodes:
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in parts:
                continue
            if _is_one_literal(lines, node):
                data.append(((node.lineno,), node.value))
                node.value = ""
        return [*data, (("code",), ast.dump(tree))]
    except SyntaxError as error:
        raise FileError(path, f"line {error.lineno}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise FileError(path, "not valid Python, or nested too deeply") from None


def _is_one_literal(lines: list[bytes], node: ast.Constant) -> bool:
    """Tell whether a string is spelt in one piece; columns of the tree count bytes of UTF-8."""
    last = (node.end_lineno or node.lineno) - 1
    spelt = [*lines[node.lineno - 1 : last], lines[last][: node.end_col_offset]]
    spelt[0] = spelt[0][node.col_offset :]
    code = (b"(" + b"\n".join(spelt) + b")").decode()
    return [each.type for each in tokenize.generate_tokens(io.StringIO(code).readline)].count(tokenize.STRING) == 1


_READERS: dict[str, Callable[[str, str], Data]] = {
    ".toml": _toml,
    ".ini": _ini,
    ".cfg": _ini,
    ".yml": _yaml,
    ".yaml": _yaml,
    ".py": _python,
}

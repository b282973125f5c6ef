"""Find the place of a new import statement among those that are there.

The imports before the first function or class fall into *groups*, parted by blank lines or other statements. A new
import goes into the group of its kind, in order where the group is in an order that isort or ruff would make; if no
group is of its kind it gets a group of its own, in the order ``__future__``, standard library, installed packages,
relative.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.syntax import BLANK, code_of, has_comment, leading_lines, spaced, with_leading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FUTURE, _STANDARD, _INSTALLED, _RELATIVE = range(4)
# Where several groups could be the installed packages, the one with a package that is certainly installed is it.
_CERTAIN = frozenset({"pytest", "pytest_asyncio", "sqlalchemy", "asyncpg", "httpx", "fastapi"})
_LINE = cst.SimpleStatementLine


@dataclass(frozen=True, slots=True)
class _Entry:
    """One import statement: its position in the module, what it imports, whether it is ``from m import …``."""

    index: int
    module: str
    is_from: bool
    after_gap: bool

    @property
    def root(self) -> str:
        return self.module.partition(".")[0]

    @property
    def rank(self) -> int:
        if self.module.startswith("."):
            return _RELATIVE
        if self.root == "__future__":
            return _FUTURE
        return _STANDARD if self.root in sys.stdlib_module_names else _INSTALLED


_Group = list[_Entry]
_KEYS: tuple[Callable[[_Entry], tuple[object, ...]], ...] = (
    lambda entry: (entry.is_from, entry.module.casefold()),
    lambda entry: (entry.module.casefold(), entry.is_from),
)


def first_section(module: cst.Module) -> list[cst.SimpleStatementLine]:
    """Return the simple top-level lines before the first function or class."""
    lines = []
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef | cst.ClassDef):
            break
        if isinstance(statement, _LINE):
            lines.append(statement)
    return lines


def insert_import(module: cst.Module, name: str, member: str | None) -> cst.Module:
    """Return the module with ``import name`` or ``from name import member`` as a new line in its place."""
    new = _Entry(-1, name, member is not None, False)
    line = cst.parse_statement(f"from {name} import {member}" if member else f"import {name}")
    line = cst.ensure_type(line, _LINE).with_changes(trailing_whitespace=cst.TrailingWhitespace())
    groups = _groups(module)
    alike = [group for group in groups if any(entry.rank == new.rank for entry in group)]
    if alike:
        return _into_group(module, _preferred(alike, new), new, line)
    if groups:
        return _as_group(module, groups, new, line)
    return _as_first(module, line)


def _groups(module: cst.Module) -> list[_Group]:
    section = {id(line) for line in first_section(module)}
    groups: list[_Group] = []
    for index, statement in enumerate(module.body):
        if id(statement) not in section:
            continue
        entry = _entry(index, cst.ensure_type(statement, _LINE))
        if entry is None:
            continue
        joined = groups and groups[-1][-1].index == index - 1 and not entry.after_gap
        groups[-1].append(entry) if joined else groups.append([entry])
    return groups


def _entry(index: int, line: cst.SimpleStatementLine) -> _Entry | None:
    first = line.body[0]
    gap = any(lead.comment is None for lead in leading_lines(line))
    if isinstance(first, cst.Import):
        return _Entry(index, first.names[0].evaluated_name, False, gap)
    if isinstance(first, cst.ImportFrom):
        dots = "." * len(first.relative)
        return _Entry(index, dots + (code_of(first.module) if first.module else ""), True, gap)
    return None


def _preferred(groups: Sequence[_Group], new: _Entry) -> _Group:
    for wanted in ({new.root}, _CERTAIN if new.rank == _INSTALLED else frozenset()):
        for group in groups:
            if any(entry.root in wanted for entry in group):
                return group
    return groups[0]


def _into_group(module: cst.Module, group: _Group, new: _Entry, line: cst.SimpleStatementLine) -> cst.Module:
    position = _position(group, new)
    first = module.body[group[0].index]
    lead = _split_header(module)[1] if group[0].index == 0 else leading_lines(first)
    if position == 0 and has_comment(lead):
        # The comment may be the group's heading or a remark on the import below: after that import both stay true.
        position = 1
    if position > 0:
        return _inserted(module, group[position - 1].index + 1, line)
    bare = with_leading(first, ())
    moved = with_leading(line, leading_lines(first))
    index = group[0].index
    return module.with_changes(body=[*module.body[:index], moved, bare, *module.body[index + 1 :]])


def _position(group: _Group, new: _Entry) -> int:
    for key in _KEYS:
        keys = [key(entry) for entry in group]
        if keys == sorted(keys):
            return sum(other <= key(new) for other in keys)
    kin = [i for i, entry in enumerate(group) if new.module.startswith(entry.root)]
    like = kin or [i for i, entry in enumerate(group) if (entry.rank, entry.is_from) == (new.rank, new.is_from)]
    return (like or [len(group) - 1])[-1] + 1


def _as_group(module: cst.Module, groups: Sequence[_Group], new: _Entry, line: cst.SimpleStatementLine) -> cst.Module:
    earlier = [group for group in groups if max(entry.rank for entry in group) < new.rank]
    if earlier:
        index = earlier[-1][-1].index + 1
        return _spaced_at(_inserted(module, index, with_leading(line, [BLANK])), index + 1, 1)
    index = groups[0][0].index
    if index == 0:
        return _spaced_at(_at_top(module, line), 1, 1)
    lead = leading_lines(module.body[index])
    return _spaced_at(_inserted(module, index, with_leading(line, spaced([], _blanks(lead)))), index + 1, 1)


def _as_first(module: cst.Module, line: cst.SimpleStatementLine) -> cst.Module:
    if module.get_docstring() is None:
        module, index = _at_top(module, line), 1
    else:
        module, index = _inserted(module, 1, with_leading(line, [BLANK])), 2
    if index < len(module.body) and isinstance(module.body[index], cst.FunctionDef | cst.ClassDef):
        return _spaced_at(module, index, 2)
    return _spaced_at(module, index, 1)


def _at_top(module: cst.Module, line: cst.SimpleStatementLine) -> cst.Module:
    """Return the module with ``line`` first, below the file's heading, above a comment on what was first."""
    if not module.body:
        header = module.header
        blank = [BLANK] if header and header[-1].comment is not None else []
        whole = module.has_trailing_newline or not header
        return module.with_changes(body=[with_leading(line, blank)], has_trailing_newline=whole)
    heading, remark = _split_header(module)
    if not any(lead.comment is None for lead in heading):
        # One block of comments from the first line on is the file's, as far as anyone can tell.
        return _inserted(module, 0, line)
    first = with_leading(module.body[0], [*remark, *leading_lines(module.body[0])])
    return module.with_changes(header=heading, body=[line, first, *module.body[1:]])


def _split_header(module: cst.Module) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """Return the file's heading, and the comment right above its first statement (no shebang, no coding line)."""
    header = list(module.header)
    start = max((i for i, line in enumerate(header) if line.comment is None or _is_cookie(line)), default=-1) + 1
    return header[:start], header[start:]


def _is_cookie(line: cst.EmptyLine) -> bool:
    text = line.comment.value if line.comment else ""
    return text.startswith("#!") or "coding:" in text or "coding=" in text


def _inserted(module: cst.Module, index: int, line: cst.BaseStatement) -> cst.Module:
    return module.with_changes(body=[*module.body[:index], line, *module.body[index:]])


def _spaced_at(module: cst.Module, index: int, blanks: int) -> cst.Module:
    if index >= len(module.body):
        return module
    statement = module.body[index]
    changed = with_leading(statement, spaced(leading_lines(statement), blanks))
    return module.with_changes(body=[*module.body[:index], changed, *module.body[index + 1 :]])


def _blanks(lead: Sequence[cst.EmptyLine]) -> int:
    return next((i for i, line in enumerate(lead) if line.comment is not None), len(lead))

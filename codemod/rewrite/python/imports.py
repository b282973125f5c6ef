"""EnsureImport and DropImportIfUnused: the top-level imports of one module."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python import layout
from codemod.rewrite.python.import_order import first_section, insert_import
from codemod.rewrite.python.syntax import RefusalError, code_of, has_comment, leading_lines, with_leading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemod.operations import DropImportIfUnused, EnsureImport

_Import = cst.Import | cst.ImportFrom


def ensure_import(module: cst.Module, wanted: EnsureImport) -> cst.Module:
    """Return the module with the import at its top level; raise RefusalError where its name means something else there.

    An import under ``if TYPE_CHECKING:`` or in a ``try`` does not count, and none is ever put there.
    """
    tree = ast.parse(module.bytes)
    if any(_holds(node, wanted) for node in tree.body):
        return module
    name = wanted.name or wanted.module.partition(".")[0]
    for node in tree.body:
        if name in _bound(node, except_package=wanted.name is None):
            raise RefusalError(f"{name} means something else there (line {node.lineno}), so it cannot be imported")
    if wanted.name is not None:
        for line in first_section(module):
            for statement in line.body:
                if isinstance(statement, cst.ImportFrom) and _extensible(statement, wanted.module):
                    return cst.ensure_type(
                        module.deep_replace(statement, _extended(statement, wanted.name)), cst.Module
                    )
    return insert_import(module, wanted.module, wanted.name)


def drop_import(module: cst.Module, unwanted: DropImportIfUnused) -> cst.Module:
    """Return the module without the top-level import of the name, if nothing mentions the name any more."""
    name = unwanted.name
    found = [i for i, line in enumerate(module.body) if any(_binds(node, name) for node in _imports_of(line))]
    if not found or _is_used(ast.parse(module.bytes), name):
        return module
    for index in reversed(found):
        module = _without(module, index, name)
    return module


# --- what is imported ----------------------------------------------------------------------------------------------


def _holds(node: ast.stmt, wanted: EnsureImport) -> bool:
    if wanted.name is None and isinstance(node, ast.Import):
        inside = f"{wanted.module}."
        return any(a.asname is None and (a.name == wanted.module or a.name.startswith(inside)) for a in node.names)
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == wanted.module:
        return any(a.name == wanted.name and a.asname in (None, wanted.name) for a in node.names)
    return False


def _bound(node: ast.stmt, *, except_package: bool) -> Iterator[str]:
    """Yield the names that a top-level statement binds; ``import a.b`` is no rival of ``import a.c``."""
    if isinstance(node, ast.Import):
        yield from (a.asname or a.name.partition(".")[0] for a in node.names if a.asname or not except_package)
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_used(tree: ast.Module, name: str) -> bool:
    mention = re.compile(rf"\b{re.escape(name)}\b")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            return True
        # A parameter counts, too: pytest hands an imported fixture to whoever names it.
        if isinstance(node, ast.arg) and node.arg == name:
            return True
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return True
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and mention.search(text) and _uses(text, name):
            return True
    return False


def _uses(text: str, name: str) -> bool:
    """Tell whether a string is an expression that uses ``name``: an annotation, or an entry of ``__all__``."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


# --- how an import statement is edited -----------------------------------------------------------------------------


def _extensible(statement: cst.ImportFrom, module: str) -> bool:
    if statement.relative or statement.module is None or isinstance(statement.names, cst.ImportStar):
        return False
    return code_of(statement.module) == module


def _aliases(statement: _Import) -> Sequence[cst.ImportAlias]:
    return () if isinstance(statement.names, cst.ImportStar) else statement.names


def _extended(statement: cst.ImportFrom, name: str) -> cst.ImportFrom:
    aliases = _aliases(statement)
    index = _sorted_position([alias.evaluated_name for alias in aliases], name)
    trailing = isinstance(aliases[-1].comma, cst.Comma)
    gaps, trailing = layout.insert(_gaps(statement), index, trailing=trailing, indent="")
    names = [*aliases[:index], cst.ImportAlias(cst.Name(name)), *aliases[index:]]
    return cst.ensure_type(_composed(statement, names, gaps, trailing=trailing), cst.ImportFrom)


def _sorted_position(present: Sequence[str], name: str) -> int:
    """Return where ``name`` belongs in a sorted list of names; the end where the list has no known order."""
    for key in (_by_kind, str.casefold, str):
        keys = [key(other) for other in present]
        if keys == sorted(keys):
            return sum(other <= key(name) for other in keys)
    return len(present)


def _by_kind(name: str) -> str:
    """Return isort's default sort key: constants, then classes, then the rest."""
    kind = "0" if name.isupper() and len(name) > 1 else "1" if name[:1].isupper() else "2"
    return kind + name.casefold()


def _imports_of(line: cst.BaseStatement | cst.SimpleStatementLine) -> list[_Import]:
    if not isinstance(line, cst.SimpleStatementLine):
        return []
    return [node for node in line.body if isinstance(node, cst.Import | cst.ImportFrom)]


def _binds(statement: _Import, name: str) -> bool:
    return any(_binds_name(alias, name) for alias in _aliases(statement)) and not _is_future(statement)


def _binds_name(alias: cst.ImportAlias, name: str) -> bool:
    # ``import x as x`` and ``from m import x as x`` say that the name is for others to import.
    is_export = alias.evaluated_alias == alias.evaluated_name
    return not is_export and name == (alias.evaluated_alias or alias.evaluated_name.partition(".")[0])


def _is_future(statement: _Import) -> bool:
    return isinstance(statement, cst.ImportFrom) and _extensible(statement, "__future__")


def _without(module: cst.Module, index: int, name: str) -> cst.Module:
    line = cst.ensure_type(module.body[index], cst.SimpleStatementLine)
    kept: list[cst.BaseSmallStatement] = []
    for node in line.body:
        rest = _without_alias(node, name) if isinstance(node, cst.Import | cst.ImportFrom) else node
        if rest is not None:
            kept.append(rest)
    if kept:
        changed = line.with_changes(body=[*kept[:-1], kept[-1].with_changes(semicolon=line.body[-1].semicolon)])
        return module.with_changes(body=[*module.body[:index], changed, *module.body[index + 1 :]])
    return _without_line(module, index)


def _without_line(module: cst.Module, index: int) -> cst.Module:
    """Return the module without the line; comments above the line stay, and so does one gap of blank lines."""
    lead = leading_lines(module.body[index])
    following = list(module.body[index + 1 :])
    if not following:
        footer = [*(lead if has_comment(lead) else ()), *module.footer]
        is_empty = index == 0 and not module.header and not footer
        return module.with_changes(
            body=module.body[:index], footer=footer, has_trailing_newline=module.has_trailing_newline and not is_empty
        )
    own = leading_lines(following[0])
    if has_comment(lead):
        own = [*lead, *own]
    elif index == 0 and not module.header:
        own = own[next((i for i, blank in enumerate(own) if blank.comment is not None), len(own)) :]
    elif not own or own[0].comment is not None:
        own = [*lead, *own]
    following[0] = with_leading(following[0], own)
    return module.with_changes(body=[*module.body[:index], *following])


def _without_alias(statement: _Import, name: str) -> _Import | None:
    aliases = list(_aliases(statement))
    gaps, trailing = _gaps(statement), isinstance(aliases[-1].comma, cst.Comma) if aliases else False
    for index in reversed(range(len(aliases))):
        if _binds_name(aliases[index], name):
            gaps = layout.remove(gaps, index)
            del aliases[index]
    if len(aliases) == len(_aliases(statement)):
        return statement
    return _composed(statement, aliases, gaps, trailing=trailing) if aliases else None


def _gaps(statement: _Import) -> list[layout.Gap]:
    aliases = _aliases(statement)
    between = [alias.comma.whitespace_after for alias in aliases if isinstance(alias.comma, cst.Comma)]
    if isinstance(statement, cst.ImportFrom) and statement.lpar is not None and statement.rpar is not None:
        closing = () if len(between) == len(aliases) else (statement.rpar.whitespace_before,)
        return [statement.lpar.whitespace_after, *between, *closing]
    return [layout.SPACE, *between, layout.NOTHING]


def _composed(
    statement: _Import, aliases: Sequence[cst.ImportAlias], gaps: Sequence[layout.Gap], *, trailing: bool
) -> _Import:
    names = []
    for index, (alias, gap) in enumerate(zip(aliases, gaps[1:], strict=True)):
        if index == len(aliases) - 1 and not trailing:
            names.append(alias.with_changes(comma=cst.MaybeSentinel.DEFAULT))
        else:
            comma = alias.comma if isinstance(alias.comma, cst.Comma) else cst.Comma()
            names.append(alias.with_changes(comma=comma.with_changes(whitespace_after=gap)))
    changes: dict[str, object] = {"names": names}
    if isinstance(statement, cst.ImportFrom) and statement.lpar is not None and statement.rpar is not None:
        changes["lpar"] = statement.lpar.with_changes(whitespace_after=gaps[0])
        changes["rpar"] = statement.rpar.with_changes(whitespace_before=layout.NOTHING if trailing else gaps[-1])
    return statement.with_changes(**changes)

"""Operations: what to change in a file, never how it is spelt. A backend of `rewrite/` does it, for one format each.

Each is a frozen, slotted dataclass that names a file and a place in its original text, so that all operations on a
file are looked up before one is done, and equal ones are one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The exact extent of one syntax node, as ``ast`` gives it: lines from 1, columns in characters from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class SetCallKeyword:
    """Give the call (or the bare decorator) at ``span`` the keyword ``keyword=value``, or a new value for it.

    ``value`` is Python source text of an expression. A bare name or attribute at ``span`` becomes a call.
    """

    path: str
    span: Span
    keyword: str
    value: str


@dataclass(frozen=True, slots=True)
class RemoveCallKeyword:
    """Remove ``keyword=…`` from the call at ``span``; a decorator left with ``()`` loses the parentheses."""

    path: str
    span: Span
    keyword: str


@dataclass(frozen=True, slots=True)
class ReplaceCallee:
    """Replace the callee of the call or bare decorator at ``span`` by ``dotted`` (``pytest_asyncio.fixture``)."""

    path: str
    span: Span
    dotted: str


@dataclass(frozen=True, slots=True)
class AddCleanup:
    """Make the fixture function at ``span`` yield its value and then run ``statements``.

    A final ``return <expr>`` becomes ``yield``; a function that already yields gets the statements after the
    yield statement's block. ``statements`` are source lines in which ``{value}`` stands for the variable that holds
    the yielded value; ``variable`` is the name to bind where the expression is not already a plain name.
    ``make_async`` turns ``def`` into ``async def`` (the decorator is another operation's business).
    """

    path: str
    span: Span
    variable: str
    statements: tuple[str, ...]
    make_async: bool = False


@dataclass(frozen=True, slots=True)
class RemoveHandler:
    """Remove the ``except`` clause at ``span``; a ``try`` left with neither handler nor ``finally`` is unwrapped."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class AppendStatements:
    """Append source statements at the end of the body of the function at ``span`` (``--remedy explicit-cleanup``)."""

    path: str
    span: Span
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuppressTeardown:
    """Wrap what follows the last ``yield`` of the function at ``span`` in try/except for "Event loop is closed"."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class RemoveParameter:
    """Remove the parameter ``name`` of the function at ``span``, with its annotation and default."""

    path: str
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class AddParameter:
    """Add a last parameter ``name`` without a default (keyword-only after a bare ``*``) to the function at ``span``."""

    path: str
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class PrependStatements:
    """Put source statements first in the body of the function at ``span``, after its docstring."""

    path: str
    span: Span
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeleteDefinition:
    """Delete the function at ``span`` with its decorators and the comments right above it.

    A class or block left empty keeps a ``pass``.
    """

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class ReplaceDefinition:
    """Replace the function at ``span``, its decorators included, by the one function in ``code``.

    The code is indented to its place; comments above the old function stay.
    """

    path: str
    span: Span
    code: str


@dataclass(frozen=True, slots=True)
class RenameFunction:
    """Give the function at ``span`` another name; nothing else that mentions it is changed."""

    path: str
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class MakeAsync:
    """Turn the ``def`` of the function at ``span`` into ``async def``."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class RemoveDecorator:
    """Remove the decorator whose expression is at ``span``, with its line and nothing else."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class AddDecorator:
    """Put a decorator (the source text of its expression) right above the ``def`` or ``class`` at ``span``."""

    path: str
    span: Span
    code: str


@dataclass(frozen=True, slots=True)
class RemoveArguments:
    """Remove every argument of the call at ``span``; a decorator loses the parentheses too."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class RemoveStatement:
    """Remove the simple statement at ``span``; a block left empty keeps a ``pass``. Comments above it stay."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class ReplaceExpression:
    """Replace the expression at ``span`` by the expression ``code``, in parentheses where precedence needs them.

    An empty ``code`` is allowed for the value of a ``yield`` or a ``return``: the bare statement stays.
    """

    path: str
    span: Span
    code: str


@dataclass(frozen=True, slots=True)
class InsertDefinition:
    """Add a top-level definition (source text) after the imports of ``path``; a missing file is made."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class InsertStatements:
    """Add top-level statements (source text) after the imports of ``path``; a file that has them stays as it is."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class EnsureImport:
    """Make ``import module`` or ``from module import name`` hold at the top level of ``path``."""

    path: str
    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class DropImportIfUnused:
    """Remove the top-level import that binds ``name`` if nothing in the rewritten ``path`` uses it any more."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class SetOption:
    """Set ``key = value`` in ``section`` of a configuration file; the section, or the file, is made where missing.

    ``section`` is the TOML table path (``("tool", "pytest", "ini_options")``) or the INI section (``("pytest",)``).
    """

    path: str
    section: tuple[str, ...]
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class RemoveOption:
    """Remove ``key`` from ``section`` of a configuration file, with its line and nothing else."""

    path: str
    section: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class RemoveListItem:
    """Remove the entry ``item`` (its text as read) from the list option ``key``; an emptied option goes as a whole."""

    path: str
    section: tuple[str, ...]
    key: str
    item: str


@dataclass(frozen=True, slots=True)
class ReplaceWord:
    """Replace the words ``old`` by as many words ``new`` wherever they stand in the value of ``key``.

    Single spaces part the words; in the file any white space does, or the end of one string of a list and the next.
    The value may be text of several lines, or a list of any depth.
    """

    path: str
    section: tuple[str, ...]
    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RemoveSection:
    """Remove a whole section or table with its keys (``("tool", "pytest")`` without its sub-tables)."""

    path: str
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetRequirement:
    """Replace the text ``old`` by ``new`` in the requirement that ``path`` holds on ``line``, and nothing else.

    ``key`` leads to the string it stands in, through the file's own data: table keys and list indexes of TOML and YAML,
    section and option of an INI file; empty for a file of lines and for Python. ``old`` may be a part of that string;
    where it stands there more than once, the one on ``line`` is meant.
    """

    path: str
    line: int
    key: tuple[str | int, ...]
    old: str
    new: str


PythonOperation = (
    SetCallKeyword
    | RemoveCallKeyword
    | ReplaceCallee
    | AddCleanup
    | RemoveHandler
    | AppendStatements
    | SuppressTeardown
    | RemoveParameter
    | AddParameter
    | PrependStatements
    | DeleteDefinition
    | ReplaceDefinition
    | RenameFunction
    | MakeAsync
    | RemoveDecorator
    | AddDecorator
    | RemoveArguments
    | RemoveStatement
    | ReplaceExpression
    | InsertDefinition
    | InsertStatements
    | EnsureImport
    | DropImportIfUnused
)
ConfigOperation = SetOption | RemoveOption | RemoveListItem | ReplaceWord | RemoveSection
Operation = PythonOperation | ConfigOperation | SetRequirement

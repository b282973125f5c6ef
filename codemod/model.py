"""The words of the domain as plain data: locations, findings, operations, remedies, changes, the report.

Nothing here reads a file or decides anything. Every class is a frozen, slotted dataclass, so values can be
hashed, compared, pickled to workers and put in sets. Paths are root-relative with ``/``; lines count from 1;
columns count characters (not bytes) from 0, as in ``ast`` after conversion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Applicability(IntEnum):
    """How far an edit may be trusted (DESIGN, Applicability); ordered, so ``a >= SAFE`` asks "apply by default?"."""

    DISPLAY = 0
    UNSAFE = 1
    SAFE = 2

    @property
    def word(self) -> str:
        """Return the lower-case name used in reports."""
        return self.name.lower()


class StrategyName(StrEnum):
    """The suite-wide ways to repair crossings (DESIGN, Strategies)."""

    AUTO = "auto"
    ISOLATE = "isolate"
    SHARE = "share"
    PRESERVE = "preserve"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place to show a person: path, line from 1, column from 1."""

    path: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The exact extent of one syntax node, as ``ast`` gives it: lines from 1, columns in characters from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


# --- operations: what to change, never how it is spelt -------------------------------------------------------


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
class RemoveSection:
    """Remove a whole section or table with its keys (``("tool", "pytest")`` without its sub-tables)."""

    path: str
    section: tuple[str, ...]


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
    | EnsureImport
    | DropImportIfUnused
)
ConfigOperation = SetOption | RemoveOption | RemoveListItem | RemoveSection
Operation = PythonOperation | ConfigOperation


# --- findings and remedies ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a crossing's path: what is there, and on which loop it runs (None where no loop is involved)."""

    location: Location
    text: str
    loop: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule saw. ``id`` is stable over line moves: code plus a hash of path, qualified name and subject."""

    code: str
    location: Location
    message: str
    id: str
    symbol: str = ""
    steps: tuple[Step, ...] = ()
    applicability: Applicability = Applicability.DISPLAY
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An all-or-nothing group of operations that answers one or more findings (DESIGN law 3)."""

    title: str
    code: str
    applicability: Applicability
    operations: tuple[Operation, ...]
    findings: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A strategy that was not chosen: what it would cost, or why it cannot be used."""

    strategy: str
    available: bool
    edits: int
    loops: str
    cost: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; ``before`` is None for a new file. ``mode`` is the POSIX permission bits."""

    path: str
    before: bytes | None
    after: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file that could not be processed, and why, in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class OptionValue:
    """One effective pytest option with its provenance (``pytest.ini:3``, ``addopts (pytest.ini:2)``, ``default``)."""

    name: str
    value: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was read."""

    files: int = 0
    fixtures: int = 0
    tests: int = 0


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """All that one project's analysis found and would change."""

    root: str
    version: str
    version_origin: str
    target: str
    options: tuple[OptionValue, ...]
    strategy: str
    findings: tuple[Finding, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    withheld: tuple[Remedy, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    changes: tuple[FileChange, ...] = ()
    failures: tuple[FileFailure, ...] = ()
    notes: tuple[str, ...] = ()
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run: one entry per project, in path order."""

    projects: tuple[ProjectReport, ...] = ()

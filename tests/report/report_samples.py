"""Reports to render: one of each kind of finding, and a value for every field of the model."""

from __future__ import annotations

from codemod.model import (
    Alternative,
    Applicability,
    Counts,
    FileChange,
    FileFailure,
    Finding,
    Location,
    OptionValue,
    ProjectReport,
    Remedy,
    Step,
)
from codemod.operations import (
    AddCleanup,
    AddDecorator,
    AddParameter,
    AppendStatements,
    DeleteDefinition,
    DropImportIfUnused,
    EnsureImport,
    InsertDefinition,
    InsertStatements,
    MakeAsync,
    Operation,
    PrependStatements,
    RemoveArguments,
    RemoveCallKeyword,
    RemoveDecorator,
    RemoveHandler,
    RemoveListItem,
    RemoveOption,
    RemoveParameter,
    RemoveSection,
    RemoveStatement,
    RenameFunction,
    ReplaceCallee,
    ReplaceDefinition,
    ReplaceExpression,
    ReplaceWord,
    SetCallKeyword,
    SetOption,
    SetRequirement,
    Span,
    SuppressTeardown,
)

SPAN = Span(11, 0, 13, 4)
PATH = "tests/conftest.py"
CONFTEST = b"""\
import pytest


@pytest.fixture(scope="session")
async def db(engine):
    yield engine
"""

OPERATIONS: tuple[Operation, ...] = (
    SetCallKeyword(PATH, SPAN, "loop_scope", '"session"'),
    RemoveCallKeyword(PATH, SPAN, "scope"),
    ReplaceCallee(PATH, SPAN, "pytest_asyncio.fixture"),
    AddCleanup(PATH, SPAN, "engine", ("await {value}.dispose()",), make_async=True),
    RemoveHandler(PATH, SPAN),
    AppendStatements(PATH, SPAN, ("await db.close()",)),
    SuppressTeardown(PATH, SPAN),
    RemoveParameter(PATH, SPAN, "event_loop"),
    AddParameter(PATH, SPAN, "request"),
    PrependStatements(PATH, SPAN, ("loop = asyncio.get_running_loop()",)),
    DeleteDefinition(PATH, SPAN),
    ReplaceDefinition(PATH, SPAN, "def f(): ...\n"),
    RenameFunction(PATH, SPAN, "event_loop_policy"),
    MakeAsync(PATH, SPAN),
    RemoveDecorator(PATH, SPAN),
    AddDecorator(PATH, SPAN, "pytest.mark.asyncio"),
    RemoveArguments(PATH, SPAN),
    RemoveStatement(PATH, SPAN),
    ReplaceExpression(PATH, SPAN, "asyncio.get_running_loop()"),
    InsertDefinition(PATH, "def f(): ...\n"),
    InsertStatements(PATH, "setup()\n"),
    EnsureImport(PATH, "pytest_asyncio"),
    DropImportIfUnused(PATH, "pytest"),
    ReplaceWord("tox.ini", ("testenv",), "commands", "--asyncio-mode=legacy", "--asyncio-mode=strict"),
    SetOption("pytest.ini", ("pytest",), "asyncio_default_fixture_loop_scope", "function"),
    RemoveOption("pytest.ini", ("pytest",), "asyncio_mode"),
    RemoveListItem("pytest.ini", ("pytest",), "addopts", "--asyncio-mode=auto"),
    RemoveSection("pytest.ini", ("pytest",)),
    SetRequirement("tox.ini", 4, ("testenv", "deps", 0), "==0.21", ">=1.1"),
)

CROSSING = Finding(
    code="LM201",
    location=Location(PATH, 4, 1),
    message="async fixture `db` is bound to the session loop but used on a function loop",
    id="LM201-aaaa",
    symbol="db",
    steps=(
        Step(Location("tests/test_a.py", 6), "test_a asks for db", "function"),
        Step(Location(PATH, 4), "db holds engine", "session"),
        Step(Location("app/db.py", 3, 5), "create_async_engine(...)"),
    ),
    applicability=Applicability.SAFE,
)
RENAMED = Finding("LM301", Location("tests/test_a.py", 6), "`scope` was renamed `loop_scope`", "LM301-bbbb")
MANUAL = Finding("LM901", Location("tests/test_b.py", 2), "the loop is replaced here", "LM901-cccc", advice="remove it")

CURE = Remedy("one loop per test", "LM201", Applicability.SAFE, OPERATIONS, ("LM201-aaaa",), "no once-only effect")
RISKY = Remedy("rename the argument", "LM301", Applicability.UNSAFE, (), ("LM301-bbbb",))


def project(**fields: object) -> ProjectReport:
    """Return a project with one safe, one unsafe and one manual finding; ``fields`` replace its own."""
    values: dict[str, object] = {
        "root": ".",
        "version": "1.1.0",
        "version_origin": "requirements.txt:3",
        "target": "1.1.0",
        "options": (
            OptionValue("asyncio_mode", "auto", "pytest.ini:2"),
            OptionValue("asyncio_default_test_loop_scope", None, "default"),
        ),
        "strategy": "isolate",
        "findings": (CROSSING, RENAMED, MANUAL),
        "remedies": (CURE,),
        "withheld": (RISKY,),
        "alternatives": (
            Alternative("share", True, 3, "1 loop", "tests see each other's tasks"),
            Alternative("preserve", False, 0, "", "", "the crossings would stay"),
        ),
        "changes": (FileChange(PATH, CONFTEST, CONFTEST + b"\n"), FileChange("new.py", None, b"x\n")),
        "failures": (FileFailure("tests/test_broken.py", "line 1, syntax error"),),
        "notes": ("plugin anyio is active too",),
        "counts": Counts(5, 7, 12),
    }
    return ProjectReport(**(values | fields))  # type: ignore[arg-type]


def clean(**fields: object) -> ProjectReport:
    """Return a project in which there is nothing to do."""
    nothing = dict.fromkeys(("findings", "remedies", "withheld", "alternatives", "changes", "failures", "notes"), ())
    return project(**(nothing | fields))

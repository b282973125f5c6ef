"""Random small suites: whatever they hold, a migration is whole, parses, is done after one run and follows no order."""

from __future__ import annotations

import ast
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from codemod.analysis.workspace import Workspace
from codemod.model import StrategyName
from codemod.pipeline import analyse
from codemod.project.settings import Settings

if TYPE_CHECKING:
    from codemod.model import FileChange, ProjectReport

IMPORTS = """import asyncio
import asyncpg
import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
"""
SCOPES = ("", "function", "class", "module", "package", "session")
MAKERS = (
    ("await asyncpg.connect('')", "await value.close()"),
    ("await asyncpg.connect('')", "await value.close()"),
    ("await asyncpg.create_pool('')", "await value.close()"),
    ("create_async_engine('postgresql+asyncpg://')", "await value.dispose()"),
    ("create_async_engine('postgresql+asyncpg://')", ""),
    ("create_async_engine('postgresql+asyncpg://', poolclass=NullPool)", "await value.dispose()"),
    ("create_async_engine('sqlite+aiosqlite://')", "await value.dispose()"),
    ("httpx.AsyncClient()", "await value.aclose()"),
    ("asyncio.Queue()", ""),
    ("asyncio.create_task(asyncio.sleep(9))", "value.cancel()"),
    ("object()", ""),
)
VERSIONS = ("1.1.0", "1.0.0", "1.3.0", "1.4.0", "0.26.0")
OPTIONS = ("asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope")


@st.composite
def fixtures(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    parts = []
    for position, name in enumerate(names):
        asked = draw(st.lists(st.sampled_from(names[:position]), max_size=2, unique=True)) if position else []
        scope, loop = draw(st.sampled_from(SCOPES)), draw(st.sampled_from((*[""] * 25, *SCOPES[1:])))
        keywords = [f'scope="{scope}"'] * bool(scope) + [f'loop_scope="{loop}"'] * bool(loop)
        keywords += ["autouse=True"] * draw(st.sampled_from((0, 0, 0, 1)))
        maker, end = draw(st.sampled_from(MAKERS))
        lines = [f"value = {maker}"]
        lines += [f"await {other}.execute('select 1')" for other in asked if draw(st.booleans())]
        lines += ["yield value", end] if end or draw(st.booleans()) else ["return value"]
        call = f"({', '.join(keywords)})" if keywords or draw(st.booleans()) else ""
        body = "\n    ".join(filter(None, lines))
        parts.append(f"@pytest_asyncio.fixture{call}\nasync def {name}({', '.join(asked)}):\n    {body}\n")
    return "\n\n".join(parts)


@st.composite
def modules(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    parts = []
    for number in range(draw(st.integers(1, 3))):
        asked = draw(st.lists(st.sampled_from(names), max_size=2, unique=True)) if names else []
        loop = draw(st.sampled_from((*[""] * 25, *SCOPES[1:])))
        mark = (
            f'@pytest.mark.asyncio(loop_scope="{loop}")\n'
            if loop
            else draw(st.sampled_from(("", "@pytest.mark.asyncio\n")))
        )
        body = [f"await {name}.execute('select 1')" for name in asked] or ["pass"]
        parts.append(f"{mark}async def test_{number}({', '.join(asked)}):\n    " + "\n    ".join(body) + "\n")
    return "\n\n".join(parts)


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    names = tuple(f"fx_{n}" for n in range(draw(st.integers(0, 4))))
    engine = draw(st.sampled_from(("", "engine = create_async_engine('postgresql+asyncpg://')\n")))
    files = {"conftest.py": f"{IMPORTS}\n{engine}\n\n{draw(fixtures(names))}"}
    for number in range(draw(st.integers(1, 3))):
        folder = draw(st.sampled_from(("", "sub/")))
        files[f"{folder}test_{number}.py"] = f"{IMPORTS}\n\n{draw(modules(names))}"
    if names and draw(st.booleans()):
        files["sub/conftest.py"] = f"{IMPORTS}\n\n{draw(fixtures(names[:2]))}"
    lines = ["[pytest]", draw(st.sampled_from(("asyncio_mode = auto", "asyncio_mode = strict", "")))]
    lines += [f"{name} = {draw(st.sampled_from(SCOPES[1:]))}" for name in OPTIONS if draw(st.integers(0, 2)) == 2]
    files["pytest.ini"] = "\n".join(filter(None, lines)) + "\n"
    files["requirements.txt"] = f"pytest-asyncio=={draw(st.sampled_from(VERSIONS))}\n"
    return files


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def _changes(report: ProjectReport) -> dict[str, bytes]:
    return {change.path: change.after for change in report.changes}


def _added(change: FileChange) -> list[str]:
    before = (change.before or b"").decode().splitlines()
    return [line for line in change.after.decode().splitlines() if line not in before]


@given(files=projects(), strategy=st.sampled_from(("auto", "isolate", "share", "preserve")), unsafe=st.booleans())
@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
def test_random_suites(files: dict[str, str], strategy: str, unsafe: bool) -> None:
    chosen = replace(Settings(), strategy=StrategyName(strategy), unsafe=unsafe)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, files)
        report = analyse(folder, chosen)
        assert report.failures == ()
        for change in report.changes:
            assert not [line for line in _added(change) if "loop=" in line.replace(" ", "")]
            if change.path.endswith(".py"):
                ast.parse(change.after)
        _check_options(files["pytest.ini"], _changes(report))
        assert _changes(_analyse_reversed(folder, chosen)) == _changes(report)
        for path, data in _changes(report).items():
            (folder / path).write_bytes(data)
        assert _changes(analyse(folder, chosen)) == {}


def _check_options(before: str, changed: dict[str, bytes]) -> None:
    after = changed.get("pytest.ini", before.encode()).decode()
    new = [option for option in OPTIONS if option in after and option not in before]
    if new:
        assert all(option in after for option in OPTIONS)


def _analyse_reversed(folder: Path, chosen: Settings) -> ProjectReport:
    """Analyse with the test modules in the reverse order."""
    real = Workspace.test_modules
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "test_modules", lambda self: iter(list(real(self))[::-1]))
        return analyse(folder, chosen)

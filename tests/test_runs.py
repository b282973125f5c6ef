"""What the commands of a repository mean for the analysis of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.describe import describe
from codemod.model import StrategyName
from codemod.pipeline import analyse
from codemod.project.settings import Settings
from codemod.reading import discover_project, silent

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.model import ProjectReport

POOL = (
    "import asyncpg, pytest_asyncio\n\n\n@pytest_asyncio.fixture(scope='session')\nasync def pool():\n"
    "    pool = await asyncpg.create_pool('')\n    yield pool\n    await pool.close()\n"
)
MARKED = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_a(pool):\n    await pool.fetch('')\n"
FILES = {
    "conftest.py": POOL,
    "test_a.py": MARKED,
    "requirements.txt": "pytest-asyncio>=1.5\n",
    "pytest.ini": "[pytest]\n",
}
SHARED = "-o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session"


def write(root: Path, **commands: str) -> Path:
    """Write the project, and files called as the keywords (``Makefile``, ``tox``) with a command each."""
    for name, text in FILES.items():
        (root / name).write_text(text)
    for name, command in commands.items():
        text = f"[testenv]\ncommands = {command}\n" if name == "tox" else f"t:\n\t{command}\n"
        (root / ("tox.ini" if name == "tox" else name)).write_text(text)
    return root


def changed(report: ProjectReport) -> dict[str, str]:
    return {change.path: change.after.decode() for change in report.changes}


def test_what_all_commands_say_is_in_force(tmp_path: Path) -> None:
    project = discover_project(
        write(tmp_path, tox=f"pytest {SHARED}", Makefile=f"pytest {SHARED} -q"), Settings(), silent
    )
    option = project.config.options["asyncio_default_test_loop_scope"]
    assert (option.value, option.origin) == ("session", "command (Makefile:2)")
    report = analyse(tmp_path, Settings())
    assert report.findings == report.changes == ()
    assert any("command (Makefile:2)" in note for note in report.notes)


@pytest.mark.parametrize("other", ["pytest", "pytest --asyncio-mode=auto", "pytest -p no:asyncio"])
def test_commands_that_differ_hold_the_repair_back(tmp_path: Path, other: str) -> None:
    write(tmp_path, tox=f"pytest {SHARED}", Makefile=other)
    report = analyse(tmp_path, Settings())
    assert report.changes == ()
    (held,) = [remedy for remedy in report.withheld if remedy.code == "LM201"]
    assert held.applicability.word == "unsafe"
    assert "Makefile:2" in held.condition
    assert "tox.ini:2" in held.condition
    assert any("run the tests on different loops" in note for note in report.notes)


def test_with_unsafe_the_command_is_edited_too(tmp_path: Path) -> None:
    write(tmp_path, tox=f"pytest {SHARED}", Makefile="pytest")
    report = analyse(tmp_path, Settings(unsafe=True))
    assert "session" not in changed(report)["tox.ini"]
    assert [f.applicability.word for f in report.findings if f.code == "LM108"] == ["unsafe", "unsafe"]


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "pytest --asyncio-mode=strict",
        "pytest -c pytest.ini",
        "pytest -p asyncio",
        "cd other && pytest --asyncio-mode=auto",
        "cd $X && pytest --asyncio-mode=auto",
        "echo pytest --asyncio-mode=auto",
    ],
)
def test_a_command_that_changes_nothing_is_not_heard(tmp_path: Path, command: str) -> None:
    write(tmp_path, Makefile=command)
    (tmp_path / "other").mkdir()
    runs = discover_project(tmp_path, Settings(), silent).runs
    assert runs.config is runs.plain
    assert (runs.doubt, runs.note) == ("", "")
    assert "conftest.py" in changed(analyse(tmp_path, Settings()))


def test_a_value_that_only_a_run_can_tell_is_a_doubt(tmp_path: Path) -> None:
    runs = discover_project(write(tmp_path, Makefile="pytest --asyncio-mode=$(MODE)"), Settings(), silent).runs
    assert runs.doubt == "the command in Makefile:2 gives asyncio_mode a value only a run can tell"


def test_options_are_written_where_the_commands_read_them(tmp_path: Path) -> None:
    write(tmp_path, Makefile="pytest -c ci.cfg")
    (tmp_path / "ci.cfg").write_text("[tool:pytest]\naddopts = -ra\n")
    (tmp_path / "conftest.py").write_text(POOL.replace("scope='session'", "scope='session', loop_scope='session'"))
    after = changed(analyse(tmp_path, Settings(strategy=StrategyName.SHARE)))
    assert list(after) == ["ci.cfg"]
    assert "asyncio_default_test_loop_scope = session" in after["ci.cfg"]


def test_a_command_that_turns_the_plugin_off_leaves_nothing_to_do(tmp_path: Path) -> None:
    report = analyse(write(tmp_path, Makefile="pytest -p no:asyncio"), Settings())
    assert report.findings == ()
    assert "not used here" in report.notes[0]


def test_what_cannot_be_edited_is_named(tmp_path: Path) -> None:
    write(tmp_path, Makefile="pytest -o asyncio_default_fixture_loop_scope=session")
    report = analyse(tmp_path, Settings(strategy=StrategyName.ISOLATE))
    assert report.changes == ()
    assert any("is set by the command in Makefile:2" in note for note in report.notes)


def test_what_agrees_with_the_commands_is_written(tmp_path: Path) -> None:
    write(tmp_path, Makefile="pytest -o asyncio_default_fixture_loop_scope=session")
    after = changed(analyse(tmp_path, Settings()))
    assert list(after) == ["pytest.ini"]
    assert "asyncio_default_test_loop_scope = session" in after["pytest.ini"]


def test_commands_are_described(tmp_path: Path) -> None:
    write(tmp_path, Makefile="pytest --asyncio-mode=auto", tox="pytest")
    (tmp_path / "Dockerfile").write_text("CMD pytest -W error\n")
    (tmp_path / ".travis.yml").write_text("script: [pytest\n")
    assert describe(tmp_path, Settings())[1] == (
        ("Dockerfile:1", "overrides -W error", "does not count: the folder it runs in is not known"),
        ("Makefile:2", "overrides --asyncio-mode auto", "not in force: the commands do not agree"),
        ("tox.ini:2", "overrides nothing", ""),
        (".travis.yml", "could not be read: line 2: expected ',' or ']', but got '<stream end>'", ""),
    )


def test_commands_above_the_project_count(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "one").mkdir()
    write(tmp_path / "one")
    (tmp_path / "Makefile").write_text(f"t:\n\tcd one && pytest {SHARED}\n")
    report = analyse(tmp_path / "one", Settings())
    assert report.findings == ()
    assert any("command (../Makefile:2)" in note for note in report.notes)

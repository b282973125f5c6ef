"""The pipeline's own promises: proof before anything is handed over, one answer for preview and apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod import pipeline
from codemod.errors import ConfigError, RewriteError, UsageError
from codemod.model import Applicability, SetCallKeyword, StrategyName
from codemod.pipeline import analyse
from codemod.project.settings import Settings
from codemod.strategies import Choice

if TYPE_CHECKING:
    from pathlib import Path

CONFTEST = """\
import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def conn():
    conn = await asyncpg.connect("postgresql://localhost")
    yield conn
    await conn.close()
"""
TEST = """\
async def test_one(conn):
    assert await conn.fetchval("select 1") == 1


async def test_two(conn):
    assert await conn.fetchval("select 1") == 1
"""
INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n"


@pytest.fixture
def suite(tmp_path):
    for name, text in {"conftest.py": CONFTEST, "test_it.py": TEST, "pytest.ini": INI}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_analysis_writes_nothing(suite):
    before = files(suite)
    report = analyse(suite, Settings())
    assert report.changes
    assert files(suite) == before


def test_result_has_nothing_left(suite):
    for change in analyse(suite, Settings()).changes:
        (suite / change.path).write_bytes(change.after)
    again = analyse(suite, Settings())
    assert (again.findings, again.changes, again.remedies) == ((), (), ())


@pytest.mark.parametrize("strategy", list(StrategyName))
def test_options_are_set_together_or_not_at_all(suite, strategy):
    report = analyse(suite, Settings(strategy=strategy))
    ini = next((c.after.decode() for c in report.changes if c.path == "pytest.ini"), None)
    assert ini is None or ("fixture_loop_scope" in ini and "test_loop_scope" in ini)
    assert (ini is None) is (strategy is StrategyName.PRESERVE)


def test_a_remedy_that_does_not_hold_is_withdrawn(suite, monkeypatch):
    """The crossing stays when only one keyword is set: proof must notice, whatever a strategy claims."""
    real = pipeline.choose

    def half(suite_, *args):
        remedy = real(suite_, *args).remedies[0]
        fixture = next(iter(suite_.fixtures().values()))
        useless = SetCallKeyword("conftest.py", fixture.decl.span, "loop_scope", '"session"')
        return Choice("isolate", (pipeline.replace(remedy, operations=(useless,)),))

    monkeypatch.setattr(pipeline, "choose", half)
    report = analyse(suite, Settings())
    assert report.changes == () and report.remedies == ()
    assert report.withheld[0].applicability is Applicability.DISPLAY
    assert "would still cross loops" in report.withheld[0].condition


def test_a_file_that_cannot_be_edited_withdraws_the_whole_remedy(suite, monkeypatch):
    real = pipeline.rewrite_file

    def refuse(path, data, operations):
        if path == "conftest.py":
            raise RewriteError(path, "cannot be reproduced byte for byte")
        return real(path, data, operations)

    monkeypatch.setattr(pipeline, "rewrite_file", refuse)
    report = analyse(suite, Settings())
    assert report.changes == ()
    assert [f.path for f in report.failures] == ["conftest.py"]


def test_deselected_findings_are_not_repaired(suite):
    report = analyse(suite, Settings(ignore=("LM2",)))
    assert report.findings == () and report.changes == ()


def test_a_folder_inside_a_project_names_the_project(suite):
    (suite / "inner").mkdir()
    with pytest.raises(UsageError, match="belongs to the project of"):
        analyse(suite / "inner", Settings())


def test_a_folder_with_its_own_configuration_is_its_own_project(suite):
    inner = suite / "inner"
    inner.mkdir()
    (inner / "pytest.ini").write_text("[pytest]\n")
    (inner / "test_inner.py").write_text("def test_nothing():\n    pass\n")
    report = analyse(suite, Settings())
    assert "inner" in " ".join(report.notes)
    assert report.counts.tests == 2


def test_broken_configuration_is_an_error_that_names_the_file(suite):
    (suite / "pytest.ini").write_text("[pytest\n")
    with pytest.raises(ConfigError, match=r"pytest\.ini"):
        analyse(suite, Settings())


@pytest.mark.parametrize("name", ["explicit-cleanup", "suppress-teardown"])
def test_named_remedies_say_what_they_do_not_cure(suite, name):
    report = analyse(suite, Settings(remedy=name))
    assert report.strategy == name
    assert report.changes
    assert any("repairs the loops themselves" in note for note in report.notes)


@pytest.mark.parametrize("name", ["explicit-cleanup", "suppress-teardown"])
def test_named_remedies_are_applied_once(suite, name):
    for change in analyse(suite, Settings(remedy=name)).changes:
        (suite / change.path).write_bytes(change.after)
    assert analyse(suite, Settings(remedy=name)).changes == ()


def test_a_target_must_hold_too(suite):
    report = analyse(suite, Settings(source="1.1.0", target="1.5.0", strategy=StrategyName.SHARE))
    assert report.changes


def test_a_linked_conftest_holds_repairs_back(suite):
    (suite / "sub").mkdir()
    (suite / "sub" / "test_sub.py").write_text(TEST)
    (suite / "sub" / "conftest.py").symlink_to("../conftest.py")
    report = analyse(suite, Settings())
    assert report.changes == ()
    assert any("sub/conftest.py: a link" in note for note in report.notes)
    assert "a link" in report.withheld[0].condition


def test_syntax_that_is_only_newer_holds_repairs_back(suite, monkeypatch):
    (suite / "test_newer.py").write_text("def broken(:\n")
    assert analyse(suite, Settings()).changes, "a real syntax error breaks pytest too; the rest is repaired"
    monkeypatch.setattr("codemod.rewrite.python.newer.is_valid", lambda data: True)
    report = analyse(suite, Settings())
    assert report.changes == ()
    assert "a newer Python" in report.withheld[0].condition


@pytest.mark.parametrize(
    "settings",
    [
        Settings(source="0.23.8"),
        Settings(source="0.23.8", unsafe=True, strategy=StrategyName.SHARE),
        Settings(source="0.23.8", remedy="suppress-teardown"),
        Settings(source="0.23.8", target="1.5.0"),
        Settings(source="1.5.0", target="0.23.8"),
    ],
)
def test_a_suite_before_1_0_is_reported_and_not_changed(suite, settings):
    report = analyse(suite, settings)
    assert {f.code: f.applicability for f in report.findings} == dict.fromkeys(
        ("LM201", "LM501"), Applicability.DISPLAY
    )
    assert (report.changes, report.remedies, report.withheld, report.alternatives) == ((), (), (), ())
    assert "nothing is repaired: repairs are offered from pytest-asyncio 1.0 on, not on 0.23.8" in report.notes


def test_a_healthy_suite_before_1_0_gets_one_line(suite):
    override = '\n\n@pytest_asyncio.fixture(scope="session")\ndef event_loop():\n    yield asyncio.new_event_loop()\n'
    (suite / "conftest.py").write_text("import asyncio\n" + CONFTEST + override)
    report = analyse(suite, Settings(source="0.21.2"))
    assert [f.code for f in report.findings] == ["LM501"]
    assert report.notes == ()

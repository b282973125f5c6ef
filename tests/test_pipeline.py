"""The pipeline's own promises: proof before anything is handed over, one answer for preview and apply."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from codemod import pipeline
from codemod.__main__ import main
from codemod.describe import describe
from codemod.errors import ConfigError, RewriteError, UsageError
from codemod.model import Applicability, StrategyName
from codemod.operations import SetCallKeyword
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


def test_a_folder_below_a_setup_py_names_its_project(tmp_path):
    (tmp_path / "setup.py").write_text("")
    (tmp_path / "tests").mkdir()
    with pytest.raises(UsageError, match=r"tests belongs to the project of .*setup\.py: run loopmend in"):
        analyse(tmp_path / "tests", Settings())
    assert analyse(tmp_path, Settings()).failures == ()


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", "requirements.txt"])
def test_a_folder_below_files_that_do_not_configure_pytest_is_a_project(tmp_path, name):
    (tmp_path / name).write_text("[other]\n" if name != "requirements.txt" else "a\n")
    (tmp_path / "tests").mkdir()
    assert analyse(tmp_path / "tests", Settings()).failures == ()


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


def test_a_suite_that_stays_before_1_0_is_repaired_where_its_version_can_say_so(suite):
    (suite / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    report = analyse(suite, Settings(source="0.23.8", target="current"))
    assert [c.path for c in report.changes] == ["conftest.py"]
    assert b"@pytest_asyncio.fixture\n" in report.changes[0].after
    assert (report.version, report.target) == ("0.23.8", "0.23.8")


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_repair_that_needs_what_the_version_lacks_is_refused(suite, unsafe):
    settings = Settings(source="0.23.8", target="current", strategy=StrategyName.SHARE, unsafe=unsafe)
    report = analyse(suite, settings)
    assert [f.code for f in report.findings] == ["LM201", "LM107"], "0.23 does not read the option in pytest.ini"
    assert (report.changes, report.remedies) == ((), ())
    reason = "the options for one loop begin with pytest-asyncio 0.26.0, and this is for 0.23.8"
    assert any(reason in note for note in report.notes)


@pytest.mark.parametrize("target", [None, "latest", "1.5.0"])
def test_a_suite_before_1_0_goes_to_the_newest(suite, target):
    report = analyse(suite, Settings(source="0.23.8", target=target))
    assert (report.version, report.version_origin, report.target) == ("0.23.8", "given", "1.5.0")
    assert "LM501" in {f.code for f in report.findings}
    assert report.changes


def test_a_suite_from_1_0_on_stays(suite):
    report = analyse(suite, Settings(source="1.1.0"))
    assert report.target == "1.1.0"
    assert "LM501" not in {f.code for f in report.findings}


def test_there_is_no_way_back(suite):
    with pytest.raises(ConfigError, match=r"--target 0\.23\.8 goes back"):
        analyse(suite, Settings(source="1.5.0", target="0.23.8"))


def test_a_migration_takes_the_pin_with_it(suite):
    override = '\n\n@pytest_asyncio.fixture(scope="session")\ndef event_loop():\n    yield asyncio.new_event_loop()\n'
    (suite / "conftest.py").write_text("import asyncio\n" + CONFTEST + override)
    (suite / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    (suite / "requirements.txt").write_text("pytest-asyncio==0.21.2\n")
    first = analyse(suite, Settings())
    assert (first.version, first.target) == ("0.21.2", "1.5.0")
    assert first.changes
    for change in first.changes:
        (suite / change.path).write_bytes(change.after)
    again = analyse(suite, Settings())
    assert (again.changes, again.findings) == ((), ())
    assert (again.version, again.version_origin) == ("1.5.0", "requirements.txt:1")


def test_a_migrated_suite_is_left_alone_while_its_pin_is_old(suite):
    (suite / "pytest.ini").write_text("[pytest]\nasyncio_default_test_loop_scope = session\n")
    (suite / "requirements.txt").write_text("pytest-asyncio==0.21.2\n")
    again = analyse(suite, Settings())
    assert "taken as written for 1.5.0" in again.version_origin
    assert [remedy.code for remedy in again.withheld if remedy.applicability is Applicability.UNSAFE] == ["LM501"]


def test_config_shows_source_and_target(suite):
    (suite / "requirements.txt").write_text("pytest-asyncio==0.21.2\n")
    options = {o.name: (o.value, o.origin) for o in describe(suite, Settings())[0]}
    assert options["pytest-asyncio"][0] == "1.5.0", "the option in pytest.ini is newer than the pin"
    options = {o.name: (o.value, o.origin) for o in describe(suite, Settings(target="current"))[0]}
    assert options["pytest-asyncio"] == ("0.21.2", "requirements.txt:1")
    assert options["target"] == ("0.21.2", "given")


def test_config_shows_places_as_seen_from_the_project_and_what_they_override(suite):
    (suite / "tox.ini").write_text("[pytest]\nasyncio_mode = strict\n")
    (suite / "requirements.txt").write_text("pytest-asyncio==1.5.0\npytest==8.4.2\n")
    options = {o.name: o for o in describe(suite, Settings())[0]}
    assert (options["rootdir"].value, options["inifile"].value, options["pytest"].value) == (".", "pytest.ini", "8.4.2")
    assert [o.value for o in options["inifile"].overrides] == ["tox.ini"]
    assert [(o.value, o.origin) for o in options["asyncio_mode"].overrides] == [("strict", "tox.ini:2")]
    assert "plugin" not in options


def test_config_answers_about_a_command_line(suite):
    args = ("-o", "asyncio_mode=strict", "-p", "no:asyncio")
    options = {o.name: o for o in describe(suite, Settings(), args)[0]}
    assert (options["asyncio_mode"].value, options["asyncio_mode"].origin) == ("strict", "command line")
    assert options["plugin"].value == "not loaded"


def test_the_command_refuses_an_unknown_target_and_an_environment_that_is_none(suite, capsys):
    assert main(["check", str(suite), "--target", "9.9"]) == 2
    assert "target must be latest, current or a release from" in capsys.readouterr().err
    assert main(["check", str(suite), "--python", str(suite)]) == 2
    assert "no site-packages folder belongs to it" in capsys.readouterr().err
    assert main(["check", str(suite), "--source", "1.1.0", "--target", "0.26"]) == 2
    assert "goes back" in capsys.readouterr().err


def test_the_command_tells_where_the_suite_goes(suite, capsys):
    main(["check", str(suite), "--source", "0.21.2", "--target", "1.4"])
    assert "pytest-asyncio 0.21.2 (given) → 1.4.1" in capsys.readouterr().out


# --- withdrawn remedies ----------------------------------------------------------------------------------------------


@pytest.fixture
def several(suite: Path) -> Path:
    """Return a suite that goes to another version with remedies of three rules, each in a file of its own."""
    (suite / "requirements.txt").write_text("pytest-asyncio==0.24.0\n")
    (suite / "test_marks.py").write_text(
        "import pytest\n\npytestmark = pytest.mark.asyncio(scope='module')\n\n\nasync def test_mark():\n    pass\n"
    )
    (suite / "test_task.py").write_text("import asyncio\n\n\nasync def test_loop():\n    asyncio.get_event_loop()\n")
    return suite


def test_each_remedy_can_be_withdrawn_alone(several: Path) -> None:
    whole = analyse(several, Settings())
    assert len({remedy.code for remedy in whole.remedies}) == len(whole.remedies) >= 3
    for remedy in whole.remedies:
        report = analyse(several, Settings(), withdrawn=[(remedy, "the suite got worse")])
        codes = [r.code for r in report.remedies if r.code != "LM501"]
        assert codes == [r.code for r in whole.remedies if r.code not in ("LM501", remedy.code)]
        held = [r for r in report.withheld if r.code == remedy.code]
        assert [(r.condition, r.applicability) for r in held] == [("the suite got worse", Applicability.DISPLAY)]
        assert report.changes
        touched = {op.path for r in report.remedies for op in r.operations}
        assert {change.path for change in report.changes} <= touched


def test_the_pins_wait_for_what_is_withdrawn(several: Path) -> None:
    crossing, *_, pins = analyse(several, Settings()).remedies
    assert (crossing.code, pins.code) == ("LM201", "LM501")
    report = analyse(several, Settings(), withdrawn=[(crossing, "bad")])
    assert "LM501" not in [r.code for r in report.remedies]
    assert "requirements.txt" not in [change.path for change in report.changes]


def test_all_remedies_can_be_withdrawn(several: Path) -> None:
    whole = analyse(several, Settings())
    report = analyse(several, Settings(), withdrawn=[(remedy, "bad") for remedy in whole.remedies])
    assert (report.changes, report.remedies) == ((), ())
    assert len(report.findings) == len(whole.findings)


def test_a_remedy_that_is_not_there_withdraws_nothing(several: Path) -> None:
    whole = analyse(several, Settings())
    stranger = replace(whole.remedies[0], findings=("LM000-0",))
    assert analyse(several, Settings(), withdrawn=[(stranger, "bad")]) == whole

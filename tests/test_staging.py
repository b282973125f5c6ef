"""What waits: pins for the rest of the migration, and with --keep-compat whatever the older version would not run."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from codemod.errors import ConfigError
from codemod.model import Applicability
from codemod.pipeline import analyse
from codemod.project.settings import Settings, load
from codemod.source.diff import render

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.model import ProjectReport

OVERRIDE = """import asyncio

import pytest


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
"""
BY_HAND = OVERRIDE.replace('scope="session"', 'scope="session", params=[1, 2]')
TEST = "import pytest\n\n\n@pytest.mark.asyncio{}\nasync def test_a():\n    pass\n"
POOL = """import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    pool = await asyncpg.create_pool()
    yield pool
    await pool.close()
"""


def project(folder: Path, pin: str, conftest: str = "", mark: str = "", **files: str) -> Path:
    """Make a project with one test and a requirements.txt; ``files`` are further files, ``_`` standing for the dot."""
    named = {name.replace("_", "."): text for name, text in files.items()}
    texts = {"requirements.txt": pin, "conftest.py": conftest, "test_a.py": TEST.format(mark), **named}
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def changed(report: ProjectReport) -> list[str]:
    """Return the paths of what migrate would change."""
    return [change.path for change in report.changes]


def after(report: ProjectReport, path: str) -> str:
    """Return the text of a changed file."""
    return next(change.after.decode() for change in report.changes if change.path == path)


def test_the_pin_goes_with_the_code(tmp_path: Path) -> None:
    report = analyse(project(tmp_path, "pytest-asyncio==0.21.2\n", OVERRIDE), Settings())
    assert after(report, "requirements.txt") == "pytest-asyncio==1.5.0\n"
    assert "conftest.py" in changed(report)


@pytest.mark.parametrize("select", [("LM501",), ("LM5",)])
def test_the_pin_alone_would_break_the_suite(tmp_path: Path, select: tuple[str, ...]) -> None:
    report = analyse(project(tmp_path, "pytest-asyncio==0.21.2\n", OVERRIDE), Settings(select=select))
    assert report.changes == ()
    (held,) = report.withheld
    assert (held.code, held.applicability) == ("LM501", Applicability.DISPLAY)
    assert held.condition.startswith("conftest.py:7:1: LM401 has to be mended first")


def test_the_pin_waits_for_what_a_person_has_to_do(tmp_path: Path) -> None:
    report = analyse(project(tmp_path, "pytest-asyncio==0.21.2\n", BY_HAND), Settings(unsafe=True))
    assert changed(report) == []


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        (Settings(), []),
        (Settings(unsafe=True), []),
        (Settings(target="latest"), ["requirements.txt"]),
        (Settings(target="1.4.0"), ["requirements.txt"]),
        (Settings(target="current"), []),
    ],
)
def test_a_suite_that_needs_no_change_is_left_unless_asked(
    tmp_path: Path, settings: Settings, paths: list[str]
) -> None:
    assert changed(analyse(project(tmp_path, "pytest-asyncio==0.23.8\n"), settings)) == paths


def test_a_code_that_uses_more_than_its_pin_has_needs_unsafe(tmp_path: Path) -> None:
    folder = project(tmp_path, "pytest-asyncio==0.21.2\n", mark='(loop_scope="module")')
    assert changed(analyse(folder, Settings())) == []
    assert after(analyse(folder, Settings(unsafe=True)), "requirements.txt") == "pytest-asyncio==1.5.0\n"


def test_a_pin_of_another_tool_counts_where_it_is_the_only_one(tmp_path: Path) -> None:
    noxfile = 'import nox\n\n\n@nox.session\ndef t(session):\n    session.install("pytest-asyncio<0.22", "pytest")\n'
    folder = project(tmp_path, "pytest\n", OVERRIDE, noxfile_py=noxfile)
    report = analyse(folder, Settings())
    assert (report.version, report.version_origin) == ("0.21.2", "newest known in <0.22 (noxfile.py:6)")
    assert '"pytest-asyncio>=1.5,<2"' in after(report, "noxfile.py")
    (folder / "requirements.txt").write_text("pytest-asyncio>=1.5\n")
    assert analyse(folder, Settings()).version == "1.5.0"


@pytest.mark.parametrize("pin", ["pytest-asyncio!=0.22.0", "pytest-asyncio"])
def test_what_asks_for_no_version_has_none_to_raise(tmp_path: Path, pin: str) -> None:
    report = analyse(project(tmp_path, f"{pin}\n"), Settings(source="0.23.8", target="latest"))
    assert (report.findings, report.changes) == ((), ())


@pytest.mark.parametrize(("unsafe", "pin"), [(False, "- pytest-asyncio<1\n"), (True, "- pytest-asyncio>=1.5,<2\n")])
def test_an_environment_of_an_old_python_goes_up_with_it(tmp_path: Path, unsafe: bool, pin: str) -> None:
    old = "dependencies:\n- python=3.8\n- pytest-asyncio<1\n"
    folder = project(tmp_path, "pytest-asyncio<1\n", OVERRIDE, environment_yml=old)
    report = analyse(folder, Settings(unsafe=unsafe))
    assert after(report, "requirements.txt") == "pytest-asyncio>=1.5,<2\n"
    new = after(report, "environment.yml") if "environment.yml" in changed(report) else old
    assert (pin in new, "python=3.10" in new) == (True, unsafe)


def test_targets_before_1_0_are_left_to_a_person(tmp_path: Path) -> None:
    folder = project(tmp_path, "pytest-asyncio==0.21.2\n")
    report = analyse(folder, Settings(target="0.26.0"))
    assert (changed(report), [finding.code for finding in report.findings]) == ([], ["LM501"])


def test_one_patch_where_both_ends_run_it(tmp_path: Path) -> None:
    report = analyse(
        project(tmp_path, "pytest-asyncio==0.23.8\n", mark='(scope="module")'), Settings(keep_compat="0.24.0")
    )
    assert after(report, "requirements.txt") == "pytest-asyncio>=0.24,<2\n"
    assert "loop_scope" in after(report, "test_a.py")
    assert report.later == ()


def test_no_edit_that_the_older_version_does_not_know(tmp_path: Path) -> None:
    folder = project(tmp_path, "pytest-asyncio==0.23.8\n", mark='(scope="module")')
    report = analyse(folder, Settings(keep_compat="0.23.0"))
    assert changed(report) == []
    assert sorted(change.path for change in report.later) == ["requirements.txt", "test_a.py"]


def test_two_patches_make_what_one_migration_makes(tmp_path: Path) -> None:
    folder = project(tmp_path, "pytest-asyncio==0.24.0\n", OVERRIDE, mark='(scope="session")')
    whole = analyse(folder, Settings())
    report = analyse(folder, Settings(keep_compat="0.24.0"))
    assert changed(report) == ["test_a.py"]
    assert sorted(change.path for change in report.later) == ["conftest.py", "requirements.txt"]
    for patch in (render(report.changes), render(report.later)):
        subprocess.run(["git", "apply", "-"], cwd=folder, input=patch, check=True)
    for change in whole.changes:
        assert (folder / change.path).read_bytes() == change.after
    assert analyse(folder, Settings()).changes == ()


def test_the_first_patch_is_stable(tmp_path: Path) -> None:
    folder = project(tmp_path, "pytest-asyncio==0.24.0\n", OVERRIDE, mark='(scope="session")')
    settings = Settings(keep_compat="0.24.0")
    for change in analyse(folder, settings).changes:
        (folder / change.path).write_bytes(change.after)
    assert changed(analyse(folder, settings)) == []


def test_a_crossing_is_repaired_for_both_ends(tmp_path: Path) -> None:
    test = "async def test_a(pool):\n    await pool.fetch('select 1')\n"
    folder = project(tmp_path, "pytest-asyncio>=0.21\n", POOL, pytest_ini="[pytest]\nasyncio_mode = auto\n")
    (folder / "test_a.py").write_text(test)
    report = analyse(folder, Settings(keep_compat="0.24.0"))
    assert after(report, "requirements.txt") == "pytest-asyncio>=0.24\n"
    assert "asyncio_default_fixture_loop_scope" in after(report, "pytest.ini")
    assert 'scope="session"' not in after(report, "conftest.py")


def test_python_is_nobodys_business_where_an_older_version_is_kept(tmp_path: Path) -> None:
    folder = project(tmp_path, "pytest-asyncio==0.24.0\n", setup_cfg="[options]\npython_requires = >=3.8\n")
    assert "LM502" in [finding.code for finding in analyse(folder, Settings()).findings]
    assert "LM502" not in [finding.code for finding in analyse(folder, Settings(keep_compat="0.24.0")).findings]


def test_where_else_the_old_python_is_named(tmp_path: Path) -> None:
    files = {"setup_cfg": "[options]\npython_requires = >=3.9\n", "tox_ini": "[tox]\nenvlist = py38,py39,py310\n"}
    report = analyse(project(tmp_path, "pytest-asyncio==0.24.0\n", **files), Settings())
    (found,) = [finding for finding in report.findings if finding.code == "LM502"]
    assert "named in tox.ini:2 (3.8), tox.ini:2 (3.9), too" in found.advice


def test_a_version_to_keep_is_older_than_the_target(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--keep-compat 1\.5\.0 is newer than pytest-asyncio 1\.4\.0"):
        analyse(project(tmp_path, "pytest-asyncio==0.24.0\n"), Settings(keep_compat="1.5.0", target="1.4.0"))


@pytest.mark.parametrize(("text", "version"), [("0.24", "0.24.0"), ("0.25.1", "0.25.1"), ("1", "1.0.0")])
def test_a_series_means_its_oldest(tmp_path: Path, text: str, version: str) -> None:
    assert load(tmp_path, {"keep-compat": text}, isolated=True).keep_compat == version


@pytest.mark.parametrize("text", ["0.22", "2.0", "old", ""])
def test_no_version_to_keep(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="keep-compat must be a known release"):
        load(tmp_path, {"keep-compat": text}, isolated=True)


def test_a_range_over_both_generations_is_explained(tmp_path: Path) -> None:
    notes = analyse(project(tmp_path, "pytest-asyncio>=0.21\n"), Settings()).notes
    assert "`pytest-asyncio>=0.21` (requirements.txt:1) allows releases before 1.0" in " ".join(notes)
    assert not analyse(project(tmp_path, "pytest-asyncio>=1.1\n"), Settings()).notes

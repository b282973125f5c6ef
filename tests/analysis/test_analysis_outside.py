"""Fixtures of other plugins: from the table for what is required, from source for what is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.analysis.outside import BRINGS, NEEDS, REMOVED, outside_of
from codemod.knowledge import plugins
from codemod.pipeline import analyse
from codemod.project import installed
from codemod.project.requirements import at_least, read
from codemod.project.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [plugin.distribution for plugin in plugins()]
PLUGIN = """\
import pytest
from .inner import *


@pytest.fixture
def server(request):
    return request.getfixturevalue("base")


@pytest.fixture
def free():
    return 1
"""
INNER = """\
import pytest


@pytest.fixture(autouse=True)
def base(event_loop):
    return event_loop
"""


def required(root: Path, *lines: str) -> set[tuple[str, str, str]]:
    (root / "requirements.txt").write_text("".join(f"{line}\n" for line in lines))
    return {(o.distribution, o.name, o.kind) for o in outside_of(read(root, root, NAMES).others, None).fixtures}


def environment(root: Path, name: str, version: str, files: dict[str, str], module: str = "plug") -> Path:
    site = root / "env" / "lib" / "python3.12" / "site-packages"
    (site / f"{name}-{version}.dist-info").mkdir(parents=True)
    (site / f"{name}-{version}.dist-info" / "entry_points.txt").write_text(f"[pytest11]\np = {module}\n")
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    return root / "env"


def test_the_table_is_in_order() -> None:
    for plugin in plugins():
        assert at_least(plugin.newest, plugin.first or plugin.last), plugin
        assert not plugin.first or not at_least(plugin.last, plugin.first), plugin
        assert plugin.needs or plugin.brings, plugin
        assert set(plugin.autouse) <= set(plugin.needs), plugin
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("pin", ["==2.1.6", "<3", "~=2.0", "==2.*"])
def test_a_requirement_without_a_way_out_counts(tmp_path: Path, pin: str) -> None:
    assert required(tmp_path, f"aresponses{pin}") == {("aresponses", "aresponses", NEEDS)}


@pytest.mark.parametrize("line", ["aresponses", "aresponses>=2", "aresponses==3.0.0", "aresponses>=3.1", "requests"])
def test_a_requirement_that_allows_a_newer_release_does_not(tmp_path: Path, line: str) -> None:
    assert required(tmp_path, line) == set()


def test_a_lock_is_believed(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text('version = 1\n\n[[package]]\nname = "aresponses"\nversion = "2.1.6"\n')
    assert required(tmp_path, "aresponses>=2") == {("aresponses", "aresponses", NEEDS)}


def test_what_a_newer_release_removed_counts_for_every_requirement(tmp_path: Path) -> None:
    assert ("pytest-aiohttp", "loop", REMOVED) in required(tmp_path, "pytest-aiohttp")
    assert ("pytest-aiohttp", "loop", BRINGS) not in required(tmp_path, "pytest-aiohttp")
    assert ("pytest-aiohttp", "loop", BRINGS) in required(tmp_path, "pytest-aiohttp<1.1")


def test_an_installed_plugin_is_read_with_what_it_imports(tmp_path: Path) -> None:
    place = environment(tmp_path, "plug", "2.0", {"plug/__init__.py": PLUGIN, "plug/inner.py": INNER})
    found = {o.name: o for o in outside_of({}, installed.read(place)).fixtures}
    assert {name: (o.kind, o.version, o.autouse) for name, o in found.items()} == {
        "base": (NEEDS, "2.0", True),
        "server": (NEEDS, "2.0", False),
    }


def test_an_installed_plugin_with_its_own_event_loop_needs_none(tmp_path: Path) -> None:
    own = INNER + "\n\n@pytest.fixture\ndef event_loop():\n    return None\n"
    place = environment(tmp_path, "plug", "2.0", {"plug/__init__.py": PLUGIN, "plug/inner.py": own})
    found = outside_of({}, installed.read(place))
    assert {(o.name, o.kind) for o in found.fixtures} == {("event_loop", BRINGS)}
    assert found.brought == {"event_loop"}


def test_pytest_asyncio_itself_is_not_another_plugin(tmp_path: Path) -> None:
    place = environment(tmp_path, "pytest_asyncio", "0.21.2", {"plug.py": INNER})
    assert outside_of({}, installed.read(place)).fixtures == ()


def test_the_installed_release_wins_over_the_table(tmp_path: Path) -> None:
    place = environment(tmp_path, "aresponses", "2.1.6", {"plug.py": "import pytest\n"})
    (tmp_path / "requirements.txt").write_text("aresponses<3\n")
    pins = read(tmp_path, tmp_path, NAMES).others
    assert outside_of(pins, installed.read(place)).fixtures == ()


def test_a_plugin_that_cannot_be_read_is_judged_by_the_table(tmp_path: Path) -> None:
    place = environment(tmp_path, "aresponses", "2.1.6", {"plug.py": "def broken(:\n"})
    (tmp_path / "requirements.txt").write_text("aresponses<3\n")
    found = outside_of(read(tmp_path, tmp_path, NAMES).others, installed.read(place))
    assert [o.name for o in found.fixtures] == ["aresponses"]
    assert "plug.py was passed over" in found.notes[0]


def test_a_finding_names_the_installed_release(tmp_path: Path) -> None:
    place = environment(tmp_path, "plug", "2.0", {"plug/__init__.py": PLUGIN, "plug/inner.py": INNER})
    root = tmp_path / "project"
    root.mkdir()
    (root / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    (root / "test_a.py").write_text("async def test_a(server, free):\n    pass\n")
    report = analyse(root, Settings(python=str(place), select=("LM409",)))
    assert [(f.code, f.message.partition(" asks")[0]) for f in report.findings] == [
        ("LM409", "`base` of plug 2.0"),
        ("LM409", "`server` of plug 2.0"),
    ]
    assert "no known release of plug works" in report.findings[0].advice

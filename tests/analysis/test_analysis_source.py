"""The version a suite was written for: requirements first, then what only old or only new versions have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.project.settings import Settings
from codemod.reading import choose_versions, discover_project, open_workspace, silent

if TYPE_CHECKING:
    from pathlib import Path

OVERRIDE = (
    "import asyncio\nimport pytest\n\n\n@pytest.fixture{}\ndef event_loop():\n    yield asyncio.new_event_loop()\n"
)
FUNCTION, SESSION = OVERRIDE.format(""), OVERRIDE.format('(scope="session")')
SHIM = (
    "import asyncio\nimport pytest_asyncio\n\n\n"
    "@pytest_asyncio.fixture\nasync def event_loop():\n    return asyncio.get_running_loop()\n"
)
DIRECT = "import pytest\n\n\n@pytest.mark.parametrize('event_loop', [1])\ndef test_a(event_loop):\n    pass\n"
WIDE = '\n\nimport pytest_asyncio\n\n\n@pytest_asyncio.fixture(scope="session")\nasync def pool():\n    return 1\n'
ASKING = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_a(event_loop):\n    pass\n"
PLAIN = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_a():\n    pass\n"
SYNC = "def test_s(event_loop):\n    event_loop.run_until_complete(None)\n"
SCOPED = 'import pytest\n\n\n@pytest.mark.asyncio(loop_scope="session")\nasync def test_a():\n    pass\n'


def versions(root: Path, files: dict[str, str], pin: str = "", **settings: object) -> tuple[str, str, str]:
    if pin:
        files = {**files, "requirements.txt": f"pytest-asyncio{pin}\n"}
    for name, text in {"pytest.ini": "[pytest]\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    project = discover_project(root, Settings(**settings), silent)  # type: ignore[arg-type]
    source, target = choose_versions(project, open_workspace(project))
    return source.version, source.origin, target


def source(root: Path, files: dict[str, str], pin: str = "", **settings: object) -> str:
    return versions(root, files, pin, **settings)[0]


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        ("==0.21.1", "0.21.1"),
        ("<1", "0.26.0"),
        ("~=0.21.0", "0.21.2"),
        ("<0.23", "0.21.2"),
        (">=0.21", "1.5.0"),
        ("", "1.5.0"),
    ],
)
def test_without_a_construct_the_requirement_decides(tmp_path: Path, pin: str, expected: str) -> None:
    assert source(tmp_path, {"test_a.py": PLAIN}, pin) == expected


@pytest.mark.parametrize("pin", ["", ">=0.17"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"conftest.py": SESSION, "test_a.py": PLAIN}, "0.26.0"),
        ({"conftest.py": SESSION + WIDE, "test_a.py": PLAIN}, "0.21.2"),
        ({"test_a.py": ASKING}, "0.26.0"),
        (
            {"test_a.py": PLAIN, "conftest.py": "import pytest\n\n\n@pytest.fixture\ndef a(event_loop):\n    pass\n"},
            "0.26.0",
        ),
        ({"test_a.py": 'import pytest\n\npytestmark = pytest.mark.usefixtures("event_loop")\n'}, "0.26.0"),
        ({"test_a.py": 'def test_a(request):\n    request.getfixturevalue("event_loop")\n'}, "0.26.0"),
        ({"test_a.py": ASKING, "conftest.py": FUNCTION}, "0.26.0"),
        ({"conftest.py": "from shared import *\n", "shared.py": SESSION, "test_a.py": PLAIN}, "0.26.0"),
        ({"conftest.py": 'pytest_plugins = ["shared"]\n', "shared.py": SESSION, "test_a.py": PLAIN}, "0.26.0"),
        (
            {
                "conftest.py": SESSION.replace("def event_loop", "def loop").replace(
                    "scope=", 'name="event_loop", scope='
                )
            },
            "0.26.0",
        ),
    ],
    ids=range(10),
)
def test_what_only_old_versions_honour_decides_an_open_range(tmp_path: Path, files, pin: str, expected: str) -> None:
    assert source(tmp_path, files, pin) == expected


def test_it_says_which_and_why(tmp_path: Path) -> None:
    _, origin, target = versions(tmp_path, {"conftest.py": SESSION, "test_a.py": PLAIN}, ">=0.21")
    assert origin == (
        "newest that honours the `event_loop` override at conftest.py:6; newest known in >=0.21 (requirements.txt:1)"
    )
    assert target == "1.5.0"


@pytest.mark.parametrize("pin", ["", ">=0.17"])
@pytest.mark.parametrize(
    "files",
    [
        {"conftest.py": SHIM, "test_a.py": ASKING},
        {"conftest.py": FUNCTION, "test_a.py": SYNC},
        {"conftest.py": FUNCTION, "test_a.py": PLAIN + "\n\n" + SYNC},
        {"sync/conftest.py": SESSION, "sync/test_s.py": SYNC, "test_a.py": PLAIN},
        {"test_a.py": DIRECT},
        {"test_a.py": "import asyncio\n\n\ndef helper(event_loop):\n    asyncio.new_event_loop()\n"},
        {"app.py": SESSION, "test_a.py": PLAIN},
    ],
    ids=range(7),
)
def test_what_works_on_any_version_is_no_sign(tmp_path: Path, files, pin: str) -> None:
    assert source(tmp_path, files, pin) == "1.5.0"


def test_a_sync_fixture_between_makes_an_async_user(tmp_path: Path) -> None:
    app = "\n\n@pytest.fixture\ndef app(event_loop):\n    return event_loop.run_until_complete(None)\n"
    files = {"conftest.py": FUNCTION + app, "test_a.py": PLAIN.replace("test_a()", "test_a(app)")}
    assert source(tmp_path, files) == "0.26.0"


def test_a_wide_override_with_async_tests_in_sight_is_a_sign(tmp_path: Path) -> None:
    assert source(tmp_path, {"conftest.py": SESSION, "test_a.py": PLAIN, "test_s.py": SYNC}) == "0.26.0"


@pytest.mark.parametrize("pin", ["==1.0.0", ">=1", "==0.21.2", "<0.20"])
def test_a_requirement_of_one_kind_of_version_is_believed(tmp_path: Path, pin: str) -> None:
    found = source(tmp_path, {"conftest.py": SESSION + WIDE, "test_a.py": ASKING}, pin)
    assert found == {"==1.0.0": "1.0.0", ">=1": "1.5.0", "==0.21.2": "0.21.2", "<0.20": "0.19.0"}[pin]


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"test_a.py": SCOPED}, "loop_scope="),
        ({"conftest.py": WIDE.replace("scope=", 'loop_scope="session", scope='), "test_a.py": PLAIN}, "loop_scope="),
        (
            {"test_a.py": "import pytest\n\n\n@pytest.mark.asyncio(loop_scope='session')\nclass TestA:\n    pass\n"},
            "loop_scope=",
        ),
        (
            {"pytest.ini": "[pytest]\nasyncio_default_test_loop_scope = session\n", "test_a.py": PLAIN},
            "test_loop_scope",
        ),
        (
            {"pytest.ini": "[pytest]\naddopts = -o asyncio_default_fixture_loop_scope=session\n", "test_a.py": PLAIN},
            "fixture_",
        ),
        ({"conftest.py": SHIM, "test_a.py": ASKING}, "an async `event_loop` at conftest.py:6"),
        (
            {"conftest.py": "def pytest_asyncio_loop_factories(config, item):\n    pass\n", "test_a.py": PLAIN},
            "the hook",
        ),
    ],
    ids=range(7),
)
def test_what_the_pin_does_not_have_was_written_for_the_target(tmp_path: Path, files, name: str) -> None:
    version, origin, target = versions(tmp_path, files, "==0.21.2")
    assert (version, target) == ("1.5.0", "1.5.0")
    assert name in origin and "which 0.21.2 (requirements.txt:1) does not have: taken as written for 1.5.0" in origin


@pytest.mark.parametrize(
    ("pin", "settings", "expected"),
    [
        ("==0.24.0", {}, "0.24.0"),
        ("==0.21.2", {"target": "current"}, "0.21.2"),
        ("==0.21.2", {"target": "0.23.8"}, "0.21.2"),
        ("==0.21.2", {"target": "1.0.0"}, "1.0.0"),
        ("==0.21.2", {"source": "0.20.3"}, "0.20.3"),
        ("", {}, "1.5.0"),
    ],
)
def test_what_the_version_has_or_the_target_lacks_is_no_sign(tmp_path: Path, pin, settings, expected) -> None:
    assert source(tmp_path, {"test_a.py": SCOPED}, pin, **settings) == expected


def test_both_kinds_leave_the_versions_that_have_both(tmp_path: Path) -> None:
    ini = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    files = {"pytest.ini": ini, "conftest.py": SESSION + WIDE, "test_a.py": PLAIN}
    assert source(tmp_path, files) == "0.26.0"
    assert source(tmp_path, {**files, "nested/conftest.py": SHIM}) == "1.5.0", "no version has all"


def test_a_fixture_another_plugin_brings_is_not_pytest_asyncios(tmp_path: Path) -> None:
    site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    (site / "loops-1.0.dist-info").mkdir(parents=True)
    (site / "loops-1.0.dist-info" / "entry_points.txt").write_text("[pytest11]\nloops = loops\n")
    (site / "loops.py").write_text(SESSION)
    root = tmp_path / "project"
    root.mkdir()
    assert source(root, {"test_a.py": ASKING}) == "0.26.0"
    assert source(root, {"test_a.py": ASKING}, python=str(tmp_path / "env")) == "1.5.0"

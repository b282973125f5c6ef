"""Requirements that decide nothing: in files below the folder, and in environments of other tools."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree

from codemod.project.requirements import Requirements, choose_version, read
from codemod.project.settings import Settings
from codemod.reading import discover_project, silent, with_requirements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KNOWN = ["0.21.1", "0.23.8", "1.0.0", "1.4.0"]
PIN = "pytest-asyncio==0.21.1\n"


def found(root: Path, files: dict[str, str | bytes], folder: str = "", nested: Sequence[str] = ()) -> Requirements:
    return read(write_tree(root, files), root / folder, nested=nested)


def below(result: Requirements) -> list[str]:
    return [f"{pin.name} {pin.origin}" for pin in result.below]


def test_files_below_are_read_and_decide_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "pytest-asyncio<1\n",
        "docker/requirements.txt": PIN,
        "a/b/pyproject.toml": '[project]\nrequires-python = ">=3.8"\ndependencies = ["pytest-asyncio<1", "pytest<8"]\n',
    }
    result = found(tmp_path, files)
    assert below(result) == [
        "python a/b/pyproject.toml:2",
        "pytest-asyncio a/b/pyproject.toml:3",
        "pytest a/b/pyproject.toml:3",
        "pytest-asyncio docker/requirements.txt:1",
    ]
    assert [pin.path for pin in result.plugin.specs] == ["requirements.txt"]
    assert (result.pytest.specs, result.python.specs) == ((), ())
    assert choose_version(result.plugin, KNOWN).version == "0.23.8"
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/requirements.txt", "pytest<8\n"),
        ("docs/requirements.txt", "pytest-asyncio-cooperative\npytest<8\n"),
        ("docs/requirements.txt", "# pytest-asyncio\npytest<8\n"),
        ("docs/notes.txt", PIN),
        ("docs/uv.lock", 'pytest-asyncio = "1"'),
        ("docs/tool.py", "D = ['pytest-asyncio<1']\n"),
        (".venv/requirements.txt", PIN),
        ("node_modules/x/requirements.txt", PIN),
        ("vendor/x/setup.cfg", "[options]\ninstall_requires = pytest-asyncio<1\n"),
        ("noxfile.py", "ARGS = ['pytest', 'tests']\n"),
        ("a/noxfile.py", "s.install('pytest<8')\n"),
        (".pre-commit-config.yaml", "repos: [{hooks: [{additional_dependencies: ['pytest<8']}]}]\n"),
    ],
)
def test_nothing_below(tmp_path: Path, name: str, text: str) -> None:
    result = found(tmp_path, {name: text})
    assert (result.below, result.unread, result.plugin.specs) == ((), (), ())


def test_a_file_of_another_tool_decides_nothing_but_may_speak_of_pytest(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "noxfile.py": "s.install('pytest<8')\n",
        "tox.toml": 'env.a.deps = ["pytest<8"]\n',
        "pyproject.toml": '[build-system]\nrequires = ["pytest-asyncio<1"]\n',
    }
    result = found(tmp_path, files)
    assert below(result) == ["pytest noxfile.py:1", "pytest-asyncio pyproject.toml:2", "pytest tox.toml:1"]
    assert result.plugin.specs == result.pytest.specs == ()


def test_hooks_of_pre_commit_are_apart(tmp_path: Path) -> None:
    hook = "  - {{id: {}, additional_dependencies: [{}]}}\n"
    text = "repos:\n- hooks:\n" + hook.format("a", "pytest<8") + hook.format("b", "pytest-asyncio<1, pytest<7")
    result = found(tmp_path, {".pre-commit-config.yaml": text})
    assert [(pin.name, pin.specifier) for pin in result.below] == [("pytest-asyncio", "<1"), ("pytest", "<7")]


def test_nested_projects_are_left_out(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"libs/a/requirements.txt": PIN, "libs/ab/requirements.txt": PIN}
    assert below(found(tmp_path, files, nested=["libs/a/"])) == ["pytest-asyncio libs/ab/requirements.txt:1"]


def test_only_what_is_inside_may_be_written(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": PIN,
        "noxfile.py": "s.install('pytest-asyncio<1')\n",
        "svc/setup.cfg": "[options]\ninstall_requires = pytest-asyncio\n",
        "svc/ci/requirements.txt": PIN,
        "other/requirements.txt": PIN,
    }
    result = found(tmp_path, files, "svc")
    assert [(pin.path, pin.inside) for pin in result.plugin.specs] == [
        ("setup.cfg", True),
        ("../requirements.txt", False),
    ]
    assert [(pin.path, pin.inside) for pin in result.below] == [("ci/requirements.txt", True)]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("docs/pyproject.toml", "pytest-asyncio = \n", "line 1: "),
        ("docs/requirements.txt", "pytest-asyncio==not.a.version\n", "line 1: cannot read the requirement"),
        ("docs/requirements.txt", "-r gone.txt\npytest-asyncio\n", "which does not exist"),
        ("docs/requirements.txt", b"pytest-asyncio \xff", "cannot be decoded as utf-8"),
        ("noxfile.py", "pytest-asyncio(\n", "line 1: "),
        (".pre-commit-config.yaml", "- pytest-asyncio\nx: [", "line 2: "),
    ],
)
def test_a_broken_file_below_fails_nothing(tmp_path: Path, name: str, text: str | bytes, reason: str) -> None:
    result = found(tmp_path, {name: text, "ok/requirements.txt": PIN})
    assert result.failures == ()
    assert [failure.path for failure in result.unread] == [name]
    assert reason in result.unread[0].reason
    assert "ok/requirements.txt" in [pin.path for pin in result.below]


def test_a_broken_file_that_says_nothing_of_the_plugin_is_no_news(tmp_path: Path) -> None:
    result = found(tmp_path, {"docs/pyproject.toml": "x = \n", "noxfile.py": "pytest(\n"})
    assert (result.failures, result.unread, result.below) == ((), (), ())


def test_includes_of_what_decides_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "noxfile.py": "s.install('-r', 'ci/nox.txt', '-cci/gone.txt')\n",
        "setup.cfg": "[options]\ninstall_requires = file: ci/base.list, ci/gone.txt\n",
        "pyproject.toml": '[tool.setuptools.dynamic]\ndependencies = {file = "ci/dynamic.list"}\n',
        "deep/requirements.txt": "# for pytest-asyncio\n-r ../ci/more.txt\n-r ../../outside.txt\n",
        **dict.fromkeys(("ci/nox.txt", "ci/base.list", "ci/dynamic.list", "ci/more.txt"), PIN),
        "../outside.txt": PIN,
    }
    result = found(tmp_path / "root", files)
    names = ["ci/base.list", "ci/dynamic.list", "ci/more.txt", "ci/nox.txt"]
    assert below(result) == [f"pytest-asyncio {name}:1" for name in names]
    assert (result.plugin.specs, result.failures, result.unread) == ((), (), ())


def test_what_the_chain_has_read_is_not_below(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "-r ci/requirements.txt\n", "ci/requirements.txt": PIN}
    result = found(tmp_path, files)
    assert [pin.path for pin in result.plugin.specs] == ["ci/requirements.txt"]
    assert (result.below, result.plugin.specs[0].inside) == ((), True)


def test_an_overlay_is_read_instead_of_the_files(tmp_path: Path) -> None:
    write_tree(tmp_path, {"requirements.txt": PIN, "ci/requirements.txt": PIN, "tox.ini": "[testenv]\ndeps = x\n"})
    changed = b"pytest-asyncio>=1.4\n"
    overlay = {"requirements.txt": changed, "ci/requirements.txt": changed}
    result = read(tmp_path, tmp_path, overlay=overlay)
    assert [pin.written for pin in (*result.plugin.specs, *result.below)] == [">=1.4", ">=1.4"]
    assert [pin.written for pin in read(tmp_path, tmp_path).plugin.specs] == ["==0.21.1"]


def test_a_project_knows_its_pins_and_what_they_become(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".git/HEAD": "",
        "svc/requirements.txt": PIN,
        "svc/ci/requirements.txt": PIN,
        "svc/skipped/requirements.txt": PIN,
        "svc/lib/pytest.ini": "[pytest]\n",
        "svc/lib/test_a.py": "",
        "svc/lib/requirements.txt": PIN,
    }
    write_tree(tmp_path, files)
    project = discover_project(tmp_path / "svc", Settings(exclude=("skipped/",)), silent)
    assert [pin.path for pin in project.asked.below] == ["ci/requirements.txt"]
    after = with_requirements(project, {"requirements.txt": b"pytest-asyncio==1.4.0\n", "ci/requirements.txt": b""})
    assert ([pin.written for pin in after.asked.plugin.specs], after.asked.below) == (["==1.4.0"], ())
    assert (project.version, after.version) == ("0.21.1", "1.4.0")


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "setup.cfg", "tox.ini", "setup.py", "noxfile.py", "requirements.txt", "environment.yml"]
)
def test_any_spelling_of_the_name_below(tmp_path: Path, name: str) -> None:
    texts = {
        "pyproject.toml": '[project]\ndependencies = ["PyTest_.AsyncIO<1"]\n',
        "setup.cfg": "[options]\ninstall_requires = PyTest_.AsyncIO<1\n",
        "tox.ini": "[testenv]\ndeps = PyTest_.AsyncIO<1\n",
        "setup.py": "X = ['PyTest_.AsyncIO<1']\n",
        "noxfile.py": "X = ['PyTest_.AsyncIO<1']\n",
        "requirements.txt": "PyTest_.AsyncIO<1\n",
        "environment.yml": "dependencies:\n- PyTest_.AsyncIO<1\n",
    }
    (pin,) = found(tmp_path, {f"x/{name}": texts[name]}).below
    assert (pin.name, pin.written) == ("pytest-asyncio", "<1")
    assert pin.source == "PyTest_.AsyncIO<1"

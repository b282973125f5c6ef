"""The environments of uv, Poetry, PDM, Hatch, Pipenv, tox and nox are found, and none of them is made."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from support.environments import make, plain, program, state

from codemod.verify import launchers
from codemod.verify.environment import Environment, NoPythonError, find

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RUNNING = f"py{sys.version_info.major}{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def nothing_beside_loopmend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(make(tmp_path / "own")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "my project"
    folder.mkdir()
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Return a folder on PATH with nothing in it yet; a real tool of that name is not found."""
    folder = tmp_path / "tools"
    folder.mkdir()
    return folder


def base(tools: Path, **more: str) -> dict[str, str]:
    return plain(PATH=f"{tools}:/usr/bin:/bin", **more)


def has_pytest(folder: Path) -> Path:
    return make(folder, pytest="9.0.1")


def found(root: Path, tools: Path, **more: str) -> Environment:
    before = state(root)
    result = find(root, root, base=base(tools, **more))
    assert state(root) == before
    return result


def refused(root: Path, tools: Path, **more: str) -> NoPythonError:
    with pytest.raises(NoPythonError) as caught:
        find(root, root, base=base(tools, **more))
    return caught.value


# --- tools that are asked --------------------------------------------------------------------------------------------

ASKED = {
    "poetry": ({"poetry.lock": ""}, "env info --executable", "poetry.lock", "poetry install"),
    "poetry by table": (
        {"pyproject.toml": "[tool.poetry]\n"},
        "env info --executable",
        "[tool.poetry]",
        "poetry install",
    ),
    "pipenv": ({"Pipfile": ""}, "--py", "Pipfile", "pipenv install --dev"),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_tool_is_asked_in_the_project_for_its_interpreter(root: Path, tools: Path, tmp_path: Path, case: str) -> None:
    files, words, shown, _ = ASKED[case]
    for name, text in files.items():
        (root / name).write_text(text)
    python = has_pytest(tmp_path / "kept by the tool")
    program(
        tools,
        case.split()[0],
        f'echo "Loading .env" >&2; [ "$*" = "{words}" ] && [ "$PWD" = "{root}" ] && [ -z "$VIRTUAL_ENV" ] '
        f'&& [ "$PYTHONDONTWRITEBYTECODE" = 1 ] && echo "a greeting" && echo "{python}"',
    )
    result = found(root, tools, VIRTUAL_ENV="/nowhere")
    assert (result.python, result.origin) == (python, f"{shown}: {python}")


@pytest.mark.parametrize("case", ASKED)
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "{tool} is not installed"),
        ("echo 'no environment yet' >&2; exit 1", "`{tool} {words}` found none: no environment yet"),
        ("exit 0", "`{tool} {words}` found none: no answer"),
        ("echo bin/python", "`{tool} {words}` found none: bin/python"),
        ("sleep 3600", "`{tool} {words}` took more than 0.5 seconds"),
    ],
)
def test_a_tool_that_names_none(
    root: Path, tools: Path, case: str, script: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, words, shown, command = ASKED[case]
    tool = case.split()[0]
    for name, text in files.items():
        (root / name).write_text(text)
    if script is not None:
        program(tools, tool, script)
    if script == "sleep 3600":
        monkeypatch.setattr(launchers, "_SECONDS", 0.5)
    error = refused(root, tools)
    assert f"{shown}: {reason.format(tool=tool, words=words)}" in str(error)
    assert error.next_step.startswith(f"Make the environment with `{command}`, or give")


def test_hatch_is_asked_for_a_folder_and_those_beside_it_count(root: Path, tools: Path, tmp_path: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.hatch.envs.default]\n")
    program(tools, "hatch", f'[ "$*" = "env find" ] && echo "{tmp_path}/envs/demo"')
    assert "hatch env create" in refused(root, tools).next_step
    python = has_pytest(tmp_path / "envs/hatch-test.py3.11")
    make(tmp_path / "envs/docs")
    assert found(root, tools).python == python
    python = has_pytest(tmp_path / "envs/demo")
    assert found(root, tools).python == python


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", "[tool.hatch.envs.a]\n[tool.hatch.env]\n"), ("hatch.toml", "[env]\n")]
)
def test_hatch_is_not_asked_where_it_would_install_plugins(root: Path, tools: Path, name: str, text: str) -> None:
    (root / name).write_text(f"{text}requires = ['hatch-plugin']\n")
    program(tools, "hatch", f"touch '{tools}/asked'")
    assert "hatch was not asked: it would install what env.requires names" in str(refused(root, tools))
    assert not (tools / "asked").exists()


def test_a_project_that_only_builds_with_hatchling_shows_no_tool(root: Path, tools: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.hatch.build.targets.wheel]\npackages = ['a']\n")
    assert "hatch" not in str(refused(root, tools))


def test_pdm_is_never_asked(root: Path, tools: Path, tmp_path: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.pdm]\n")
    program(tools, "pdm", f"touch '{tools}/asked'")
    assert "[tool.pdm]: there is no .pdm-python" in str(refused(root, tools))
    python = has_pytest(tmp_path / "kept")
    (root / ".pdm-python").write_text(f"{python}\n")
    assert found(root, tools).origin == f".pdm-python: {python}"
    (root / ".pdm-python").write_bytes(b"\xff\0\n")
    refused(root, tools)
    assert not (tools / "asked").exists()


# --- folders of the project ------------------------------------------------------------------------------------------


def test_uv_keeps_its_environment_where_its_variable_says(root: Path, tools: Path, tmp_path: Path) -> None:
    (root / "uv.lock").touch()
    assert "uv.lock: .venv: no such folder" in str(refused(root, tools))
    python = has_pytest(root / "envs/dev")
    assert found(root, tools, UV_PROJECT_ENVIRONMENT="envs/dev").origin == "uv.lock: envs/dev"
    outside = has_pytest(tmp_path / "outside")
    assert found(root, tools, UV_PROJECT_ENVIRONMENT=str(tmp_path / "outside")).python == outside
    assert python != outside


def test_the_lock_file_of_a_workspace_counts_before_the_table_of_a_member(root: Path, tools: Path) -> None:
    member = root / "member"
    member.mkdir()
    (root / "uv.lock").touch()
    (member / "pyproject.toml").write_text("[tool.uv]\n")
    has_pytest(root / "envs/dev")
    result = find(member, root, base=base(tools, UV_PROJECT_ENVIRONMENT="envs/dev"))
    assert result.origin == "uv.lock: envs/dev"


def test_environments_of_tox_in_the_order_of_use(root: Path, tools: Path) -> None:
    (root / "tox.ini").write_text("[tox]\nenvlist = lint, {b,a}-x, py\n")
    assert "tox.ini: no environment in .tox" in str(error := refused(root, tools))
    assert f"`tox -e {RUNNING} --notest`" in error.next_step
    (root / ".tox/.pkg").mkdir(parents=True)
    make(root / ".tox/lint")
    for name in ("extra", "a-x", "b-x", "py", RUNNING):
        python = has_pytest(root / ".tox" / name)
        result = found(root, tools)
        assert (result.python, result.origin) == (python, f"tox.ini: .tox/{name}"), name


def test_environments_of_tox_in_toml(root: Path, tools: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.tox]\nenv_list = ['zz', 'aa']\n")
    has_pytest(root / ".tox/aa")
    has_pytest(root / ".tox/zz")
    assert found(root, tools).origin == ".tox: .tox/zz"


def test_environments_of_nox_for_tests_and_for_the_running_python_first(root: Path, tools: Path) -> None:
    (root / "noxfile.py").touch()
    assert "noxfile.py: no environment in .nox" in str(refused(root, tools))
    for name in ("docs", "tests-3-1", f"tests-{sys.version_info.major}-{sys.version_info.minor}"):
        has_pytest(root / ".nox" / name)
        assert found(root, tools).origin == f"noxfile.py: .nox/{name}"


def test_a_folder_full_of_environments_is_not_tried_to_the_end(root: Path, tools: Path) -> None:
    (root / "noxfile.py").touch()
    for number in range(50):
        program(root / f".nox/lint{number:02}/bin", "python", f"echo x >> '{tools}/asked'")
    refused(root, tools)
    assert len((tools / "asked").read_text().split()) == 20


@pytest.mark.parametrize("text", [b"[tool.poetry", b"\xff", b"tool = 1\n", b"[tool]\npoetry = 1\n"])
def test_a_broken_pyproject_stops_nothing(root: Path, tools: Path, text: bytes) -> None:
    (root / "pyproject.toml").write_bytes(text)
    python = has_pytest(root / "venv")
    assert found(root, tools).python == python


def test_an_unreadable_folder_is_no_environment(root: Path, tools: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (root / ".tox").mkdir(mode=0)
    assert "no environment in .tox" in str(refused(root, tools))

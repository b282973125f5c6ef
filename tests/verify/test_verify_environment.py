"""Which Python runs the suite: by the order of what people name, activate and keep, with reasons for every refusal."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from pathlib import Path

import pytest
from support import environments
from support.environments import make, plain, program

from codemod.errors import ExitCode
from codemod.verify import environment as verify_environment
from codemod.verify.environment import NoPythonError, find

pytestmark = pytest.mark.slow


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "my project"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def nothing_beside_loopmend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let loopmend seem to run on a Python without pytest, which is the last to be tried."""
    monkeypatch.setattr(sys, "executable", str(make(tmp_path / "own")))


def has_pytest(folder: Path) -> Path:
    return make(folder, pytest="9.0.1")


def refusal(root: Path, **more: str) -> str:
    with pytest.raises(NoPythonError) as caught:
        find(root, root, base=plain(**more))
    return str(caught.value)


# --- the order -------------------------------------------------------------------------------------------------------


def test_a_named_interpreter_comes_before_all(root: Path, tmp_path: Path) -> None:
    has_pytest(root / ".venv")
    active, named, configured = (has_pytest(tmp_path / name) for name in ("active", "named one", "configured"))
    base = plain(VIRTUAL_ENV=str(active.parents[1]))
    assert find(root, root, str(named), str(configured), base).python == named
    assert find(root, root, str(named.parents[1]), None, base).python == named
    assert find(root, root, None, str(configured), base).origin == "[tool.loopmend] python"
    assert find(root, root, base=base).python == active
    assert find(root, root, base=plain()).python == root / ".venv/bin/python"


def test_a_relative_name_is_seen_from_the_current_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = has_pytest(root / "env")
    monkeypatch.chdir(root)
    assert find(root, root, "env", base=plain()).python == python
    assert find(root, root, "env/bin/python", base=plain()).python == python


def test_the_nearest_environment_up_to_the_repository_counts(root: Path) -> None:
    inner = root / "services/api"
    inner.mkdir(parents=True)
    far = has_pytest(root / "venv")
    assert find(inner, root, base=plain()).python == far
    near = has_pytest(inner / ".venv")
    assert find(inner, root, base=plain()).python == near


def test_nothing_above_the_repository_counts(root: Path) -> None:
    has_pytest(root.parent / ".venv")
    assert ".venv" not in refusal(root)


def test_an_active_base_of_conda_comes_last(root: Path, tmp_path: Path) -> None:
    conda = has_pytest(tmp_path / "conda")
    (tmp_path / "conda/conda-meta").mkdir()
    base = plain(CONDA_PREFIX=str(tmp_path / "conda"), CONDA_DEFAULT_ENV="base")
    assert find(root, root, base=base).python == conda
    kept = has_pytest(root / ".venv")
    assert find(root, root, base=base).python == kept
    assert find(root, root, base={**base, "CONDA_DEFAULT_ENV": "work"}).python == conda


def test_the_python_of_loopmend_is_the_last(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(has_pytest(tmp_path / "other")))
    assert find(root, root, base=plain()).origin == f"the Python of loopmend: {tmp_path / 'other/bin/python'}"


# --- what is known of it ---------------------------------------------------------------------------------------------


def test_facts_are_those_of_the_environment(root: Path) -> None:
    python = make(root / ".venv", pytest="9.0.1", My_Plugin="1.0")
    found = find(root, root, base=plain())
    assert (found.python, found.prefix, found.is_virtual) == (python, root / ".venv", True)
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert (found.installed("my-plugin"), found.installed("pytest"), found.installed("uv")) == ("1.0", "9.0.1", "")
    assert found.origin == ".venv"
    assert python.is_symlink()
    assert hash(found)


def test_nothing_of_the_environment_or_the_project_changes(root: Path) -> None:
    make(root / ".venv", pytest="9.0.1")
    (root / "pytest.py").write_text("raise SystemExit('imported')\n")
    before = environments.state(root)
    assert find(root, root, base=plain(PYTHONPATH=str(root))).installed("pytest") == "9.0.1"
    assert environments.state(root) == before


def test_the_script_that_tells_the_facts_is_read_by_an_old_python() -> None:
    ast.parse(Path(verify_environment.facts.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))


# --- refusals --------------------------------------------------------------------------------------------------------


def test_every_refusal_is_told_with_its_reason_and_the_next_step(root: Path, tmp_path: Path) -> None:
    make(root / ".venv")
    (root / "uv.lock").touch()
    (tmp_path / "not an environment").mkdir()
    with pytest.raises(NoPythonError) as caught:
        find(root, root, base=plain(VIRTUAL_ENV=str(tmp_path / "not an environment"), CONDA_PREFIX="/nowhere"))
    error = caught.value
    for part in (
        f"VIRTUAL_ENV: {tmp_path / 'not an environment'}: no Python in it",
        "CONDA_PREFIX: /nowhere: no such folder",
        ".venv: pytest is not installed (Python 3",
        f"the Python of loopmend: {sys.executable}: pytest is not installed",
    ):
        assert part in str(error)
    assert "\n" not in str(error)
    assert error.exit_code is ExitCode.USAGE
    assert error.next_step == "Make the environment with `uv sync`, or give an interpreter with --python PATH."


def test_without_a_tool_the_next_step_is_the_option(root: Path) -> None:
    with pytest.raises(NoPythonError) as caught:
        find(root, root, base=plain())
    assert caught.value.next_step == "Give an interpreter with --python PATH."


@pytest.mark.parametrize("option", ["--python", "[tool.loopmend] python"])
def test_a_named_interpreter_without_pytest_is_an_error_of_its_own(root: Path, option: str) -> None:
    has_pytest(root / ".venv")
    python = str(make(root / "bare"))
    named = {"python": python} if option == "--python" else {"configured": python}
    with pytest.raises(NoPythonError) as caught:
        find(root, root, **named, base=plain())
    assert str(caught.value).startswith(f"{option} {python}: pytest is not installed (Python 3")
    assert "has pytest" in caught.value.next_step


def test_a_named_path_that_is_nothing(root: Path) -> None:
    for given, reason in (("gone", "no such file"), ("empty", "no Python in it"), ("text", "Permission denied")):
        (root / "empty").mkdir(exist_ok=True)
        (root / "text").touch()
        with pytest.raises(NoPythonError, match=reason):
            find(root, root, str(root / given), base=plain())


def test_a_link_to_a_python_that_is_gone(root: Path) -> None:
    has_pytest(root / "venv")
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").symlink_to("/opt/gone/python3")
    assert find(root, root, base=plain()).origin == "venv"
    (root / "venv/bin/python").unlink()
    (root / "venv/bin/python").symlink_to("/opt/gone/python3")
    assert ".venv: a link to a Python that is gone" in refusal(root)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo garbage; echo more garbage", "did not say what it is: more garbage"),
        ("exit 3", "did not say what it is: no answer"),
        ("echo 'no such library' >&2; exit 127", "did not say what it is: no such library"),
        ("echo 'loopmend-facts: {\"pytest\": true}'", "did not say what it is"),
        ("echo 'loopmend-facts: [1, 2'", "did not say what it is"),
        ("echo 'loopmend-facts: null'", "did not say what it is"),
        ('i=0; printf "loopmend-facts: "; while [ $i -lt 9999 ]; do printf "["; i=$((i+1)); done', "did not say"),
        ("exec yes", "said more than 10 MB"),
        ("trap '' TERM; sleep 3600 & sleep 3600", "took more than 0.5 seconds"),
    ],
)
def test_an_interpreter_that_answers_nonsense_is_refused(
    root: Path, script: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in script:
        monkeypatch.setattr(verify_environment, "_SECONDS", 0.5)
    program(root / ".venv/bin", "python", script)
    assert f".venv: {'could not be asked what it is: ' if 'than' in reason else ''}{reason}" in refusal(root)


def test_lines_of_the_environments_own_code_do_not_disturb(root: Path) -> None:
    has_pytest(root / ".venv")
    site = environments.packages(root / ".venv")
    (site / "noise.pth").write_text("import noise\n")
    (site / "noise.py").write_text(
        "import atexit, sys\nsys.stdout.write('loopmend-facts: {}')\natexit.register(print, 'bye')\n"
    )
    assert find(root, root, base=plain()).installed("pytest") == "9.0.1"


def test_broken_metadata_is_passed_over(root: Path) -> None:
    has_pytest(root / ".venv")
    site = environments.packages(root / ".venv")
    for name, files in {
        "a-1.dist-info": {},
        "b-1.dist-info": {"METADATA": b"\xff\xfe"},
        "c-1.dist-info": {"METADATA": b"Name: c\nVersion: 1\n", "direct_url.json": b"{"},
        "d-1.dist-info": {"METADATA": b"Name: d\nVersion: 1\n", "direct_url.json": b'{"url": 1, "dir_info": []}'},
    }.items():
        (site / name).mkdir()
        for file, content in files.items():
            (site / name / file).write_bytes(content)
    found = find(root, root, base=plain())
    assert [found.installed(name) for name in ("pytest", "c", "d")] == ["9.0.1", "1", "1"]


def test_variables_of_our_own_python_are_not_handed_on(root: Path, tmp_path: Path) -> None:
    python = has_pytest(root / ".venv")
    base = plain(PYTHONHOME="/nowhere", VIRTUAL_ENV=str(tmp_path))
    assert find(root, root, str(python), base=base).installed("pytest")


def test_a_python_in_a_folder_reached_by_a_link_stays_what_it_is(root: Path, tmp_path: Path) -> None:
    has_pytest(tmp_path / "elsewhere")
    (root / ".venv").symlink_to(tmp_path / "elsewhere")
    assert find(root, root, base=plain()).python == root / ".venv/bin/python"


def test_an_environment_of_uv(root: Path) -> None:
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ["PATH"]]))
    if uv is None:
        pytest.skip("uv is not installed")
    environments.run(uv, "venv", "-q", str(root / "made by uv"), env=plain())
    assert ": pytest is not installed" in refusal(root, VIRTUAL_ENV=str(root / "made by uv"))
    site = environments.packages(root / "made by uv")
    (site / "pytest.py").touch()
    found = find(root, root, base=plain(VIRTUAL_ENV=str(root / "made by uv")))
    assert (found.prefix, found.is_virtual) == (root / "made by uv", True)

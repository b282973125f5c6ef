"""Other versions are laid over an environment, which stays as it is to the last byte."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support import environments
from support.environments import make, plain, program, state

from codemod.errors import UsageError
from codemod.verify import overlay as verify_overlay
from codemod.verify.environment import Environment, find, variables
from codemod.verify.overlay import Overlay, OverlayError, lay

pytestmark = pytest.mark.slow

SUITE = """
import json, pathlib
import pytest, pytest_asyncio

async def test_runs(request):
    manager = request.config.pluginmanager
    plugins = [name for name, plugin in manager.list_name_plugin() if plugin is pytest_asyncio.plugin]
    files = {module.__name__: module.__file__ for module in (pytest, pytest_asyncio)}
    versions = {module.__name__: module.__version__ for module in (pytest, pytest_asyncio)}
    dists = [d.project_name for _, d in manager.list_plugin_distinfo()]
    pathlib.Path("seen.json").write_text(json.dumps([plugins, files, versions, dists]))
"""


def uv() -> str | None:
    return shutil.which("uv", path=os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ["PATH"]]))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Return a real environment of old versions, without pip."""
    folder = tmp_path_factory.mktemp("old ones")
    python = make(folder / "env")
    environments.install(python, "pytest==7.4.4", "pytest-asyncio==0.21.2")
    return find(folder, folder, str(python), base=plain())


@pytest.fixture(params=["own pip", "pip of loopmend", "uv"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Return the variables with which one of the installers is used, or "own pip", which needs an environment's."""
    if request.param == "uv":
        monkeypatch.setattr(verify_overlay, "_own_pip", lambda: "")
        if (found := uv()) is None:
            pytest.skip("uv is not installed")
        (tmp_path / "tools").mkdir()
        (tmp_path / "tools/uv").symlink_to(found)
    elif request.param == "own pip":
        monkeypatch.setattr(verify_overlay, "_own_pip", lambda: "")
    return plain(PATH=f"{tmp_path / 'tools'}:/usr/bin:/bin", WAY=request.param)


def stubs(tmp_path: Path, way: dict[str, str] | None = None, **versions: str) -> Environment:
    """Return an environment of stubs, with pip where it is to be used."""
    python = make(tmp_path / "env", **versions)
    if way and way["WAY"] == "own pip":
        environments.install(python, "pip")
    return find(tmp_path, tmp_path, str(python), base=plain())


def laid(environment: Environment, tmp_path: Path, *wanted: str, **more: str) -> Overlay:
    before = state(environment.prefix)
    result = lay(environment, wanted, tmp_path / "over lay", tmp_path, plain(**more))
    assert state(environment.prefix) == before
    return result


# --- a real suite ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plugin", ["0.23.8", "1.3.0"])
def test_a_suite_runs_on_what_was_laid_over(old: Environment, tmp_path: Path, plugin: str) -> None:
    over = laid(old, tmp_path, f"pytest-asyncio=={plugin}")
    root = tmp_path / "project"
    root.mkdir()
    (root / "test_it.py").write_text(SUITE)
    (root / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    given = variables(old, {}, [over.folder], plain())
    before = state(old.prefix), state(over.folder)
    out = environments.run(str(old.python), "-m", "pytest", folder=root, env=given)
    assert (state(old.prefix), state(over.folder)) == before
    assert "1 passed" in out
    plugins, files, versions, distributions = json.loads((root / "seen.json").read_text())
    assert plugins == ["asyncio"]
    assert Path(files["pytest_asyncio"]).is_relative_to(over.folder)
    assert versions["pytest_asyncio"] == plugin
    assert distributions.count("pytest-asyncio") == 1
    moved = plugin == "1.3.0"
    assert Path(files["pytest"]).is_relative_to(over.folder) is moved
    said = environments.run(str(old.python), "-m", "pytest", "--version", folder=root, env=given)
    assert f"pytest {dict(over.versions).get('pytest', '7.4.4')}" in said
    assert bool(over.notes) is moved
    if moved:
        assert over.notes[0].startswith("pytest-asyncio==1.3.0 took pytest from 7.4.4 to ")
    else:
        assert [name for name, _ in over.versions] == ["pytest-asyncio"]


def test_folders_of_code_hold_what_python_makes_of_it(old: Environment, tmp_path: Path) -> None:
    """A run writes none, so it would translate everything anew each time."""
    assert list(laid(old, tmp_path, "pytest-asyncio==0.23.8").folder.glob("pytest_asyncio/__pycache__/*.pyc"))


# --- which versions --------------------------------------------------------------------------------------------------


def test_only_what_was_asked_for_moves(tmp_path: Path, way: dict[str, str]) -> None:
    environment = stubs(tmp_path, way, pytest="8.2.2", pluggy="1.5.0", iniconfig="2.0.0", packaging="24.0")
    over = lay(environment, ["pytest>=8.3,<8.4"], tmp_path / "over", tmp_path, way)
    assert [name for name, _ in over.versions] == ["pytest"]
    assert dict(over.versions)["pytest"].startswith("8.3.")
    assert over.notes == ()
    assert (over.folder / "_pytest").is_dir()
    assert find(tmp_path, tmp_path, str(environment.python), base=plain()) == environment


def test_pytest_goes_free_before_the_rest(tmp_path: Path, way: dict[str, str]) -> None:
    versions = {"pytest": "7.4.4", "pluggy": "1.5.0", "iniconfig": "2.0.0", "packaging": "24.0"}
    environment = stubs(tmp_path, way, **versions, pygments="2.18.0", typing_extensions="4.12.0")
    (tmp_path / "mine.txt").write_text("pytest<8.4\n")
    settings = {name: str(tmp_path / "mine.txt") for name in ("PIP_CONSTRAINT", "UV_CONSTRAINT")}
    over = lay(environment, ["pytest-asyncio==1.3.0"], tmp_path / "over", tmp_path, way | settings)
    assert over.versions == (("pytest", "8.3.5"), ("pytest-asyncio", "1.3.0"))
    assert over.notes == ("pytest-asyncio==1.3.0 took pytest from 7.4.4 to 8.3.5",)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="pytest-asyncio needs no typing-extensions there")
def test_the_rest_goes_free_at_last(tmp_path: Path, way: dict[str, str]) -> None:
    versions = {"pytest": "8.4.2", "pluggy": "1.5.0", "iniconfig": "2.0.0", "packaging": "24.0", "pygments": "2.18.0"}
    environment = stubs(tmp_path, way, **versions, typing_extensions="4.5.0")
    over = lay(environment, ["pytest-asyncio==1.3.0"], tmp_path / "over", tmp_path, way)
    assert [name for name, _ in over.versions] == ["pytest-asyncio", "typing-extensions"]
    (note,) = over.notes
    assert "took typing-extensions from 4.5.0 to" in note


def test_what_is_there_already_is_not_laid_again(tmp_path: Path, way: dict[str, str]) -> None:
    environment = stubs(tmp_path, way, pytest="8.2.2", pluggy="1.5.0", iniconfig="2.0.0", packaging="24.0")
    over = lay(environment, ["pytest==8.2.2"], tmp_path / "over", tmp_path, way)
    assert (over.versions, over.notes) == ((), ())
    assert list(over.folder.iterdir()) == []


def test_a_version_that_cannot_be_read_is_not_held(tmp_path: Path) -> None:
    environment = stubs(tmp_path, pytest="8.2.2", pluggy="1.5.0", iniconfig="2.0.0", packaging="24.0", odd="unknown")
    assert laid(environment, tmp_path, "pytest==8.3.5").versions == (("pytest", "8.3.5"),)


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_version_that_does_not_exist(tmp_path: Path, way: dict[str, str]) -> None:
    environment = stubs(tmp_path, way, pytest="8.2.2")
    with pytest.raises(
        OverlayError, match=r"--with pytest-asyncio==99 could not be installed: .*pytest-asyncio==99"
    ) as caught:
        lay(environment, ["pytest-asyncio==99"], tmp_path / "over", tmp_path, way)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1200
    assert "--python PATH" in caught.value.next_step


def test_the_index_of_the_user_is_used(tmp_path: Path, way: dict[str, str]) -> None:
    environment = stubs(tmp_path, way, pytest="8.2.2")
    (tmp_path / "wheels").mkdir()
    none = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels"), "UV_OFFLINE": "1", "UV_NO_CACHE": "1"}
    with pytest.raises(OverlayError, match="could not be installed"):
        lay(environment, ["pytest-asyncio==1.3.0"], tmp_path / "over", tmp_path, way | none)


@pytest.mark.parametrize(
    "text", ["-r x.txt", "--index-url=http://a", "a @ https://b/c.whl", "./a", "/a.whl", "", "a==1 b"]
)
def test_only_names_with_versions_are_taken(tmp_path: Path, text: str) -> None:
    environment = stubs(tmp_path, pytest="8.2.2")
    with pytest.raises(UsageError, match="--with"):
        lay(environment, [text], tmp_path / "over", tmp_path, plain())
    assert not (tmp_path / "over").exists()


def test_no_installer_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_overlay, "_own_pip", lambda: "22.3")
    environment = replace(stubs(tmp_path, pytest="8.2.2"), versions=(("pip", "21.0"),))
    with pytest.raises(OverlayError, match="needs pip 23 or newer"):
        laid(environment, tmp_path, "pytest==9.0.1", PATH="/nowhere")


def test_an_installer_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_overlay, "_own_pip", lambda: "")
    monkeypatch.setattr(verify_overlay, "_SECONDS", 0.5)
    program(tmp_path / "tools", "uv", "sleep 3600")
    with pytest.raises(OverlayError, match=r"uv took more than 0\.5 seconds"):
        laid(stubs(tmp_path, pytest="8.2.2"), tmp_path, "pytest==9.0.1", PATH=f"{tmp_path / 'tools'}:/usr/bin:/bin")

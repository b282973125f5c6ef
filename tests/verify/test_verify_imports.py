"""In a copy of the tree the copy's code is imported, however the environment leads to the original."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import environments
from support.environments import plain

from codemod.verify.environment import Environment, find, variables

pytestmark = pytest.mark.slow

SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=70"]\nbuild-backend = "setuptools.build_meta"\n'
HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
LAYOUTS = {
    "setuptools_flat": (SETUPTOOLS, "setuptools_flat"),
    "setuptools_src": (SETUPTOOLS, "src/setuptools_src"),
    "setuptools_many": (
        f"{SETUPTOOLS}[tool.setuptools]\npackages = ['setuptools_many']\n"
        "[tool.setuptools.package-dir]\nsetuptools_many = 'code/setuptools_many'\n",
        "code/setuptools_many",
    ),
    "hatch_flat": (HATCHLING, "hatch_flat"),
    "hatch_src": (HATCHLING, "src/hatch_src"),
    "hatch_exact": (f"{HATCHLING}[tool.hatch.build]\ndev-mode-exact = true\n", "src/hatch_exact"),
}

RENAMED = """
import setuptools
setuptools.setup(name="renamed", package_dir={"renamed": "lib"}, packages=["renamed"])
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class World:
    tree: Path
    copy: Path
    environment: Environment

    def imported(self, *names: str, **more: str) -> dict[str, str]:
        """Return which file each module is imported from by the environment's Python, in the copy."""
        code = (
            f"import json, importlib; print(json.dumps({{n: importlib.import_module(n).__file__ for n in {names!r}}}))"
        )
        return self.run(code, variables(self.environment, {self.tree: self.copy}, base=plain(**more)))

    def run(self, code: str, env: dict[str, str]) -> dict[str, str]:
        return dict(json.loads(environments.run("python", "-c", code, folder=self.copy.parent, env=env)))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a tree of projects, all installed as editable into an environment in it, and a copy of the tree."""
    top = tmp_path_factory.mktemp("my world")
    tree, copy = top / "tree", top / "a copy"
    for name, (build, place) in LAYOUTS.items():
        write(tree / name / "pyproject.toml", f'{build}[project]\nname = "{name}"\nversion = "1"\n')
        write(tree / name / place / "__init__.py", "")
    write(tree / "renamed/setup.py", RENAMED)
    write(tree / "renamed/lib/__init__.py", "")
    write(tree / "named/by_pth.py", "")
    shutil.copytree(tree, copy)
    python = environments.make(tree / ".venv", pytest="9.0.1")
    editables = [word for name in [*LAYOUTS, "renamed"] for word in ("-e", str(tree / name))]
    environments.install(python, "setuptools>=70", "hatchling", "editables")
    environments.install(python, "--no-build-isolation", *editables)
    write(environments.packages(tree / ".venv") / "extra.pth", f"{tree / 'named'}\n")
    return World(tree, copy, find(tree, tree, base=plain()))


def test_every_layout_is_imported_from_the_copy(world: World) -> None:
    expected = {name: str(world.copy / name / place / "__init__.py") for name, (_, place) in LAYOUTS.items()}
    assert world.imported(*LAYOUTS) == expected


def test_without_the_variables_the_original_would_be_imported(world: World) -> None:
    python = str(world.environment.python)
    code = f"import importlib\nfor n in {tuple(LAYOUTS)}: print(importlib.import_module(n).__file__)"
    files = environments.run(python, "-Bc", code, folder=world.copy.parent, env=plain()).split("\n")
    assert all(Path(file).is_relative_to(world.tree) for file in files if file)


def test_a_path_file_is_followed_into_the_copy(world: World) -> None:
    assert world.imported("by_pth") == {"by_pth": str(world.copy / "named/by_pth.py")}


def test_a_package_in_a_folder_of_another_name_is_told(world: World) -> None:
    (note,) = world.environment.notes
    assert note.startswith(f"renamed is installed as editable from {world.tree / 'renamed/lib'}")


def test_the_environment_in_the_tree_is_not_looked_for_in_the_copy(world: World) -> None:
    path = variables(world.environment, {world.tree: world.copy}, base=plain())["PYTHONPATH"]
    assert ".venv" not in path
    assert world.imported("pytest") == {"pytest": str(environments.packages(world.tree / ".venv") / "pytest.py")}


def test_the_users_path_is_followed_into_the_copy(world: World, tmp_path: Path) -> None:
    write(tmp_path / "outside.py", "")
    path = os.pathsep.join([str(world.tree / "renamed"), str(tmp_path)])
    found = world.imported("lib", "outside", PYTHONPATH=path)
    assert found == {"lib": str(world.copy / "renamed/lib/__init__.py"), "outside": str(tmp_path / "outside.py")}


def test_what_is_laid_over_comes_first(world: World, tmp_path: Path) -> None:
    write(tmp_path / "hatch_src.py", "")
    given = variables(world.environment, {world.tree: world.copy}, [tmp_path], plain())
    code = "import json, hatch_src; print(json.dumps({'file': hatch_src.__file__}))"
    assert world.run(code, given) == {"file": str(tmp_path / "hatch_src.py")}


def test_a_tree_reached_by_a_link_is_the_same_tree(world: World, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(world.tree)
    given = variables(world.environment, {tmp_path / "link": world.copy}, base=plain())
    assert given["PYTHONPATH"] == variables(world.environment, {world.tree: world.copy}, base=plain())["PYTHONPATH"]


def test_the_innermost_copy_counts(world: World, tmp_path: Path) -> None:
    given = variables(world.environment, {world.tree: world.copy, world.tree / "named": tmp_path}, base=plain())
    entries = given["PYTHONPATH"].split(os.pathsep)
    assert str(tmp_path) in entries
    assert str(world.copy / "named") not in entries


def test_other_trees_are_left_alone(world: World, tmp_path: Path) -> None:
    assert "PYTHONPATH" not in variables(world.environment, {tmp_path: tmp_path / "copy"}, base=plain())


def test_programs_of_the_environment_are_found_first_and_nothing_is_left_behind(world: World) -> None:
    base = plain(VIRTUAL_ENV="/other", PYTHONHOME="/other", PYTEST_ADDOPTS="-x", PATH="/usr/bin")
    given = variables(world.environment, {world.tree: world.copy}, base=base)
    assert given["PATH"] == f"{world.tree / '.venv/bin'}{os.pathsep}/usr/bin"
    assert given["VIRTUAL_ENV"] == str(world.tree / ".venv")
    assert "PYTHONHOME" not in given
    assert (given["PYTEST_ADDOPTS"], given["PYTHONDONTWRITEBYTECODE"]) == ("-x", "1")
    before = environments.state(world.tree)
    world.imported(*LAYOUTS, "by_pth")
    assert environments.state(world.tree) == before


def test_links_that_setuptools_makes_are_not_followed(tmp_path: Path) -> None:
    tree, copy = tmp_path / "tree", tmp_path / "copy"
    write(tree / "pyproject.toml", f'{SETUPTOOLS}[project]\nname = "strict_demo"\nversion = "1"\n')
    write(tree / "src/strict_demo/__init__.py", "")
    shutil.copytree(tree, copy)
    python = environments.make(tmp_path / "env", pytest="9.0.1")
    environments.install(python, "-e", str(tree), "--config-settings", "editable_mode=strict")
    world = World(tree, copy, find(tree, tree, str(python), base=plain()))
    assert world.imported("strict_demo") == {"strict_demo": str(copy / "src/strict_demo/__init__.py")}

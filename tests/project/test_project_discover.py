from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from project_tree import write_tree

from codemod.errors import ConfigError
from codemod.project import discover
from codemod.project.discover import list_config_files, list_python_files
from codemod.source import vcs


@pytest.fixture
def without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vcs, "tracked_and_untracked", lambda root: None)


@pytest.fixture(params=["git", "walk"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty root; every test with it runs once inside a git work tree and once without."""
    if request.param == "git":
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, stdin=subprocess.DEVNULL)
    else:
        monkeypatch.setattr(vcs, "tracked_and_untracked", lambda root: None)
    return tmp_path


def test_finds_python_files_in_order(root: Path) -> None:
    write_tree(root, {"b.py": "", "a/z.py": "", "tests/conftest.py": "", "tests/unit/test_a.py": "", "a.txt": ""})
    assert list_python_files(root).files == ("a/z.py", "b.py", "tests/conftest.py", "tests/unit/test_a.py")


@pytest.mark.parametrize("name", ["x.pyc", "x.pyi", "py", "x.py.orig", "x.PY", "x.ipynb"])
def test_leaves_out_other_files(root: Path, name: str) -> None:
    write_tree(root, {name: ""})
    assert list_python_files(root) == discover.Listing(())


@pytest.mark.parametrize(
    "folder",
    [
        ".venv",
        "venv",
        ".tox/py311",
        ".nox",
        "node_modules/x",
        "a/__pycache__",
        "lib/site-packages",
        "src/_vendor",
        "vendor",
        "src/vendored",
        ".eggs",
        "thing.egg-info",
        "thing.egg",
        ".loopmend",
        "a/b/.mypy_cache",
        ".hg",
    ],
)
def test_leaves_out_foreign_folders(root: Path, folder: str) -> None:
    write_tree(root, {f"{folder}/x.py": "", "kept.py": ""})
    assert list_python_files(root).files == ("kept.py",)


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history"])
def test_leaves_out_environments_of_any_name(root: Path, mark: str) -> None:
    write_tree(root, {f"env311/{mark}": "", "env311/lib/x.py": "", "kept.py": ""})
    assert list_python_files(root).files == ("kept.py",)


def test_leaves_out_build_output_beside_the_project_file(root: Path) -> None:
    write_tree(root, {"pyproject.toml": "", "build/lib/x.py": "", "dist/x.py": "", "kept.py": ""})
    assert list_python_files(root).files == ("kept.py",)


@pytest.mark.parametrize("path", ["src/build/x.py", "tests/dist/test_x.py", "venvs/x.py", "vendors/x.py", "env/x.py"])
def test_keeps_folders_that_only_look_foreign(root: Path, path: str) -> None:
    write_tree(root, {"pyproject.toml": "", path: ""})
    assert list_python_files(root).files == (path,)


def test_keeps_a_package_called_build(root: Path) -> None:
    write_tree(root, {"pyproject.toml": "", "build/__init__.py": ""})
    assert list_python_files(root).files == ("build/__init__.py",)


def test_foreign_names_above_the_root_do_not_matter(root: Path) -> None:
    inner = write_tree(root / "vendor" / "venv", {"x.py": ""})
    assert list_python_files(inner).files == ("x.py",)


def test_obeys_nested_gitignore_files(root: Path) -> None:
    write_tree(
        root,
        {
            ".gitignore": "*_gen.py\n/only_top.py\nout/\n# a comment\n",
            "a_gen.py": "",
            "only_top.py": "",
            "sub/only_top.py": "",
            "sub/.gitignore": "!keep_gen.py\nlocal.py\r\n",
            "sub/keep_gen.py": "",
            "sub/other_gen.py": "",
            "sub/local.py": "",
            "sub/deep/keep_gen.py": "",
            "out/.gitignore": "!*",
            "out/x.py": "",
            "local.py": "",
        },
    )
    expected = ("local.py", "sub/deep/keep_gen.py", "sub/keep_gen.py", "sub/only_top.py")
    assert list_python_files(root).files == expected


def test_passes_over_ignore_lines_that_are_no_patterns(root: Path) -> None:
    write_tree(root, {".gitignore": b"\xef\xbb\xbfa.py\n!\n\\\n\xff\n", "a.py": "", "b.py": ""})
    assert list_python_files(root) == discover.Listing(("b.py",))


def test_exclude_takes_gitignore_patterns(root: Path) -> None:
    write_tree(root, {"a.py": "", "docs/conf.py": "", "src/docs/x.py": "", "src/y_pb2.py": "", "src/z_pb2.py": ""})
    found = list_python_files(root, ["/docs/", "*_pb2.py", "!z_pb2.py"])
    assert found.files == ("a.py", "src/docs/x.py", "src/z_pb2.py")


@pytest.mark.parametrize("pattern", ["!", "\\"])
def test_exclude_refuses_what_is_no_pattern(root: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match="exclude"):
        list_python_files(root, [pattern])


def test_follows_no_links(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = write_tree(tmp_path_factory.mktemp("outside"), {"x.py": "", "pkg/y.py": ""})
    write_tree(root, {"real/x.py": ""})
    (root / "file.py").symlink_to(outside / "x.py")
    (root / "inside.py").symlink_to(root / "real" / "x.py")
    (root / "folder").symlink_to(outside / "pkg")
    (root / "loop").symlink_to(root)
    (root / "dangling.py").symlink_to(root / "nowhere.py")
    assert list_python_files(root) == discover.Listing(("real/x.py",))


def test_takes_regular_files_only(root: Path) -> None:
    write_tree(root, {"real.py": "", "folder.py/inner.txt": ""})
    os.mkfifo(root / "pipe.py")
    assert list_python_files(root) == discover.Listing(("real.py",))


def test_takes_unusual_names(root: Path) -> None:
    names = ("-dash.py", "a b.py", "line\nbreak.py", 'quote".py', "é.py")
    write_tree(root, dict.fromkeys(names, ""))
    assert set(list_python_files(root).files) == set(names)


def test_reports_a_name_that_is_not_utf8(root: Path) -> None:
    write_tree(root, {"ok.py": ""})
    (root / os.fsdecode(b"caf\xe9.py")).write_bytes(b"")
    found = list_python_files(root)
    assert found.files == ("ok.py",)
    assert [failure.path for failure in found.failures] == ["caf\\xe9.py"]


@pytest.mark.usefixtures("without_git")
def test_reports_an_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a/x.py": "", "b/y.py": ""})
    real = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(discover.os, "scandir", refuse)
    found = list_python_files(tmp_path)
    assert found.files == ("b/y.py",)
    assert [(failure.path, failure.reason) for failure in found.failures] == [("a", "Permission denied")]


@pytest.mark.usefixtures("without_git")
def test_reports_a_root_that_is_missing(tmp_path: Path) -> None:
    assert [failure.path for failure in list_python_files(tmp_path / "nowhere").failures] == ["."]


@pytest.mark.usefixtures("without_git")
def test_walks_very_deep_folders(tmp_path: Path) -> None:
    depth = 1200  # more than the interpreter's recursion limit
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(depth):
            os.mkdir("d", dir_fd=folder)
            inner = os.open("d", os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = inner
        os.close(os.open("x.py", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
        assert list_python_files(tmp_path).files == ("d/" * depth + "x.py",)
    finally:
        os.close(folder)
        # pytest's own clean-up is recursive and would fail on such a tree.
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


def test_a_tracked_folder_replaced_by_a_link_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"real/x.py": ""})
    (tmp_path / "gone").symlink_to(tmp_path / "real")
    monkeypatch.setattr(vcs, "tracked_and_untracked", lambda root: ["gone/x.py", "deleted.py", "real/x.py"])
    assert list_python_files(tmp_path) == discover.Listing(("real/x.py",))


def test_config_files_by_name(root: Path) -> None:
    yes = (
        "Pipfile",
        "a/environment-dev.yml",
        "a/requirements.txt",
        "poetry.lock",
        "pyproject.toml",
        "setup.cfg",
        "tox.ini",
    )
    write_tree(root, dict.fromkeys((*yes, "setup.py", "other.yml", "x.py", "README.md", ".venv/pyproject.toml"), ""))
    assert list_config_files(root).files == tuple(sorted((*yes, "setup.py")))

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from codemod.errors import VcsError
from codemod.source import vcs
from codemod.source.checkout import find_checkout, link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., bytes]


@pytest.fixture
def repo(git: Git, tmp_path: Path) -> Path:
    """Return a repository with one commit of a.py and sub/b.py."""
    folder = tmp_path / "repo"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.py", "sub/b.py"):
        (folder / name).write_text(f"{name}\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


@pytest.mark.parametrize("name", ["", "sub"])
def test_top_commit_and_names(repo: Path, git: Git, name: str) -> None:
    (repo / "staged \n\udcff.py").touch()
    (repo / "new.py").touch()
    git(repo, "add", "staged*")
    found = find_checkout(repo / name)
    assert found is not None
    assert found.top == repo
    assert found.git_folder == repo / ".git"
    assert found.commit == git(repo, "rev-parse", "HEAD").decode().strip()
    assert found.names == {"a.py", "sub/b.py", "staged \n\udcff.py"}
    assert found.refusal == ""


def test_folder_without_git_belongs_to_none(tmp_path: Path, git: Git) -> None:
    assert find_checkout(tmp_path) is None


@pytest.mark.parametrize("ignored", [True, False])
def test_repository_that_has_nothing_of_the_folder_is_not_its_own(repo: Path, ignored: bool) -> None:
    folder = repo / "su"
    folder.mkdir()
    (folder / "c.py").touch()
    (repo / ".gitignore").write_text("su\n" if ignored else "")
    assert find_checkout(folder) is None


def test_new_repository_is_its_own(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "-q")
    found = find_checkout(tmp_path)
    assert found is not None
    assert (found.top, found.commit, found.names) == (tmp_path, "", frozenset())
    assert found.refusal


def test_refusal_is_told_with_the_top_folder(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vcs._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    found = find_checkout(repo / "sub")
    assert found is not None
    assert (found.top, found.commit, found.names) == (repo, "", frozenset())
    assert "dubious ownership" in found.refusal


def test_without_git_the_marked_folder_is_the_top(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = find_checkout(repo / "sub")
    assert found is not None
    assert (found.top, found.refusal) == (repo, "git is not installed")


def test_linked_tree_has_head_and_index(repo: Path, git: Git, tmp_path: Path) -> None:
    (repo / "new.py").touch()
    (repo / "a.py").write_text("other\n")
    git(repo, "add", ".")
    git(repo, "tag", "v1")
    found = find_checkout(repo)
    assert found is not None
    git(repo, "commit", "-qm", "later")
    tree = tmp_path / "tree"
    shutil.copytree(repo, tree, ignore=shutil.ignore_patterns(".git"))
    link(found, tree, "unique-name")
    assert git(tree, "rev-parse", "HEAD").decode().strip() == found.commit
    assert git(tree, "describe", "--tags") == b"v1\n"
    assert git(tree, "ls-files").split() == [b"a.py", b"new.py", b"sub/b.py"]
    assert git(tree, "status", "--porcelain") == b"M  a.py\nA  new.py\n"
    assert git(tree, "rev-parse", "--show-toplevel").decode().strip() == str(tree)
    assert [path.name for path in (repo / ".git/worktrees").iterdir()] == ["unique-name"]
    assert not (tmp_path / "unique-name").exists()


def test_conflict_is_in_the_linked_index(repo: Path, git: Git, tmp_path: Path) -> None:
    blob = git(repo, "rev-parse", "HEAD:a.py").decode().strip()
    entries = "".join(f"100644 {blob} {stage}\tc.py\n" for stage in (1, 2, 3))
    git(repo, "update-index", "--index-info", stdin=entries.encode())
    found = find_checkout(repo)
    assert found is not None
    (tmp_path / "tree").mkdir()
    link(found, tmp_path / "tree", "x")
    assert git(tmp_path / "tree", "ls-files", "-u", "c.py").count(b"\n") == 3


def test_failure_leaves_no_link_in_the_folder(repo: Path, tmp_path: Path) -> None:
    found = find_checkout(repo)
    assert found is not None
    (repo / ".git/worktrees").touch()
    (tmp_path / "tree").mkdir()
    with pytest.raises(VcsError, match="git cannot make a work tree: "):
        link(found, tmp_path / "tree", "x")
    assert list((tmp_path / "tree").iterdir()) == []

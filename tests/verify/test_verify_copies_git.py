"""Copies as linked work trees of a real repository, which is the same afterwards, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from copies_tools import copied, git, state, without_git, write

from codemod.model import FileChange
from codemod.source import vcs
from codemod.verify.copies import Copies

if TYPE_CHECKING:
    from pathlib import Path


def test_git_answers_in_the_copy_as_in_the_original(repo: Path) -> None:
    git(repo, "tag", "-a", "v1.2", "-m", "one")
    questions = [
        ("describe", "--tags", "--dirty"),
        ("ls-files",),
        ("ls-files", "-o", "--exclude-standard"),
        ("status", "--porcelain", "--ignored"),
        ("rev-parse", "HEAD"),
    ]
    with Copies(repo) as copies:
        top = copies.fresh().top
        assert [git(top, *words) for words in questions] == [git(repo, *words) for words in questions]
    assert copies.notes == []


@pytest.mark.parametrize("had_one", [False, True])
def test_repository_is_as_before(repo: Path, tmp_path: Path, had_one: bool) -> None:
    if had_one:
        git(repo, "worktree", "add", "-q", str(tmp_path / "other"))
    before = state(repo)
    with Copies(repo) as copies:
        for _ in range(2):
            tree = copies.fresh()
            assert (tree.top / ".git").is_file()
            git(tree.top, "status")
    assert state(repo) == before
    if had_one:
        assert git(tmp_path / "other", "status", "--porcelain") == b""
        git(repo, "worktree", "remove", str(tmp_path / "other"))


def test_hooks_and_filters_do_not_run(repo: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    script = f"#!/bin/sh\necho $0 >> {trap}\ncat\n"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit", "fsmonitor"):
        write(repo, {f".git/hooks/{name}": script})
        (repo / ".git/hooks" / name).chmod(0o755)
    hook = repo / ".git/hooks/fsmonitor"
    write(repo, {".gitattributes": "* filter=trap diff=trap\n"})
    for key in ("filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "diff.trap.textconv"):
        git(repo, "config", key, str(hook))
    git(repo, "config", "core.fsmonitor", str(hook))
    git(repo, "config", "core.sshCommand", str(hook))
    git(repo, "config", "alias.worktree", f"!{hook}")
    before = state(repo)
    with Copies(repo) as copies:
        tree = copies.fresh([FileChange("a.py", b"changed\n", b"mended\n")])
        assert (tree.top / ".git").is_file()
        assert not trap.exists()
    assert not trap.exists()
    assert state(repo) == before
    git(repo, "config", "--unset", "core.fsmonitor")


def test_linked_tree_of_the_user_is_copied_with_git(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(repo, "worktree", "add", "-q", "-b", "branch", str(other))
    write(other, {"a.py": "in the other tree\n"})
    before = state(repo), state(other)
    with Copies(other) as copies:
        tree = copies.fresh()
        assert git(tree.top, "status", "--porcelain") == b" M a.py\n"
        assert tree.top.name == "other"
    assert copies.notes == []
    assert (state(repo), state(other)) == before
    git(repo, "worktree", "remove", "--force", str(other))


def test_checkout_of_a_submodule_is_copied_with_git(repo: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "module")
    before = state(outer)
    with Copies(outer / "module") as copies:
        tree = copies.fresh()
        assert git(tree.top, "status", "--porcelain") == b""
    assert copies.notes == []
    assert state(outer) == before


def test_shallow_clone_is_copied_with_git(repo: Path, tmp_path: Path) -> None:
    git(repo, "commit", "-qam", "two")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    before = state(tmp_path / "shallow")
    with Copies(tmp_path / "shallow") as copies:
        assert git(copies.fresh().top, "log", "--format=%s") == b"two\n"
    assert copies.notes == []
    assert state(tmp_path / "shallow") == before


def test_repository_without_a_commit_is_copied_without_git(tmp_path: Path, scratch: Path) -> None:
    write(tmp_path / "proj", {"a.py": "a\n"})
    git(tmp_path / "proj", "init", "-q")
    git(tmp_path / "proj", "add", ".")
    found, notes = copied(tmp_path / "proj")
    assert set(found) == {"a.py"}
    assert [note.partition(":")[0] for note in notes] == ["tests that ask git find no repository in the copies"]


def test_repository_that_takes_no_work_tree_is_copied_without_git(repo: Path) -> None:
    (repo / ".git/worktrees").touch()  # as good as read-only, also for root
    before = state(repo)
    with Copies(repo) as copies:
        found = [without_git(state(copies.fresh().top)) for _ in range(2)]
        assert not (copies.fresh().top / ".git").exists()
    assert found[0] == found[1] == without_git(before)
    assert len(copies.notes) == 1
    assert copies.notes[0].startswith("tests that ask git find no repository in the copies: git cannot make a work")
    assert state(repo) == before
    (repo / ".git/worktrees").unlink()


def test_repository_that_git_refuses_is_copied_without_git(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vcs._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    before = state(repo)
    with Copies(repo / "pkg") as copies:
        tree = copies.fresh()
        assert tree.project == tree.top / "pkg"
        assert not (tree.top / ".git").exists()
    assert "dubious ownership" in copies.notes[0]
    assert state(repo) == before

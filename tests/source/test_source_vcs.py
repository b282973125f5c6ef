from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from codemod.errors import VcsError
from codemod.model import FileChange
from codemod.source import vcs
from codemod.source.vcs import guard, prefix, tracked_and_untracked
from codemod.source.write import apply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., bytes]


@pytest.fixture
def repo(git: Git, tmp_path: Path) -> Path:
    """Return a clean repository: a.py and sub/b.py tracked, build/ ignored."""
    folder = tmp_path / "repo"
    (folder / "sub").mkdir(parents=True)
    for name, text in {"a.py": "a\n", "sub/b.py": "b\n", ".gitignore": "build/\n"}.items():
        (folder / name).write_text(text)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


def clean(root: Path, *paths: str) -> None:
    guard(root, paths or ("a.py",), allow_dirty=False, allow_no_vcs=False)


def dirty(root: Path, *paths: str) -> str:
    """Return why ``root`` is dirty; with --allow-dirty it must not be an obstacle."""
    with pytest.raises(VcsError) as caught:
        clean(root, *paths)
    guard(root, paths or ("a.py",), allow_dirty=True, allow_no_vcs=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- listing -----------------------------------------------------------------------------------------------------


def test_tracked_and_new_files_are_listed_and_ignored_ones_not(repo: Path) -> None:
    (repo / "build").mkdir()
    for name in ("new.py", "build/c.py", "sub/new.py"):
        (repo / name).touch()
    assert tracked_and_untracked(repo) == [".gitignore", "a.py", "new.py", "sub/b.py", "sub/new.py"]
    assert tracked_and_untracked(repo / "sub") == ["b.py", "new.py"]


def test_names_come_as_they_are(repo: Path, git: Git) -> None:
    names = ["-x.py", "a b.py", "line\nbreak.py", 'q".py', "tab\t.py", "ä.py", "\udcff.py"]
    for name in names[::2]:
        (repo / name).touch()
    git(repo, "add", ".")
    for name in names[1::2]:
        (repo / name).touch()
    assert set(names) <= set(tracked_and_untracked(repo) or ())


def test_deleted_and_sparse_files_are_not_listed(repo: Path, git: Git) -> None:
    (repo / "a.py").unlink()
    git(repo, "sparse-checkout", "set", "--no-cone", "/a.py", "/.gitignore")
    assert tracked_and_untracked(repo) == [".gitignore"]


def test_submodules_and_nested_repositories_are_left_out(repo: Path, git: Git, tmp_path: Path) -> None:
    shutil.copytree(repo, tmp_path / "other")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "other"), "module")
    shutil.copytree(tmp_path / "other", repo / "nested")
    assert tracked_and_untracked(repo) == [".gitignore", ".gitmodules", "a.py", "sub/b.py"]
    assert tracked_and_untracked(repo / "module") == [".gitignore", "a.py", "sub/b.py"]


def test_a_file_in_conflict_is_listed_once(repo: Path, git: Git) -> None:
    conflict(repo, git)
    assert tracked_and_untracked(repo) == [".gitignore", "a.py", "sub/b.py"]


def test_pathspec_magic_in_the_folder_name_is_only_a_name(repo: Path) -> None:
    for folder in (":(top)x", "*"):
        (repo / folder).mkdir()
        (repo / folder / "c.py").touch()
        assert tracked_and_untracked(repo / folder) == ["c.py"]


def test_without_a_work_tree_the_answer_is_none(repo: Path, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    (tmp_path / "plain").mkdir()
    for folder in ("plain", "bare.git", "repo/.git", "missing"):
        assert tracked_and_untracked(tmp_path / folder) is None


def test_an_ignored_root_is_not_an_empty_project(repo: Path) -> None:
    (repo / "build/sub").mkdir(parents=True)
    (repo / "build/sub/c.py").touch()
    assert tracked_and_untracked(repo / "build/sub") is None


def test_an_empty_repository_is_an_empty_list(git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert tracked_and_untracked(tmp_path) == []


@pytest.mark.parametrize("where", [None, "./git"])
def test_a_missing_git_or_one_from_the_current_folder_is_not_used(
    repo: Path, monkeypatch: pytest.MonkeyPatch, where: str | None
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: where)
    assert tracked_and_untracked(repo) is None
    assert prefix(repo) == ""
    with pytest.raises(VcsError, match="git is not installed"):
        clean(repo)
    guard(repo, ["a.py"], allow_dirty=False, allow_no_vcs=True)


def test_a_git_that_hangs_is_given_up(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", hang)
    assert tracked_and_untracked(repo) is None
    with pytest.raises(VcsError, match="took longer than"):
        clean(repo)


def test_the_prefix_is_the_way_from_the_top(repo: Path, tmp_path: Path) -> None:
    (repo / "ä b\n").mkdir()
    assert [prefix(repo), prefix(repo / "sub"), prefix(repo / "ä b\n"), prefix(tmp_path)] == ["", "sub/", "ä b\n/", ""]


# --- the guard ---------------------------------------------------------------------------------------------------


def test_a_clean_tree_passes(repo: Path) -> None:
    clean(repo, "a.py", "sub/b.py", "sub/not_there_yet.py")


def test_untracked_files_we_leave_alone_are_no_obstacle(repo: Path) -> None:
    (repo / "notes.txt").touch()
    clean(repo)


def test_our_own_journal_is_no_obstacle(repo: Path, git: Git) -> None:
    apply(repo, [FileChange("a.py", b"a\n", b"A\n")])
    git(repo, "commit", "-qam", "two")
    clean(repo)
    assert git(repo, "status", "--porcelain") == b""


def test_a_touched_file_with_the_same_content_is_clean(repo: Path) -> None:
    os.utime(repo / "a.py", (1, 1))
    clean(repo)


def test_a_modified_file_is_dirty_even_if_it_is_not_ours(repo: Path) -> None:
    (repo / "sub/b.py").write_text("B\n")
    assert dirty(repo, "a.py") == "the work tree is not clean: uncommitted changes in sub/b.py"


def test_staged_deleted_and_renamed_files_are_dirty(repo: Path, git: Git) -> None:
    (repo / "n.py").touch()
    git(repo, "add", "n.py")
    assert "n.py" in dirty(repo)
    git(repo, "rm", "-q", "--cached", "n.py")
    git(repo, "mv", "a.py", "c.py")
    assert "uncommitted changes in a.py, c.py" in dirty(repo, "c.py")
    git(repo, "mv", "c.py", "a.py")
    (repo / "a.py").unlink()
    assert "a.py" in dirty(repo)


def test_an_untracked_file_we_edit_is_dirty_ignored_or_not(repo: Path) -> None:
    (repo / "build").mkdir()
    (repo / "build/c.py").touch()
    (repo / "new.py").touch()
    assert dirty(repo, "build/c.py", "new.py", "a.py").endswith("not tracked by git: build/c.py, new.py")


def test_the_message_lists_five_files_and_escapes_names(repo: Path, git: Git) -> None:
    names = ["0\x1b[31m\n.py", "1\u202e.py", *(f"{n}.py" for n in range(2, 8))]
    for name in names:
        (repo / name).touch()
    git(repo, "add", ".")
    assert dirty(repo).endswith(r"in 0\x1b[31m\n.py, 1\u202e.py, 2.py, 3.py, 4.py and 3 more")


def test_no_repository_needs_permission(tmp_path: Path) -> None:
    with pytest.raises(VcsError, match=r"not under git.*not a git repository"):
        clean(tmp_path)
    with pytest.raises(VcsError):
        guard(tmp_path, ["a.py"], allow_dirty=True, allow_no_vcs=False)
    guard(tmp_path, ["a.py"], allow_dirty=False, allow_no_vcs=True)


def test_allow_no_vcs_does_not_allow_a_dirty_tree(repo: Path) -> None:
    (repo / "a.py").write_text("A\n")
    with pytest.raises(VcsError, match=r"uncommitted changes in a\.py"):
        guard(repo, ["a.py"], allow_dirty=False, allow_no_vcs=True)


@pytest.mark.parametrize("folder", ["bare.git", "repo/.git"])
def test_a_bare_repository_is_refused_whatever_is_allowed(repo: Path, git: Git, tmp_path: Path, folder: str) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(VcsError, match="bare"):
        guard(tmp_path / folder, ["a.py"], allow_dirty=True, allow_no_vcs=True)


def test_worktrees_and_detached_heads_are_fine(repo: Path, git: Git, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    clean(tmp_path / "tree")
    assert tracked_and_untracked(tmp_path / "tree") == [".gitignore", "a.py", "sub/b.py"]
    (tmp_path / "tree/a.py").write_text("A\n")
    assert "a.py" in dirty(tmp_path / "tree")
    clean(repo)


def test_a_shallow_clone_is_fine(repo: Path, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    clean(tmp_path / "shallow")


def test_in_a_sub_folder_only_that_folder_counts(repo: Path) -> None:
    (repo / "a.py").write_text("A\n")
    clean(repo / "sub", "b.py")
    (repo / "sub/b.py").write_text("B\n")
    assert dirty(repo / "sub", "b.py").endswith("uncommitted changes in b.py")


def test_before_the_first_commit_every_file_is_dirty(git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").touch()
    assert "not tracked by git: a.py" in dirty(tmp_path)
    git(tmp_path, "add", ".")
    assert "uncommitted changes in a.py" in dirty(tmp_path)


def conflict(repo: Path, git: Git, verb: str = "merge") -> None:
    """Leave ``verb`` unfinished over a conflict in a.py."""
    git(repo, "checkout", "-qb", "other")
    for branch, text in (("other", "x\n"), ("main", "y\n")):
        git(repo, "checkout", "-q", branch)
        (repo / "a.py").write_text(text)
        git(repo, "commit", "-qam", branch)
    with pytest.raises(AssertionError):
        git(repo, verb, "other")


@pytest.mark.parametrize("verb", ["merge", "rebase", "cherry-pick"])
def test_an_unfinished_operation_is_dirty_even_with_the_conflict_elsewhere(repo: Path, git: Git, verb: str) -> None:
    conflict(repo, git, verb)
    assert f"a {verb} is in progress" in dirty(repo / "sub", "b.py")
    assert "uncommitted changes in a.py" in dirty(repo)


def test_a_resolved_but_uncommitted_merge_is_dirty(repo: Path, git: Git) -> None:
    conflict(repo, git)
    (repo / "a.py").write_text("y\n")
    git(repo, "add", "a.py")
    assert dirty(repo) == "the work tree is not clean: a merge is in progress"


def test_a_modified_submodule_is_not_entered(repo: Path, git: Git, tmp_path: Path) -> None:
    shutil.copytree(repo, tmp_path / "other")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "other"), "module")
    git(repo, "commit", "-qm", "module")
    (repo / "module/a.py").write_text("A\n")
    clean(repo)
    assert "not tracked by git: module/a.py" in dirty(repo, "module/a.py")


# --- hostile repositories ----------------------------------------------------------------------------------------


def test_nothing_the_repository_brings_is_run(repo: Path, git: Git, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {tmp_path}/sprung\nexec cat\n')
    trap.chmod(0o755)
    (repo / ".gitattributes").write_text("*.py filter=evil diff=evil\n[attr]x filter=b=c\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "attributes")
    hooks = repo / ".git/hooks"
    for hook in ("post-index-change", "post-checkout", "fsmonitor-watchman", "pre-auto-gc"):
        shutil.copy(trap, hooks / hook)
    for key in ("core.fsmonitor", "core.pager", "pager.status", "filter.evil.clean", "filter.evil.process",
                "filter.evil.smudge", "filter.b=c.clean", "diff.external", "diff.evil.textconv", "core.sshCommand",
                "core.editor", "credential.helper", "alias.status", "alias.ls-files"):  # fmt: skip
        git(repo, "config", key, f"!{trap}" if key.startswith("alias") else str(trap))
    git(repo, "config", "filter.evil.required", "true")
    os.utime(repo / "a.py", (1, 1))
    (tmp_path / "sprung").unlink(missing_ok=True)
    index = (repo / ".git/index").read_bytes()
    clean(repo)
    assert tracked_and_untracked(repo) == [".gitattributes", ".gitignore", "a.py", "sub/b.py"]
    assert not (tmp_path / "sprung").exists()
    assert (repo / ".git/index").read_bytes() == index
    subprocess.run(["git", "status"], cwd=repo, capture_output=True, check=False)
    assert (tmp_path / "sprung").exists(), "the traps do not work, so the test proves nothing"


@pytest.mark.parametrize("transport", ["ext", "ssh"])
def test_a_missing_object_is_not_fetched(
    repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    # Older versions of git do not know this variable; the transport must be closed without it.
    monkeypatch.delitem(vcs._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\nexit 1\n")
    trap.chmod(0o755)
    for key, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{trap} %S" if transport == "ext" else "ssh://host.invalid/x",
        "core.sshCommand": str(trap), "protocol.ext.allow": "always", "protocol.allow": "always",
    }.items():  # fmt: skip
        git(repo, "config", key, value)
    tree = git(repo, "rev-parse", "HEAD^{tree}").decode().strip()
    (repo / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(VcsError, match="could not tell"):
        clean(repo)
    assert not (tmp_path / "sprung").exists()
    subprocess.run(["git", "status"], cwd=repo, capture_output=True, check=False)
    assert (tmp_path / "sprung").exists(), "the trap does not work, so the test proves nothing"


def test_variables_of_a_surrounding_git_hook_are_ignored(
    repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other/.git/index"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    clean(repo)
    assert tracked_and_untracked(repo) == [".gitignore", "a.py", "sub/b.py"]


def test_a_refusal_of_git_is_reported_with_its_reason(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vcs._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert tracked_and_untracked(repo) is None
    with pytest.raises(VcsError, match="dubious ownership"):
        clean(repo)


def test_a_broken_repository_is_not_clean(repo: Path) -> None:
    (repo / ".git/index").write_bytes(b"garbage")
    with pytest.raises(VcsError):
        clean(repo)
    assert tracked_and_untracked(repo) is None

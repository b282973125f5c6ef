"""Branches beside the user's work, in real repositories."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from batch_samples import content, git, looked_at, shards

from codemod.batch.commit import Committed, Ended, commit
from codemod.batch.outputs.message import commit_message
from codemod.batch.records import FilePatch
from codemod.batch.shards import Shard
from codemod.model import FileChange
from codemod.source import diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codemod.batch.records import Result

BEFORE, AFTER = b"one\ntwo\nthree\n", b"one\n2\nthree\n"


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Give git an identity of its own; yield the folder for temporary files, which must be empty at the end."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = A User\nemail = user@example.invalid\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield scratch
    assert list(scratch.iterdir()) == []


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Return a repository with a.py and b.py."""
    return repository(tmp_path / "repo", {"a.py": BEFORE, "b.py": BEFORE})


def repository(top: Path, files: Mapping[str, bytes], attributes: bytes = b"") -> Path:
    top.mkdir()
    for name, data in {**files, **({".gitattributes": attributes} if attributes else {})}.items():
        (top / name).write_bytes(data)
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    return top


def shard(path: str = "a.py", before: bytes | None = BEFORE, after: bytes = AFTER, slug: str = "") -> Shard:
    patch = FilePatch(path, FilePatch.encoded(diff.render([FileChange(path, before, after)])), 1, 1, ("LM201",))
    return Shard(path, slug or path.replace(".", "-"), "repo", ("repo",), (patch,), ("LM201",), ())


def run(top: Path, *some: Shard, message: str = "Mend it\n\nFor good: as said.\n") -> list[Committed]:
    return list(commit(some, {"repo": top}, {each.slug: message for each in some}))


def state(top: Path) -> tuple[object, ...]:
    """Return all of a checkout that is the user's: files, index, HEAD, branches but ours, work trees."""
    found = {name: data for name, data in content(top).items() if not name.startswith(".git/")}
    index = (top / ".git/index").read_bytes() if (top / ".git/index").exists() else b""
    branches = git(top, "for-each-ref", "--format=%(refname) %(objectname)")
    others = [line for line in branches.splitlines() if b"refs/heads/loopmend/" not in line]
    asked = (("status", "--porcelain"), ("rev-parse", "HEAD"), ("branch", "--show-current"), ("worktree", "list"))
    return (found, index, others, *(git(top, *words) for words in asked))


def show(top: Path, branch: str, path: str) -> bytes:
    return git(top, "show", f"loopmend/{branch}:{path}")


def test_projects_of_a_monorepo(mono: Path, results: list[Result], tmp_path: Path) -> None:
    top = tmp_path / "mono"
    shutil.copytree(mono, top)
    cut = shards(results)
    batch = looked_at(results, cut)
    messages = {each.slug: commit_message(batch, each) for each in batch.shards}
    git(top, "status")
    before = state(top)
    found = commit(cut, {"mono": top}, messages)
    assert state(top) == before
    assert [(each.branch, each.ended) for each in found] == [
        ("loopmend/services-api", Ended.MADE),
        ("loopmend/services-old", Ended.MADE),
    ]
    for each, one in zip(found, batch.shards, strict=True):
        assert git(top, "rev-parse", each.branch).decode().strip() == each.commit
        assert git(top, "log", "-1", "--format=%P", each.branch) == git(top, "rev-parse", "HEAD")
        assert git(top, "log", "-1", "--format=%B", each.branch).decode().strip() == messages[each.slug].strip()
        changed = git(top, "diff", "--name-only", "HEAD", each.branch).decode().split()
        assert changed == [file.path for file in one.files]
        git(top, "checkout", "-q", "--detach", "HEAD")
        git(top, "apply", "--index", stdin=b"".join(file.data for file in one.files))
        assert git(top, "write-tree") == git(top, "rev-parse", f"{each.branch}^{{tree}}")
        git(top, "reset", "-q", "--hard")


def test_commit_is_the_users_and_not_signed(repo: Path, tmp_path: Path) -> None:
    program = tmp_path / "sign"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/signed\nexit 1\n")
    program.chmod(0o755)
    git(repo, "config", "commit.gpgsign", "true")
    git(repo, "config", "gpg.program", str(program))
    git(repo, "config", "i18n.commitEncoding", "latin-1")
    (made,) = run(repo, shard(), message="Mend it → so\n")
    assert made.ended is Ended.MADE
    text = git(repo, "cat-file", "commit", made.commit).decode()
    assert "author A User <user@example.invalid> " in text
    assert "committer A User <user@example.invalid> " in text
    assert text.endswith("\n\nMend it → so\n")
    assert "encoding" not in text
    assert not (tmp_path / "signed").exists()


def test_identity_of_the_environment_counts(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", f"Of {role}")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "bot@example.invalid")
    (made,) = run(repo, shard())
    names = git(repo, "log", "-1", "--format=%an %cn %ae", made.commit).decode().strip()
    assert names == "Of AUTHOR Of COMMITTER bot@example.invalid"


def test_without_an_identity_there_is_no_commit(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    (failed,) = run(repo, shard())
    assert failed.ended is Ended.FAILED
    assert "identity" in failed.reason
    assert git(repo, "branch", "--list", "loopmend/*") == b""


def test_nothing_the_repository_brings_is_run(repo: Path, tmp_path: Path) -> None:
    (repo / ".gitattributes").write_text("*.py filter=evil diff=evil merge=evil\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "two")
    for name in ("pre-commit", "post-checkout", "reference-transaction", "commit-msg", "post-index-change"):
        hook = repo / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\n")
        hook.chmod(0o755)
    for key in ("filter.evil.clean", "filter.evil.smudge", "core.fsmonitor", "diff.evil.textconv", "core.editor"):
        git(repo, "config", key, f"touch {tmp_path}/ran-{key}; cat")
    assert [each.ended for each in run(repo, shard())] == [Ended.MADE]
    assert list(tmp_path.glob("ran-*")) == []


def test_a_dirty_checkout_stays_as_it_is(repo: Path) -> None:
    (repo / "b.py").write_bytes(b"changed\n")
    (repo / "new.py").write_bytes(b"new\n")
    (repo / "staged.py").write_bytes(b"staged\n")
    git(repo, "add", "staged.py")
    git(repo, "status")
    before = state(repo)
    assert [each.ended for each in run(repo, shard())] == [Ended.MADE]
    assert state(repo) == before
    assert git(repo, "ls-tree", "-r", "--name-only", "loopmend/a-py") == b"a.py\nb.py\n"
    assert show(repo, "a-py", "a.py") == AFTER


def test_a_patch_of_changes_that_are_not_committed_is_reported_and_stops_no_other(repo: Path) -> None:
    dirty = BEFORE.replace(b"three", b"3")
    (repo / "a.py").write_bytes(dirty)
    other = shard("a.py", dirty, dirty.replace(b"two", b"2"))
    failed, made = run(repo, other, shard("b.py"))
    assert (failed.ended, failed.commit) == (Ended.FAILED, "")
    assert "made from the files as they are, and does not apply to HEAD: patch failed: a.py:1" in failed.reason
    assert made.ended is Ended.MADE
    assert show(repo, "b-py", "a.py") == BEFORE
    assert git(repo, "branch", "--list", "loopmend/*").decode().split() == ["loopmend/b-py"]


def test_a_second_time_the_branch_is_there(repo: Path) -> None:
    (made,) = run(repo, shard())
    assert run(repo, shard()) == [replace(made, ended=Ended.THERE)]


def test_a_branch_with_something_else_is_left_alone(repo: Path) -> None:
    git(repo, "branch", "loopmend/a-py")
    (left,) = run(repo, shard())
    assert left.ended is Ended.LEFT
    assert left.commit == git(repo, "rev-parse", "HEAD").decode().strip()
    assert "a branch of this name has other files" in left.reason
    assert show(repo, "a-py", "a.py") == BEFORE


def test_a_branch_below_the_name_is_another_one(repo: Path) -> None:
    git(repo, "branch", "loopmend/a-py/more")
    (failed,) = run(repo, shard())
    assert failed.ended is Ended.FAILED
    assert "loopmend/a-py" in failed.reason


def test_works_from_a_linked_work_tree(repo: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    git(repo, "worktree", "add", "-qb", "topic", str(tree))
    (tree / "c.py").write_bytes(BEFORE)
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "topic")
    before = state(repo)
    (made,) = run(tree, shard("c.py"))
    assert made.ended is Ended.MADE
    assert git(repo, "rev-parse", f"{made.commit}^") == git(repo, "rev-parse", "topic")
    assert state(repo) == before


@pytest.mark.parametrize("attributes", [b"", b"* text=auto eol=crlf\n"])
def test_line_ends_are_those_git_keeps(tmp_path: Path, attributes: bytes) -> None:
    files = {"a.py": BEFORE.replace(b"\n", b"\r\n"), "b.py": BEFORE.replace(b"\n", b"\r\n")}
    top = repository(tmp_path / "repo", files, attributes)
    (made,) = run(top, shard("a.py", files["a.py"], files["a.py"].replace(b"two", b"2")))
    assert made.ended is Ended.MADE
    kept = git(top, "cat-file", "blob", "HEAD:a.py")
    assert (b"\r" in kept) is not bool(attributes)
    assert git(top, "cat-file", "blob", f"{made.commit}:a.py") == kept.replace(b"two", b"2")


def test_white_space_is_kept_whatever_git_is_told(repo: Path, tmp_path: Path) -> None:
    with (tmp_path / "gitconfig").open("a") as config:
        config.write("[apply]\nwhitespace = fix\nignoreWhitespace = change\n")
    odd = b"one \t\n  \ttwo\nthree  \n\n\n"
    assert [each.ended for each in run(repo, shard("a.py", BEFORE, odd))] == [Ended.MADE]
    assert show(repo, "a-py", "a.py") == odd
    shifted = shard("b.py", BEFORE.replace(b"one", b" one"), AFTER)
    assert [each.ended for each in run(repo, shifted)] == [Ended.FAILED]


def test_a_new_file(repo: Path) -> None:
    assert [each.ended for each in run(repo, shard("pytest.ini", None, b"[pytest]\n"))] == [Ended.MADE]
    assert show(repo, "pytest-ini", "pytest.ini") == b"[pytest]\n"
    assert not (repo / "pytest.ini").exists()


def test_a_sparse_checkout(repo: Path) -> None:
    git(repo, "sparse-checkout", "set", "--no-cone", "/b.py")
    assert not (repo / "a.py").exists()
    assert [each.ended for each in run(repo, shard())] == [Ended.MADE]
    assert git(repo, "ls-tree", "-r", "--name-only", "loopmend/a-py") == b"a.py\nb.py\n"
    assert not (repo / "a.py").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "the folder is in no work tree of git"),
        (("init", "-q", "--bare"), "the folder is in no work tree of git"),
        (("init", "-q"), "git gives no commit to start from: Needed a single revision"),
    ],
)
def test_a_checkout_without_a_commit(tmp_path: Path, arguments: tuple[str, ...], reason: str) -> None:
    top = tmp_path / "plain"
    top.mkdir()
    if arguments:
        git(top, *arguments)
    assert run(top, shard()) == [Committed("a-py", Ended.FAILED, reason=reason)]


def test_a_folder_within_a_repository_is_refused(tmp_path: Path) -> None:
    top = repository(tmp_path / "repo", {"a.py": BEFORE})
    (top / "sub").mkdir()
    (top / "sub/a.py").write_bytes(BEFORE)
    git(top, "add", ".")
    git(top, "commit", "-qm", "two")
    (failed,) = run(top / "sub", shard())
    assert failed == Committed("a-py", Ended.FAILED, reason="the folder is not the top of its repository")


def test_several_checkouts(tmp_path: Path) -> None:
    tops = {name: repository(tmp_path / name, {"a.py": BEFORE}) for name in ("x", "y")}
    some = [replace(shard(slug=f"{name}-a"), checkout=name) for name in ("y", "x")]
    found = commit(some, tops, {each.slug: "Mend it\n" for each in some})
    assert [(each.slug, each.ended) for each in found] == [("x-a", Ended.MADE), ("y-a", Ended.MADE)]
    assert show(tops["x"], "x-a", "a.py") == AFTER
    assert git(tops["y"], "branch", "--list", "loopmend/*").decode().split() == ["loopmend/y-a"]

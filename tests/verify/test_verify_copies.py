"""Copies of projects: what is in them, that they are equal, and that the original stays as it is."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from copies_tools import copied, git, inside, posix_only, state, without_git, write
from support.command import without_powers

from codemod.errors import ConcurrentChangeError, FileError
from codemod.model import FileChange
from codemod.verify import copies as module
from codemod.verify import snapshot
from codemod.verify.copies import Copies, CopyError

# --- what is copied --------------------------------------------------------------------------------------------------


def test_tree_is_copied_as_it_is_now(repo: Path) -> None:
    found, notes = copied(repo)
    assert found == without_git(state(repo))
    assert {"a.py", "new.py", "staged.py", "pkg/_version.py", "pkg/c.so"} <= set(found)
    assert notes == []


def test_tree_without_git_is_copied(tmp_path: Path, scratch: Path) -> None:
    write(tmp_path / "proj", {"a.py": "a\n", "sub/b.py": "b\n", "sub/.env": "KEY=1\n", ".hypothesis/x": "1"})
    (tmp_path / "proj/empty").mkdir(mode=0o711)
    found, notes = copied(tmp_path / "proj")
    assert found == state(tmp_path / "proj")
    assert notes == []


LEFT_OUT = (
    *("__pycache__/x.pyc", ".mypy_cache/x", ".ruff_cache/x", ".pytest_cache/x", ".loopmend/x", ".tox/py/x", ".nox/x"),
    *("node_modules/x", "env/pyvenv.cfg", "env/lib/x", "conda/conda-meta/x", "conda/bin/x"),
)


@pytest.mark.parametrize("folder", ["", "sub/"])
def test_environments_and_caches_are_left_out(repo: Path, folder: str) -> None:
    write(repo, {f"{folder}{name}": "x" for name in (*LEFT_OUT, "x", "environment/x", ".hypothesis/x")})
    found, notes = copied(repo)
    assert {name for name in found if name.endswith("x")} == {
        f"{folder}{name}" for name in ("x", "environment/x", ".hypothesis/x")
    }
    assert not {"tox", "env", "node_modules"} & {name.rpartition("/")[2] for name in found}
    assert notes == []


def test_environment_at_the_top_does_not_hide_the_project(repo: Path) -> None:
    write(repo, {"pyvenv.cfg": ""})
    assert "a.py" in copied(repo)[0]


def test_tracked_files_in_a_foreign_folder_are_copied(repo: Path) -> None:
    write(repo, {"tests/node_modules/pkg/index.js": "1", "tests/node_modules/pkg/__pycache__/x": "2"})
    git(repo, "add", "-f", "tests/node_modules/pkg/index.js")
    write(repo, {"tests/node_modules/other.js": "3", "tests/node_modules/pkg/new.js": "4"})
    assert {name for name in copied(repo)[0] if name.startswith("tests/")} == {
        *("tests/node_modules", "tests/node_modules/pkg", "tests/node_modules/pkg/index.js"),
    }


def test_large_ignored_files_are_left_out_and_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "LARGE", 1_000_000)
    for name, size in {"ignored.so": 1_000_001, "limit.so": 1_000_000, "new.bin": 1_000_001}.items():
        (repo / name).write_bytes(b"x" * size)
    found, notes = copied(repo)
    assert {"limit.so", "new.bin"} <= set(found)
    assert "ignored.so" not in found
    assert notes == ["not copied, because git ignores them and they are over 1 MB: ignored.so"]


def test_submodules_and_nested_repositories_are_copied_as_plain_files(repo: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", {"m.py": "m\n"})
    git(tmp_path / "other", "init", "-q")
    git(tmp_path / "other", "add", ".")
    git(tmp_path / "other", "commit", "-qm", "one")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "other"), "module")
    shutil.copytree(tmp_path / "other", repo / "nested")
    found, _ = copied(repo)
    assert {"module/m.py", "nested/m.py"} <= set(found)
    assert not {"module/.git", "nested/.git"} & set(found)


@posix_only
def test_pipes_and_sockets_are_left_out(repo: Path) -> None:
    os.mkfifo(repo / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(repo)  # the name of a socket must be short
        server.bind("socket")
        os.chdir(here)
        found, notes = copied(repo)
    assert not {"pipe", "socket"} & set(found)
    assert notes == []


@posix_only
def test_modes_are_kept(repo: Path) -> None:
    for name, mode in {"a.py": 0o755, "new.py": 0o400, "pkg/b.py": 0o600, "pkg": 0o555}.items():
        (repo / name).chmod(mode)
    found, notes = copied(repo)
    assert found == without_git(state(repo))
    assert notes == []


def test_any_name_is_copied(repo: Path) -> None:
    names = ["line\nbreak.py", "\udcff.py", "-x.py", "q'\".py", " .py", "ä.py", "x" * 255, "\udcfe/\n/x.py"]
    write(repo, dict.fromkeys(names, "x"))
    git(repo, "add", "--", names[0], names[1])
    assert set(names) <= set(copied(repo)[0])


def test_unreadable_files_are_left_out_and_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repo, {f"secret/{number}": "" for number in range(2)} | {"closed/x": ""})

    def refuse(source: str, target: Path, **options: bool) -> None:
        if "/secret/" in source:
            raise PermissionError(13, "Permission denied", source)
        real_copy(source, target, **options)

    def refuse_folder(path: Path) -> object:
        if str(path).startswith(f"{repo}/closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real_scan(path)

    real_copy, real_scan = shutil.copy2, os.scandir
    monkeypatch.setattr(snapshot.shutil, "copy2", refuse)
    monkeypatch.setattr(snapshot.os, "scandir", refuse_folder)
    with Copies(repo) as copies:
        tree = copies.fresh()
        assert (tree.project / "a.py").exists()
        assert inside(tree.project / "secret") == []
        assert not (tree.project / "closed").exists()
    assert copies.notes == ["not copied, because they cannot be read: closed, secret/0, secret/1"]


@posix_only
def test_closed_folders_are_left_out_for_a_plain_user(repo: Path) -> None:
    write(repo, {"closed/x": "", "listed/x": "", "read-only/x": "x", "secret": ""})
    for name, mode in {"closed": 0o000, "listed": 0o444, "read-only": 0o555, "secret": 0o000}.items():
        (repo / name).chmod(mode)
    program = "import sys; from copies_tools import *; copies = Copies(Path(sys.argv[1])); "
    program += "copies.__enter__(); print(*sorted(copies.fresh().top.glob('*/x'))); copies.__exit__(); "
    program += "print(*copies.notes, copies.scratch.exists())"
    path = os.pathsep.join(str(Path(__file__).parents[level]) for level in range(3))
    command = [*without_powers(), sys.executable, "-c", program, str(repo)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert [Path(name).parent.name for name in first.split()] == ["read-only"]
    assert second == "not copied, because they cannot be read: secret, closed, listed/x False"
    for name in ("closed", "listed", "read-only", "secret"):
        (repo / name).chmod(0o755)


def test_full_disk_is_an_error_that_leaves_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot.shutil, "copy2", fail)
    with pytest.raises(CopyError, match=r"proj cannot be copied to .*: No space left on device"), Copies(repo):
        pytest.fail("not reached")


# --- links -----------------------------------------------------------------------------------------------------------


@posix_only
def test_links_lead_where_the_originals_lead(repo: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside", {"data": "outside"})
    (tmp_path / "alias").symlink_to(repo)
    links = {
        "in": "a.py",
        "sub/in": "../pkg/b.py",
        "sub/folder": "../pkg",
        "around": f"../{repo.name}/a.py",
        "absolute": f"{repo}/pkg/b.py",
        "itself": str(repo),
        "by-alias": f"{tmp_path}/alias/pkg",
        "out": f"{tmp_path}/outside/data",
        "sub/relative-out": "../../outside/data",
        "dangling": "none",
        "dangling-out": f"{tmp_path}/none",
        "loop": "loop",
        "other-loop": f"{repo}/other-loop",
    }
    (repo / "sub").mkdir()
    for name, text in links.items():
        (repo / name).symlink_to(text)
    before = state(repo)
    with Copies(repo) as copies:
        top = copies.fresh().top
        found = {name: str((top / name).readlink()) for name in links}
        assert (top / "sub/relative-out").read_text() == "outside"
        assert (top / "around").samefile(top / "a.py")
    assert found == links | {
        "absolute": f"{top}/pkg/b.py",
        "itself": str(top),
        "by-alias": f"{top}/pkg",
        "sub/relative-out": f"{repo}/sub/../../outside/data",
        "other-loop": f"{top}/other-loop",
    }
    assert state(repo) == before


@posix_only
def test_project_reached_through_a_link_is_copied(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(repo)
    with Copies(tmp_path / "alias") as copies:
        assert copies.fresh().top.name == repo.name


# --- one copy after the other ----------------------------------------------------------------------------------------


def test_each_copy_is_new_and_at_the_same_place(repo: Path) -> None:
    with Copies(repo) as copies:
        first = copies.fresh()
        found = without_git(state(first.top))
        write(first.top, {"a.py": "spoilt", "more/x": "x"})
        write(first.temporary, {"x": "x"})
        git(first.top, "add", ".")
        git(first.top, "commit", "-qm", "by a test")
        (first.top / "pkg").chmod(0o500)
        write(repo, {"later.py": "the user goes on working"})
        second = copies.fresh()
        assert second == first
        assert without_git(state(second.top)) == found
        assert git(second.top, "log", "--format=%s") == b"one\n"
        assert inside(second.temporary) == []
        assert second.temporary.is_relative_to(copies.scratch)
        assert second.top.is_relative_to(copies.scratch)


def test_project_in_a_repository_of_many(tmp_path: Path, scratch: Path) -> None:
    top = tmp_path / "many"
    write(top, {"shared/x.py": "x\n", "one/a.py": "a\n", "one/tests/t.py": "t\n", "two/b.py": "b\n"})
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    change = FileChange("tests/t.py", b"t\n", b"changed\n")
    with Copies(top / "one") as copies:
        tree = copies.fresh([change])
        assert tree.project == tree.top / "one"
        assert tree.top.name == "many"
        assert (tree.project / "tests/t.py").read_bytes() == b"changed\n"
        assert (tree.project / "../shared/x.py").exists()
        assert git(tree.project, "status", "--porcelain") == b" M one/tests/t.py\n"
    assert (top / "one/tests/t.py").read_bytes() == b"t\n"


# --- changes ---------------------------------------------------------------------------------------------------------


def test_changes_are_made_in_the_copy_alone(repo: Path) -> None:
    (repo / "a.py").chmod(0o755)
    before = state(repo)
    changes = [FileChange("a.py", b"changed\n", b"mended\n"), FileChange("pkg/new.ini", None, b"[pytest]\n", 0o600)]
    with Copies(repo) as copies:
        tree = copies.fresh(changes)
        found = state(tree.project)
        assert (tree.project / "a.py").read_bytes() == b"mended\n"
        assert (tree.project / "pkg/new.ini").read_bytes() == b"[pytest]\n"
        assert (found["a.py"][0], found["pkg/new.ini"][0]) == ("0o100755", "0o100600")
        again = copies.fresh()
        assert (again.project / "a.py").read_bytes() == b"changed\n"
        assert not (again.project / "pkg/new.ini").exists()
    assert state(repo) == before


@pytest.mark.parametrize(
    "change", [FileChange("a.py", b"a\n", b"x"), FileChange("a.py", None, b"x"), FileChange("none.py", b"a\n", b"x")]
)
def test_file_that_is_not_what_was_read_is_an_error(repo: Path, change: FileChange) -> None:
    with Copies(repo) as copies, pytest.raises(ConcurrentChangeError):
        copies.fresh([change])


@posix_only
@pytest.mark.parametrize("path", ["../proj/a.py", "out/x", ".git/config", "/etc/x"])
def test_change_outside_of_the_copy_is_refused(repo: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").mkdir()
    (repo / "out").symlink_to(tmp_path / "outside")
    before = state(repo)
    with Copies(repo) as copies, pytest.raises(FileError):
        copies.fresh([FileChange(path, None, b"x")])
    assert state(repo) == before
    assert inside(tmp_path / "outside") == []


# --- the end ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_error_in_the_block_leaves_nothing(repo: Path, scratch: Path, error: type[BaseException]) -> None:
    before = state(repo)
    with pytest.raises(error), Copies(repo) as copies:
        top = copies.fresh().top
        (top / "pkg").chmod(0o500)
        raise error
    assert inside(scratch) == []
    assert state(repo) == before


def test_interruption_while_copying_leaves_nothing(repo: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **options: object) -> None:
        raise KeyboardInterrupt

    before = state(repo)
    monkeypatch.setattr(module.snapshot, "copy", interrupt)
    with pytest.raises(KeyboardInterrupt), Copies(repo):
        pytest.fail("not reached")
    assert inside(scratch) == []
    assert state(repo) == before


def test_killed_process_leaves_nothing(repo: Path, scratch: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from codemod.verify.copies import Copies
with Copies(Path(sys.argv[1])) as copies:
    print(copies.fresh().top, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    before = state(repo)
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, str(repo)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.startswith(f"{scratch}/loopmend-verify-")
    deadline = time.monotonic() + 60
    while inside(scratch) or (repo / ".git/worktrees").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert state(repo) == before


def test_temporary_folder_within_the_project_is_not_copied(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(repo / "tmp"))
    before = state(repo)
    with Copies(repo) as copies:
        assert inside(copies.fresh().top / "tmp") == []
    assert state(repo) == before

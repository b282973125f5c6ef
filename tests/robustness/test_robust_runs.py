"""Runs that are interrupted, doubled or piped into something that stops reading, and every state git can be in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hostile_project import CONFTEST, INI, MENDED, TEST, snapshot
from support import command, processes

from codemod.source import disk, journal, write

if TYPE_CHECKING:
    from pathlib import Path

    from hostile_project import Hostile

KILLED = """
import os, sys
from codemod.source import write
real = write.sync_folder
calls = []
def sync_folder(folder):
    calls.append(folder)
    if len(calls) == {call}:
        os.kill(os.getpid(), {signal})
    real(folder)
write.sync_folder = sync_folder
from codemod.__main__ import main
"""
SLEEPER = """
import sys, time
from codemod import pipeline
def read_suite(*arguments):
    print("ready", flush=True)
    time.sleep(100)
pipeline.read_suite = read_suite
from codemod.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def _start(folder: Path, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=processes.listen,
        **options,
    )


@pytest.mark.parametrize("verb", [("check",), ("diff",), ("check", "--output-format", "json")])
def test_reader_that_went_away(hostile: Hostile, verb: tuple[str, ...]) -> None:
    process = _start(hostile.project, "-m", "codemod", *verb)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    assert process.wait(60) == 1
    assert b"Traceback" not in said
    assert b"Broken" not in said


def test_closed_streams(hostile: Hostile) -> None:
    done = command.run(hostile.project, "sh", "-c", f"exec '{sys.executable}' -m codemod check >&- 2>&-")
    assert done.returncode in (1, 2)


@pytest.mark.parametrize("verb", ["check", "diff", "migrate"])
def test_interrupt_while_reading(hostile: Hostile, verb: str) -> None:
    before = snapshot(hostile.project)
    process = _start(hostile.project, "-c", SLEEPER, verb)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err) == (b"", b"interrupted\n")
    assert snapshot(hostile.project) == before


@pytest.mark.parametrize("call", [1, 2])
def test_interrupt_while_writing_puts_back_what_was_written(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    calls: list[Path] = []

    def sync_folder(folder: Path) -> None:
        calls.append(folder)
        if len(calls) == call:
            raise KeyboardInterrupt
        disk.sync_folder(folder)

    monkeypatch.setattr(write, "sync_folder", sync_folder)
    assert hostile.migrate().code == 130
    assert hostile.read("tests/conftest.py") == CONFTEST
    assert hostile.read("pytest.ini") == INI
    monkeypatch.undo()
    assert hostile.migrate().code == 0


@pytest.mark.parametrize("call", [1, 2])
def test_kill_while_writing_can_be_undone(hostile: Hostile, call: int) -> None:
    script = KILLED.format(call=call, signal=int(signal.SIGKILL))
    process = _start(hostile.project, "-c", f"{script}sys.exit(main(['migrate', '--allow-no-vcs']))")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    refused = hostile.migrate()
    if refused.code == 3:
        assert "run `loopmend undo` first" in refused.text
    assert hostile.run("undo").code == 0
    assert hostile.read("tests/conftest.py") == CONFTEST
    assert hostile.read("pytest.ini") == INI
    assert hostile.migrate().code == 0
    assert hostile.read("tests/conftest.py") == MENDED


def test_full_disk_leaves_the_files(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_new(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "write_new", write_new)
    done = hostile.migrate()
    assert done.code == 3
    assert "No space left on device" in done.text
    assert hostile.read("tests/conftest.py") == CONFTEST
    assert hostile.read("pytest.ini") == INI


def test_second_run_while_one_writes(hostile: Hostile) -> None:
    with journal.locked(hostile.project):
        done = hostile.migrate()
        assert done.code == 3
        assert done.text.splitlines()[0] == "error: .loopmend: another loopmend run is writing in this project"
    assert hostile.read("tests/conftest.py") == CONFTEST
    assert hostile.migrate().code == 0


def test_two_runs_at_once(hostile: Hostile) -> None:
    runs = [_start(hostile.project, "-m", "codemod", "migrate", "--allow-no-vcs") for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in runs]
    codes = sorted(process.returncode for process in runs)
    assert codes[0] == 0, said
    assert codes[1] in (0, 3)
    assert not any(b"Traceback" in text for text in said)
    assert hostile.read("tests/conftest.py") == MENDED
    assert hostile.run("check").code == 0


# --- git -----------------------------------------------------------------------------------------------------------


def test_without_git(hostile: Hostile) -> None:
    before = snapshot(hostile.project)
    done = hostile.run("migrate")
    assert done.code == 2
    assert "--allow-no-vcs" in done.text
    assert snapshot(hostile.project) == before


def test_without_a_git_command(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile.commit()
    monkeypatch.setenv("PATH", "")
    assert hostile.run("check", "-q").code == 1
    refused = hostile.run("migrate")
    assert refused.code == 2
    assert "git is not installed" in refused.text
    assert hostile.migrate().code == 0


@pytest.mark.parametrize("state", ["edited", "staged", "untracked", "conflict"])
def test_tree_that_is_not_clean(hostile: Hostile, state: str) -> None:
    hostile.commit()
    if state == "untracked":
        hostile.git("rm", "-q", "--cached", "tests/conftest.py")
        hostile.git("commit", "-q", "-m", "forget it")
    elif state == "conflict":
        (hostile.project / ".git/MERGE_HEAD").write_bytes(hostile.git("rev-parse", "HEAD"))
    else:
        hostile.write("app/service.py", b"# mine\n")
        if state == "staged":
            hostile.git("add", "app/service.py")
    done = hostile.run("migrate")
    assert done.code == 2
    assert "--allow-dirty" in done.text
    assert hostile.read("tests/conftest.py") == CONFTEST
    assert hostile.run("check", "-q").code == 1
    assert hostile.run("migrate", "--allow-dirty").code == 0
    assert hostile.read("tests/conftest.py") == MENDED


def test_worktree(hostile: Hostile) -> None:
    hostile.commit()
    tree = hostile.top / "scratch/tree"
    hostile.git("worktree", "add", "-q", str(tree), "-b", "side")
    main = snapshot(hostile.project)
    try:
        assert hostile.run("migrate", folder=tree).code == 0
        assert (tree / "tests/conftest.py").read_bytes() == MENDED
        own = snapshot(hostile.project)
        assert {name: seen for name, seen in own.items() if not name.startswith(".git")} == {
            name: seen for name, seen in main.items() if not name.startswith(".git")
        }
    finally:
        hostile.git("worktree", "remove", "--force", str(tree))


@pytest.mark.parametrize("kind", ["nested", "submodule"])
def test_repository_in_the_repository(hostile: Hostile, kind: str) -> None:
    hostile.commit()
    inner = hostile.project / "inner"
    command.git(hostile.project, "init", "-q", str(inner))
    for name, data in (("conftest.py", CONFTEST), ("test_b.py", TEST), ("test_c.py", b"def x(:\n")):
        (inner / name).write_bytes(data)
    command.git(inner, "add", "-A")
    command.git(inner, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "inner")
    if kind == "submodule":
        hostile.git("add", "inner")
        hostile.git("commit", "-q", "-m", "pin")
    before = snapshot(inner)
    assert hostile.run("check", "-q").code == 1
    assert hostile.run("migrate").code == 0
    assert snapshot(inner) == before
    assert hostile.read("tests/conftest.py") == MENDED


def test_git_folder_and_bare_repository_are_not_written(hostile: Hostile) -> None:
    hostile.commit()
    hostile.git("config", "core.bare", "true")
    hostile.write(".git/conftest.py", CONFTEST)
    before = snapshot(hostile.project)
    assert hostile.run("migrate").code in (0, 2)
    assert snapshot(hostile.project) == before


def test_hostile_repository_settings_run_nothing(hostile: Hostile) -> None:
    hostile.write(".gitattributes", b"* filter=evil diff=evil\n")
    hostile.commit()
    mark = hostile.top / "scratch/ran"
    evil = hostile.write(".git/evil", f"#!/bin/sh\ntouch '{mark}'\ncat\n".encode())
    evil.chmod(0o755)
    keys = ("core.fsmonitor", "core.pager", "filter.evil.clean", "filter.evil.smudge", "diff.external", "alias.status")
    for key in (*keys, "diff.evil.textconv", "diff.evil.command"):
        hostile.git("config", key, str(evil))
    (hostile.project / ".git/hooks").mkdir(exist_ok=True)
    os.symlink(evil, hostile.project / ".git/hooks/post-index-change")  # noqa: PTH211
    os.utime(hostile.project / "app/service.py")
    for verb in ("check", "diff", "migrate", "undo"):
        hostile.run(verb)
    assert not mark.exists()

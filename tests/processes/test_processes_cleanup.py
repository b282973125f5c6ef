from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.command import without_powers
from support.processes import SECONDS, is_gone, until

from codemod.processes.cleanup import Janitor, terminable
from codemod.processes.janitor import remove

_KILLED = """
import os, signal, sys
from pathlib import Path
from codemod.processes.cleanup import Janitor
janitor = Janitor([Path(name) for name in sys.argv[1:]])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a read-only one in it, and links that lead out."""
    folder, outside = tmp_path / "here", tmp_path / "outside"
    (folder / "sub" / "closed").mkdir(parents=True)
    outside.mkdir(mode=0o750)
    (outside / "kept").touch()
    (folder / "sub" / "closed" / "file").touch(mode=0o400)
    (folder / "sub" / "link").symlink_to(outside)
    for name in ("sub/closed", "sub"):
        (folder / name).chmod(0o555)
    return folder


def _outside_is_kept(folder: Path) -> bool:
    outside = folder.parent / "outside"
    return (outside / "kept").exists() and outside.stat().st_mode & 0o777 == 0o750


def test_all_is_removed_and_no_link_followed(folder: Path) -> None:
    assert remove(folder)
    assert not folder.exists()
    assert _outside_is_kept(folder)


def test_read_only_folders_are_removed_by_a_plain_user(folder: Path) -> None:
    program = Path(sys.modules[remove.__module__].__file__ or "")
    command = [sys.executable, "-I", "-S", str(program), str(folder)]
    subprocess.run([*without_powers(), *command], stdin=subprocess.DEVNULL, check=True, timeout=SECONDS)
    assert not folder.exists()
    assert _outside_is_kept(folder)


def test_missing_folder_is_gone(tmp_path: Path) -> None:
    assert remove(tmp_path / "none")


def test_janitor_waits_until_it_is_dismissed(folder: Path, tmp_path: Path) -> None:
    full, empty = tmp_path / "full", tmp_path / "empty"
    (full / "x").mkdir(parents=True)
    empty.mkdir()
    first = Janitor([folder, tmp_path / "none"], if_empty=full)
    second = Janitor([tmp_path / "none"], if_empty=empty)
    assert folder.exists()
    first.dismiss()
    second.dismiss()
    assert not folder.exists()
    assert full.exists()
    assert not empty.exists()


def test_killed_owner_leaves_no_folder(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", _KILLED, str(folder)], env=environment, check=False, timeout=SECONDS)
    assert done.returncode == -signal.SIGKILL
    until(lambda: not folder.exists())
    assert _outside_is_kept(folder)


def test_server_is_ended_before_its_folder_goes(folder: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "server.pid"
    code = """
import os, signal, sys, time
def end(*_):
    os.unlink(sys.argv[1])
    sys.exit(0 if os.path.exists(sys.argv[2]) else 1)
signal.signal(signal.SIGQUIT, end)
open(sys.argv[1], "w").write(f"{os.getpid()}\\n{sys.argv[2]}\\n")
time.sleep(600)
"""
    server = subprocess.Popen([sys.executable, "-c", code, str(pid_file), str(folder)])
    until(lambda: pid_file.exists() and pid_file.read_text().count("\n") == 2)
    Janitor([folder], pid_file=pid_file).dismiss()
    assert is_gone(server.pid)
    assert server.wait(SECONDS) == 0
    assert not folder.exists()


# --- signals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_is_an_interruption_within_the_block_only(number: signal.Signals) -> None:
    seen: list[int] = []
    old = signal.signal(number, lambda *_: seen.append(number))
    try:
        with pytest.raises(KeyboardInterrupt), terminable():
            os.kill(os.getpid(), number)
        assert seen == []
        os.kill(os.getpid(), number)
        assert seen == [number]
    finally:
        signal.signal(number, old)


def test_ignored_signal_stays_ignored() -> None:
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with terminable():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, old)


def test_other_threads_change_nothing() -> None:
    seen: list[object] = []

    def look() -> None:
        with terminable():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]

"""The supervised run with real commands: how they end, what is kept of their output, and that nothing is left."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from support.processes import DAEMON, DEAF, SECONDS, is_gone, pid_in, run_code, start_caller, until

from codemod.processes import supervisor
from codemod.processes.run import CommandError, Limits, run

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to the supervisor")

SOON = 3
"""A limit that is reached, but not before a command has begun."""

# A child in another process group of the same session, as a shell with job control makes.
GROUP = """
import os, sys, time
if os.fork() == 0:
    os.setpgid(0, 0)
    open(sys.argv[1], "w").write(f"{os.getpid()}\\n")
    time.sleep(600)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
"""


# --- how it ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 1, 5, 255])
def test_exit_status(tmp_path: Path, status: int) -> None:
    ended = run_code(tmp_path, f"raise SystemExit({status})")
    assert (ended.status, ended.signal, ended.timed_out, ended.truncated, ended.left) == (status, None, False, False, 0)


def test_signal(tmp_path: Path) -> None:
    ended = run_code(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGABRT)")
    assert (ended.status, ended.signal, ended.timed_out) == (None, signal.SIGABRT, False)


def test_time_limit(tmp_path: Path) -> None:
    ended = run_code(tmp_path, "import time; print('begun', flush=True); time.sleep(600)", limits=Limits(SOON))
    assert (ended.status, ended.signal, ended.timed_out) == (None, signal.SIGTERM, True)
    assert SOON <= ended.seconds < SECONDS
    assert (tmp_path / "log").read_text() == "begun\n"


def test_what_the_command_does_at_sigterm_is_waited_for(tmp_path: Path) -> None:
    code = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
try:
    time.sleep(600)
finally:
    time.sleep(0.3)
    print("closed")
"""
    ended = run_code(tmp_path, code, limits=Limits(SOON, grace=SECONDS))
    assert (ended.status, ended.timed_out) == (3, True)
    assert (tmp_path / "log").read_text() == "closed\n"


def test_command_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    ended = run_code(tmp_path, DEAF, str(tmp_path / "pid"), limits=Limits(SOON, grace=0.2))
    assert (ended.status, ended.signal, ended.timed_out) == (None, signal.SIGKILL, True)
    assert is_gone(pid_in(tmp_path / "pid"))


def test_stopped_command_is_killed(tmp_path: Path) -> None:
    ended = run_code(
        tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", limits=Limits(SOON, grace=0.2)
    )
    assert (ended.signal, ended.timed_out) == (signal.SIGKILL, True)


# --- what the command finds ------------------------------------------------------------------------------------------


def test_folder_environment_and_arguments(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['HERE'], sys.argv[1:])"
    environment = {**os.environ, "HERE": "ä"}
    command = [sys.executable, "-X", "utf8", "-c", code, "--x", "a b", "", "\udcff"]
    run(command, tmp_path, environment, tmp_path / "log", Limits(SECONDS))
    assert (tmp_path / "log").read_text() == f"{tmp_path} ä ['--x', 'a b', '', '\\udcff']\n"


def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert run_code(tmp_path, "import sys; raise SystemExit(len(sys.stdin.read()))").status == 0


def test_signals_have_their_defaults(tmp_path: Path) -> None:
    code = "import signal; print(signal.getsignal(signal.SIGINT).__name__, signal.getsignal(signal.SIGTERM).name)"
    assert run_code(tmp_path, code).status == 0
    assert (tmp_path / "log").read_text() == "default_int_handler SIG_DFL\n"


def test_program_is_looked_up_in_the_given_environment(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "say"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho said\n")
    program.chmod(0o755)
    environment = {"PATH": f"{program.parent}:/bin:/usr/bin"}
    assert run(["say"], tmp_path, environment, tmp_path / "log", Limits(SECONDS)).status == 0
    assert (tmp_path / "log").read_text() == "said\n"


@pytest.mark.parametrize("program", ["no-such-program", "./no-such-program", "."])
def test_command_that_cannot_be_started_is_named(tmp_path: Path, program: str) -> None:
    with pytest.raises(CommandError) as caught:
        run([program], tmp_path, dict(os.environ), tmp_path / "log", Limits(SECONDS))
    assert str(caught.value).startswith(f"{program} cannot be started in {tmp_path}: ")


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"cannot be started in .*gone: No such file or directory"):
        run([sys.executable], tmp_path / "gone", dict(os.environ), tmp_path / "log", Limits(SECONDS))


# --- output ----------------------------------------------------------------------------------------------------------


def test_long_output_keeps_its_head_and_its_tail(tmp_path: Path) -> None:
    code = "import sys\nprint('head')\nfor _ in range(100): sys.stdout.write('x' * 1024 * 1024)\nprint('tail')"
    ended = run_code(tmp_path, code, limits=Limits(SECONDS, output=100_000))
    data = (tmp_path / "log").read_bytes()
    assert (ended.status, ended.truncated) == (0, True)
    assert 100_000 < len(data) < 100_100
    assert data.startswith(b"head\nxxx")
    assert data.endswith(b"xxxtail\n")
    assert b"\n[... %d bytes of output are left out here ...]\n" % (100 * 1024 * 1024 + 10 - 100_000) in data


@pytest.mark.parametrize("length", [0, 1, 49, 50, 51, 99, 100])
def test_output_within_the_limit_is_whole(tmp_path: Path, length: int) -> None:
    text = "0123456789" * 10
    ended = run_code(tmp_path, f"print({text[:length]!r}, end='')", limits=Limits(SECONDS, output=100))
    assert not ended.truncated
    assert (tmp_path / "log").read_text() == text[:length]


@pytest.mark.parametrize("limit", [0, 1, 2, 7])
def test_output_in_pieces(tmp_path: Path, limit: int) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as file:
        log = supervisor.Log(file, limit)
        for piece in (b"ab", b"", b"cdefg", b"h", b"ij"):
            log.add(piece)
        log.close()
        log.add(b"late")
    head, tail = "abcdefghij"[: limit - limit // 2], "abcdefghij"[10 - limit // 2 :]
    note = f"\n[... {10 - limit} bytes of output are left out here ...]\n"
    assert (tmp_path / "log").read_text() == head + note + tail
    assert log.dropped > 10 - limit


@linux_only
def test_full_disk_does_not_stop_the_command(tmp_path: Path) -> None:
    code = "print('x' * 1_000_000)"
    ended = run([sys.executable, "-c", code], tmp_path, dict(os.environ), Path("/dev/full"), Limits(SECONDS))
    assert (ended.status, ended.truncated) == (0, True)


def test_watch_is_called_while_the_command_runs(tmp_path: Path) -> None:
    calls: list[float] = []
    command = [sys.executable, "-c", "import time; time.sleep(1.5)"]
    run(command, tmp_path, dict(os.environ), tmp_path / "log", Limits(SECONDS), lambda: calls.append(time.monotonic()))
    assert len(calls) >= 2


# --- nothing is left -------------------------------------------------------------------------------------------------


@linux_only
@pytest.mark.parametrize("code", [DAEMON, GROUP], ids=["daemon", "group"])
def test_what_the_command_leaves_running_is_killed(tmp_path: Path, code: str) -> None:
    ended = run_code(tmp_path, code, str(tmp_path / "pid"))
    assert (ended.status, ended.left) == (0, 0)
    assert is_gone(pid_in(tmp_path / "pid"))


@linux_only
def test_many_generations_are_killed(tmp_path: Path) -> None:
    code = """
import os, sys, time
first = os.getpid()
for _ in range(30):
    if os.fork():
        break
    os.setsid()
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
while os.getpid() != first or len(open(sys.argv[1]).readlines()) < 31:
    time.sleep(0.02)
"""
    ended = run_code(tmp_path, code, str(tmp_path / "pids"))
    assert (ended.status, ended.left) == (0, 0)
    assert all(is_gone(int(pid)) for pid in (tmp_path / "pids").read_text().split())


@linux_only
def test_orphans_that_end_are_no_burden(tmp_path: Path) -> None:
    code = """
import os, time
for _ in range(50):
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.05)
        os._exit(0)
    os.wait()
time.sleep(1)
zombies = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    except OSError:
        continue
    zombies += fields[0] == "Z" and int(fields[1]) == os.getppid()
raise SystemExit(zombies)
"""
    assert run_code(tmp_path, code).status == 0


def test_what_watch_raises_ends_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DEAF, str(tmp_path / "pid")]

    def watch() -> None:
        pid_in(tmp_path / "pid")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(command, tmp_path, dict(os.environ), tmp_path / "log", Limits(SECONDS, grace=0.2), watch)
    assert is_gone(pid_in(tmp_path / "pid"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_caller_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    caller = start_caller(tmp_path, DEAF, str(tmp_path / "pid"))
    pid = pid_in(tmp_path / "pid")
    caller.send_signal(number)
    time.sleep(0.1)
    caller.send_signal(number)  # the second one must not cut the end short
    output, _ = caller.communicate(timeout=SECONDS)
    assert is_gone(pid)
    assert (output, caller.returncode) == ("interrupted\n", 0)


@linux_only
def test_interrupted_caller_leaves_no_daemon(tmp_path: Path) -> None:
    caller = start_caller(tmp_path, DAEMON + "time.sleep(600)", str(tmp_path / "pid"))
    pid = pid_in(tmp_path / "pid")
    caller.send_signal(signal.SIGINT)
    assert caller.communicate(timeout=SECONDS)[0] == "interrupted\n"
    assert is_gone(pid)


@linux_only
@pytest.mark.parametrize("code", [DEAF, DAEMON + "time.sleep(600)"], ids=["deaf", "daemon"])
def test_killed_caller_leaves_nothing(tmp_path: Path, code: str) -> None:
    caller = start_caller(tmp_path, code, str(tmp_path / "pid"))
    pid = pid_in(tmp_path / "pid")
    assert not is_gone(pid)
    caller.kill()
    caller.communicate(timeout=SECONDS)
    until(lambda: is_gone(pid))


def test_stopped_supervisor_is_an_error(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    with pytest.raises(CommandError, match="its supervisor was stopped"):
        run_code(tmp_path, code)


def test_supervisor_told_to_end_ends_the_command(tmp_path: Path) -> None:
    code = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)"
    ended = run_code(tmp_path, code)
    assert (ended.signal, ended.timed_out) == (signal.SIGTERM, False)

"""``loopmend batch`` as its users run it: real checkouts, real workers, and only the folder of the batch is written."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.command import git
from support.processes import SECONDS, is_gone, listen, until

from codemod.__main__ import main
from codemod.batch.journal import Journal, Order

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
INI = "[pytest]\nasyncio_mode = auto\n"
SICK = {
    "pytest.ini": INI,
    "requirements.txt": "pytest-asyncio==1.1.0\nasyncpg\n",
    "conftest.py": (
        "import os\n\nimport asyncpg\nimport pytest_asyncio\n\n\n"
        '@pytest_asyncio.fixture(scope="session")\nasync def conn():\n'
        '    conn = await asyncpg.connect(os.environ["URL"])\n    yield conn\n    await conn.close()\n'
    ),
    "test_a.py": "async def test_select(conn):\n    assert await conn.fetchval('select 1') == 1\n",
}
CLEAN = {"pytest.ini": INI, "test_a.py": "async def test_a():\n    assert True\n"}
TOP_TEST = {"test_top.py": "async def test_top():\n    assert True\n"}
BROKEN = {"pytest.ini": "[pytest\nasyncio_mode = auto\n", "test_a.py": "async def test_a():\n    assert True\n"}
OWNERS = "/api/ @a-team\n/jobs/ @b-team\n"
slow = pytest.mark.slow


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Bench:
    """The current folder, and the command in this process; its workers are real."""

    here: Path
    capture: pytest.CaptureFixture[str]

    def batch(self, *arguments: str) -> Done:
        self.capture.readouterr()
        code = main(["batch", *arguments])
        return Done(code, *self.capture.readouterr())

    def checkout(self, name: str, **projects: Mapping[str, str]) -> Path:
        """Commit projects by their folder."""
        top = self.here / name
        for folder, files in projects.items():
            (top / folder).mkdir(parents=True)
            for path, text in files.items():
                (top / folder / path).write_text(text)
        (top / "CODEOWNERS").write_text(OWNERS)
        git(top, "init", "-q")
        git(top, "config", "user.name", "a")
        git(top, "config", "user.email", "a@b.example")
        git(top, "add", "-A")
        git(top, "commit", "-qm", "one")
        return top

    def results(self, out: str = "out") -> list[str]:
        """Return the projects in the order in which their results came."""
        lines = (self.here / out / "journal.jsonl").read_text().splitlines()
        return [json.loads(line)["project"] for line in lines]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(here)
    return Bench(here, capsys)


@pytest.fixture
def mono(bench: Bench) -> Path:
    """Return a checkout with two projects to change, one that is well and one that cannot be read."""
    return bench.checkout("mono", api=SICK, jobs=SICK, lib=CLEAN, old=BROKEN)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def outputs(out: Path) -> dict[str, bytes]:
    return {name: data for name, data in content(out).items() if name not in ("run.json", "journal.jsonl")}


def patches(out: Path) -> list[str]:
    return sorted(path.stem for path in (out / "patches").glob("*.patch"))


def state(top: Path) -> tuple[dict[str, bytes], bytes, bytes]:
    """Return the files of a checkout outside of git's own folder, its HEAD, and what git says of its state."""
    files = {name: data for name, data in content(top).items() if not name.startswith(".git/")}
    return files, (top / ".git/HEAD").read_bytes(), git(top, "status", "--porcelain=v2", "--branch")


# --- exit codes, and what is written ---------------------------------------------------------------------------------


@slow
@pytest.mark.parametrize(
    ("projects", "code"),
    [({"a": CLEAN}, 0), ({"a": CLEAN, "b": SICK}, 1), ({"a": CLEAN, "b": SICK, "c": BROKEN}, 5)],
    ids=["clean", "findings", "failed"],
)
def test_exit_codes(bench: Bench, projects: dict[str, Any], code: int) -> None:
    bench.checkout("mono", **projects)
    assert bench.batch("plan", "mono").code == code
    assert bench.batch("run", "mono", "--out", "out").code == code
    assert bench.batch("status", "out").code == code
    assert bench.batch("export", "out").code == code


@slow
def test_a_plan_is_shown_and_writes_nothing(bench: Bench, mono: Path) -> None:
    before = state(mono)
    done = bench.batch("plan", "mono")
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["mono/api", "mono/jobs", "mono/lib", "mono/old"]
    assert "1.1.0" in lines[1]
    assert "isolate" in lines[1]
    assert "failed: " in lines[4]
    assert lines[-1].startswith("4 projects  2 changed")
    assert state(mono) == before
    assert [path.name for path in bench.here.iterdir()] == ["mono"]


@slow
def test_a_run_writes_only_into_its_folder(bench: Bench, mono: Path) -> None:
    before = state(mono)
    done = bench.batch("run", "mono", "--out", "out")
    assert state(mono) == before
    assert sorted(path.name for path in bench.here.iterdir()) == ["mono", "out"]
    assert patches(bench.here / "out") == ["mono-api", "mono-jobs"]
    assert "Written to out: summary.md first; git apply patches/NAME.patch" in done.err
    for name in patches(bench.here / "out"):
        git(mono, "apply", str(bench.here / "out/patches" / f"{name}.patch"))
    changed = git(mono, "status", "--porcelain").decode().split()[1::2]
    assert {path.split("/")[0] for path in changed} == {"api", "jobs"}


@slow
def test_the_folder_is_loopmend_batch_unless_told(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono/lib")
    assert patches(bench.here / "loopmend-batch") == []
    assert bench.results("loopmend-batch") == ["mono/lib"]
    assert mono.is_dir()


@slow
def test_a_failed_project_is_listed_with_the_reason_and_the_command_to_retry_it(bench: Bench, mono: Path) -> None:
    done = bench.batch("run", "mono", "--out", "out")
    failed, retry = done.out.splitlines()[-2:]
    assert failed.startswith("failed mono/old: ")
    assert "pytest.ini" in failed
    assert retry == "  try again: loopmend batch retry out mono/old"
    assert b"mono/old" in (bench.here / "out/failures.csv").read_bytes()
    (mono / "old/pytest.ini").write_text(INI)
    again = bench.batch(*retry.partition("loopmend batch ")[2].split())
    assert again.code == 1
    assert "failed mono/old" not in again.out


@slow
def test_the_outputs_are_the_same_for_any_number_of_jobs(bench: Bench, mono: Path) -> None:
    for jobs in ("1", "2"):
        bench.batch("run", "mono", "--out", f"out{jobs}", "--jobs", jobs, "--no-cache")
    one, two = (outputs(bench.here / f"out{jobs}") for jobs in ("1", "2"))
    assert one == two
    assert len(one) > 8
    assert mono.is_dir()


@slow
def test_json_is_results_json(bench: Bench, mono: Path) -> None:
    done = bench.batch("run", "mono", "--out", "out", "--output-format", "json")
    found = json.loads(done.out)
    written = json.loads((bench.here / "out/results.json").read_text())
    assert [one["project"] for one in found["projects"]] == [one["project"] for one in written["projects"]]
    planned = json.loads(bench.batch("plan", "mono", "--output-format", "json").out)
    assert len(planned["projects"]) == 4
    assert mono.is_dir()


@slow
def test_quiet_says_nothing_on_standard_error(bench: Bench, mono: Path) -> None:
    done = bench.batch("run", "mono", "--out", "out", "-q")
    assert done.err == ""
    assert "mono-api.patch" in done.out
    assert mono.is_dir()


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "mono", "--verify"], "--allow-exec"),
        (["run", "mono", "--timeout", "9"], "--timeout: only where suites are run, with --verify --allow-exec"),
        (["run", "mono", "--", "-k", "x"], "--: only where suites are run"),
        (["run", "mono", "--verify", "--allow-exec", "--evidence", "e.md"], "--evidence: leave it out"),
        (["run", "mono", "--strategy", "best"], "--strategy best runs the suites: use it with --verify --allow-exec"),
        (["plan", "mono", "--strategy", "best"], "--strategy best runs the suites"),
        (
            ["run", "mono", "--strategy", "best", "--remedy", "explicit-cleanup", "--verify", "--allow-exec"],
            "--strategy best has nothing to choose from beside --remedy",
        ),
        (["run", "mono", "--resume"], "leave out ROOT and --list"),
        (["run", "--list", "mono", "--resume"], "leave out ROOT and --list"),
        (["run", "--resume", "--out", "nowhere"], "nowhere holds no batch"),
        (["run", "mono", "--out", "mono"], "must be a new or an empty folder"),
        (["run", "empty"], "give the folder of a checkout"),
        (["run", "mono", "--include", "nothing"], "give the folder of a checkout"),
        (["run", "--list", "nowhere"], "--list nowhere: No such file"),
        (["run", "mono", "--per", "team"], "--per"),
        (["run", "mono", "--jobs", "0"], "--jobs must be more than 0"),
        (["run", "mono", "--jobs", "-1"], "--jobs must be more than 0"),
        (["run", "mono", "--project-timeout", "0"], "--project-timeout must be more than 0"),
        (["run", "mono", "--project-timeout", "nan"], "--project-timeout must be more than 0"),
        (["run", "mono", "--memory", "0"], "--memory must be more than 0"),
        (["run", "mono", "--config", "foo=1"], "unknown key 'foo'"),
        (["run", "mono", "--config", "since=1979-01-01"], "unknown key 'since'"),
        (["run", "mono", "--select", "LM999"], "LM999"),
        (["status", "nowhere"], "nowhere holds no batch: give the folder of loopmend batch run --out"),
        (["export", "mono"], "mono holds no batch"),
        (["retry", "nowhere"], "nowhere holds no batch"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    bench: Bench, mono: Path, arguments: list[str], message: str
) -> None:
    (bench.here / "empty").mkdir()
    before = content(bench.here)
    done = bench.batch(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err
    assert content(bench.here) == before
    assert sorted(path.name for path in bench.here.iterdir()) == ["empty", mono.name]


@pytest.mark.parametrize(
    "arguments", [["--help"], *([verb, "--help"] for verb in ["plan", "run", "status", "retry", "export"])]
)
def test_help(bench: Bench, arguments: list[str]) -> None:
    done = bench.batch(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "Usage: loopmend batch" in done.out
    assert "[default: 0]" not in done.out


@pytest.mark.parametrize("arguments", [["--help"], ["batch", "--help"], ["batch", "run", "--help"]])
def test_help_loads_nothing_of_the_batch(arguments: list[str]) -> None:
    code = f"import sys; from codemod.__main__ import main; main({arguments!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = (
        "codemod.batch",
        "codemod.pipeline",
        "codemod.verify",
        "codemod.source",
        "concurrent.futures.thread",
        "rich",
    )
    assert {name for name in done.stderr.split() if name.startswith(heavy)} == set()


# --- going on --------------------------------------------------------------------------------------------------------


@slow
def test_a_batch_that_was_killed_goes_on_where_it_was(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono", "--out", "whole", "--no-cache")
    shutil.copytree("whole", "out")
    lines = (bench.here / "whole/journal.jsonl").read_bytes().splitlines(keepends=True)
    (bench.here / "out/journal.jsonl").write_bytes(lines[0] + lines[1] + lines[2][:40])
    for name in outputs(bench.here / "out"):
        (bench.here / "out" / name).unlink()
    status = bench.batch("status", "out")
    assert "2 to do" in status.out
    assert "Go on with: loopmend batch run --resume --out out" in status.err
    done = bench.batch("run", "--resume", "--out", "out", "--no-cache")
    assert done.code == 5
    data = (bench.here / "out/journal.jsonl").read_bytes()
    assert data.startswith(lines[0] + lines[1] + lines[2][:40] + b"\n")
    assert data.count(b"\n") == 5
    assert outputs(bench.here / "out") == outputs(bench.here / "whole")
    assert mono.is_dir()


@slow
def test_a_project_that_changed_is_analysed_again(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono", "--out", "out")
    assert sorted(bench.results()) == ["mono/api", "mono/jobs", "mono/lib", "mono/old"]
    (mono / "jobs/conftest.py").write_text("")
    (mono / "jobs/test_a.py").write_text(CLEAN["test_a.py"])
    done = bench.batch("run", "--resume", "--out", "out")
    assert bench.results()[4:] == ["mono/jobs"]
    assert patches(bench.here / "out") == ["mono-api"]
    assert done.out.startswith("4 projects  1 changed")


@slow
def test_a_project_that_went_is_left_out(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono", "--out", "out")
    shutil.rmtree(mono / "old")
    assert bench.batch("status", "out").code == 1
    assert bench.batch("run", "--resume", "--out", "out").out.startswith("3 projects")
    assert len(bench.results()) == 4


@slow
def test_options_are_those_of_the_first_run(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono", "--out", "out", "--ignore", "LM2", "--exclude", "mono/old")
    done = bench.batch("run", "--resume", "--out", "out", "--no-cache")
    assert (done.code, len(bench.results())) == (0, 3)
    assert mono.is_dir()


@slow
def test_retry(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono", "--out", "out")
    for arguments, again in [
        ([], ["mono/old"]),
        (["--failed"], ["mono/old"]),
        (["mono/lib"], ["mono/lib"]),
        (["mono/old", "mono/api"], ["mono/api", "mono/old"]),
    ]:
        before = len(bench.results())
        assert bench.batch("retry", "out", *arguments).code == 5
        assert sorted(bench.results()[before:]) == again
    before = bench.results()
    done = bench.batch("retry", "out", "mono/ap")
    assert done.code == 2
    assert "'mono/ap': loopmend batch status out lists what there is" in done.err
    assert bench.batch("retry", "out", "mono/api", "--failed").code == 2
    assert bench.results() == before
    (mono / "old/pytest.ini").write_text(INI)
    assert bench.batch("retry", "out").code == 1


def test_a_project_without_a_result_can_be_named(bench: Bench, mono: Path) -> None:
    with Journal.create(bench.here / "out", Order((str(mono),))):
        pass
    done = bench.batch("retry", "out", "mono/lib")
    assert done.code == 0
    assert bench.results() == ["mono/lib"]
    assert "Go on with: loopmend batch run --resume --out out\n" in done.err
    assert bench.batch("run", "--resume", "--out", "out").code == 5
    assert len(bench.results()) == 4


def test_a_folder_in_use_is_refused(bench: Bench, mono: Path) -> None:
    with Journal.create(bench.here / "out", Order((str(mono),))):
        for arguments in (["run", "--resume", "--out", "out"], ["retry", "out"], ["export", "out"]):
            done = bench.batch(*arguments)
            assert done.code == 2
            assert "out is in use by another loopmend batch" in done.err


# --- which projects --------------------------------------------------------------------------------------------------


@slow
def test_which_projects(bench: Bench, mono: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.checkout("other", api=CLEAN)
    (bench.here / "list").write_text("# mine\n\nmono/lib\nother/api\n")

    def planned(*arguments: str) -> list[str]:
        out = bench.batch("plan", "--output-format", "json", *arguments).out
        return [one["project"] for one in json.loads(out)["projects"]]

    assert planned("mono", "other") == ["mono/api", "mono/jobs", "mono/lib", "mono/old", "other/api"]
    assert planned() == planned("mono", "other")
    assert planned("mono", "other", "--include", "mono/*", "--exclude", "old") == ["mono/api", "mono/jobs", "mono/lib"]
    assert planned("--list", "list") == ["mono/lib", "other/api"]
    assert planned("other", "--list", "list") == ["mono/lib", "other/api"]
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"mono/lib\n")))
    assert planned("--list", "-") == ["mono/lib"]
    assert mono.is_dir()


# --- how it is cut, and branches -------------------------------------------------------------------------------------


@slow
def test_an_export_is_cut_in_another_way(bench: Bench, mono: Path) -> None:
    bench.batch("run", "mono", "--out", "out")
    whole = outputs(bench.here / "out")
    count = len(bench.results())
    for per, owner in (("owner", b"a-team"), ("rule", b"LM201"), ("file", b"api")):
        assert bench.batch("export", "out", "--per", per).code == 5
        assert patches(bench.here / "out")
        assert owner.lower() in " ".join(patches(bench.here / "out")).lower().encode()
        for patch in sorted((bench.here / "out/patches").glob("*.patch"), reverse=True):
            git(mono, "apply", "--check", str(patch))
    assert len(bench.results()) == count
    bench.batch("export", "out")
    assert outputs(bench.here / "out") == whole


@slow
def test_a_shared_pin_moves_with_all_that_need_it(bench: Bench) -> None:
    """The top's requirement is the only one: a patch that raises it alone would break the project below."""
    old = {
        "pytest.ini": INI,
        "conftest.py": (
            "import asyncio\n\nimport pytest\n\n\n@pytest.fixture(scope='session')\ndef event_loop():\n"
            "    loop = asyncio.new_event_loop()\n    yield loop\n    loop.close()\n"
        ),
        "test_a.py": "async def test_a():\n    assert True\n",
    }
    pinned = {"pytest.ini": INI, "requirements.txt": "pytest-asyncio==0.21.2\npytest==7.4.4\n", **TOP_TEST}
    both = "asyncio_default_fixture_loop_scope = function\nasyncio_default_test_loop_scope = function\n"
    bench.checkout("mono", **{".": pinned, "old": old, "plain": {**CLEAN, "pytest.ini": INI + both}})
    assert bench.batch("run", "mono", "--out", "out", "--target", "latest", "--per", "file").code == 1
    (slug,) = patches(bench.here / "out")
    patch, body = ((bench.here / "out/patches" / f"{slug}{end}").read_text() for end in (".patch", ".md"))
    assert re.findall(r"(?m)^\+\+\+ b/(.*)$", patch) == [
        "old/conftest.py",
        "old/pytest.ini",
        "pytest.ini",
        "requirements.txt",
    ]
    assert "Left to do" not in body
    assert "are also those of `mono/plain`, where nothing is changed" in body
    summary = (bench.here / "out/summary.md").read_text()
    assert "| `mono/old` | `LM503` | done with mono | 2 |" in summary
    assert "once for several projects" not in summary


def test_commits_are_made_on_branches_beside_the_checkout(bench: Bench, mono: Path) -> None:
    git(bench.here, "init", "-q", "--bare", "remote.git")
    git(mono, "remote", "add", "origin", str(bench.here / "remote.git"))
    before = state(mono)
    done = bench.batch("run", "mono", "--out", "out", "--commit")
    assert state(mono) == before
    branches = git(mono, "for-each-ref", "--format=%(refname:short)", "refs/heads/loopmend").decode().split()
    assert branches == ["loopmend/mono-api", "loopmend/mono-jobs"]
    for branch in branches:
        assert f"{branch}  made" in done.err
        folder = branch.rpartition("-")[2]
        names = git(mono, "diff", "--name-only", f"HEAD...{branch}").decode().split()
        assert names
        assert all(name.startswith(f"{folder}/") for name in names)
    assert git(bench.here / "remote.git", "for-each-ref") == b""
    assert "there already" in bench.batch("export", "out", "--commit").err
    assert state(mono) == before


def test_a_branch_that_cannot_be_made_counts_as_a_failure(bench: Bench) -> None:
    top = bench.checkout("mono", api=SICK)
    assert bench.batch("run", "mono", "--out", "out").code == 1
    shutil.rmtree(top / ".git")
    done = bench.batch("export", "out", "--commit")
    assert (done.code, patches(bench.here / "out")) == (5, ["mono-api"])
    assert "loopmend/mono-api  failed  the folder is in no work tree of git" in done.err


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    """Return the processes below ``pid``."""
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    found: list[int] = []
    wanted = {pid}
    while wanted:
        wanted = {own for own, parent in pairs if parent in wanted}
        found += wanted
    return found


@slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c(bench: Bench, how: signal.Signals) -> None:
    names = [f"p{number:02}" for number in range(40)]
    bench.checkout("mono", **dict.fromkeys(names, SICK))
    journal = bench.here / "out/journal.jsonl"
    scratch = bench.here.parent / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "codemod", "batch", "run", "mono", "--out", "out", "--jobs", "2"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen,
    )
    until(lambda: process.poll() is not None or (journal.exists() and journal.stat().st_size > 0))
    left = children(process.pid)
    process.send_signal(how)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (130, "")
    assert err == "stopped; go on with: loopmend batch run --resume --out out\ninterrupted\n"
    assert left
    until(lambda: all(is_gone(pid) for pid in left))
    until(lambda: not [*scratch.iterdir()])
    assert 0 < len(bench.results()) < len(names)
    assert bench.batch("run", "--resume", "--out", "out").code == 1
    assert sorted(bench.results()) == [f"mono/{name}" for name in names]
    assert len(patches(bench.here / "out")) == len(names)

"""A checkout as an archive gives what the checkout gives; an archive from a stranger writes nothing outside."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batch_tools import CLEAN, SICK, repository, task, write
from support.command import git

from codemod.batch import archive
from codemod.batch.archive import ArchiveError, pack, unpack
from codemod.batch.records import ProjectRef, Result, Status
from codemod.batch.work import work

if TYPE_CHECKING:
    from codemod.batch.records import Task


def packed(job: Task, *, whole: bool = False) -> Task:
    """Return the task with its files, and with a place that is not here."""
    elsewhere = replace(job.project, checkout=f"/nowhere/{Path(job.project.checkout).name}")
    return replace(job, project=elsewhere, archive=pack(job.project, whole=whole))


def names(text: str, folder: Path) -> set[str]:
    """Unpack an archive and return what is there."""
    folder.mkdir()
    unpack(text, folder)
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def tar(*members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> str:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as made:  # type: ignore[call-overload]
        for member, data in members:
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return b64encode(buffer.getvalue()).decode()


def file(name: str, data: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), data


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


# --- the same as the checkout ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_git", [True, False])
def test_results_are_those_of_the_checkout(tmp_path: Path, with_git: bool) -> None:
    top = write(tmp_path / "mono", {f"services/api/{name}": text for name, text in SICK.items()})
    (top / "services/api/requirements.txt").write_text("-r ../../requirements/base.in\n")
    write(top, {"requirements/base.in": "pytest-asyncio==0.23.8\nasyncpg\n", "services/web/test_w.py": "x = 1\n"})
    write(top, {".gitignore": "ignored/\n*.log\n", "services/api/ignored/pytest.ini": "", "tox.ini": ""})
    write(top, {".github/workflows/t.yml": "jobs: {a: {steps: [{run: cd services/api && pytest -p no:asyncio}]}}\n"})
    (top / "services/api/sub").mkdir()
    (top / "services/api/sub/conftest.py").symlink_to("../conftest.py")
    if with_git:
        repository(top)
    else:
        # Without a repository, no requirements or commands above the project's folder count.
        (top / ".github/workflows/t.yml").unlink()
        (top / "services/api/requirements.txt").write_text("pytest-asyncio==0.23.8\nasyncpg\n")
    for job in (task(top, "services/api"), replace(task(top, "services/api"), overrides={"unsafe": True})):
        here = work(job)
        assert here.report["version"] == "0.23.8"
        assert work(packed(job)) == work(packed(job, whole=True)) == here


def test_what_is_packed(tmp_path: Path) -> None:
    top = write(tmp_path / "one", {"a/test_a.py": "", "a/data.bin": "x", "b/b.py": "", "b/setup.cfg": "", "x.log": ""})
    write(top, {".gitignore": "*.log\n", "a/forced.log": "f\n"})
    git(top, "init", "-q")
    git(top, "add", "-f", ".gitignore", "a", "b")
    project = ProjectRef("one/a", str(top), "a")
    assert names(pack(project, whole=False), tmp_path / "1") == {".git", "a/test_a.py", "b/setup.cfg"}
    assert names(pack(project, whole=True), tmp_path / "2") == {
        *(".git", "a/test_a.py", "a/data.bin", "a/forced.log", "b/b.py", "b/setup.cfg"),
    }


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    tops = [write(tmp_path / name / "repo", SICK) for name in ("a", "b")]
    os.utime(tops[0] / "conftest.py", (1, 1))
    assert len({pack(ProjectRef("repo", str(top)), whole=True) for top in tops}) == 1


def test_modes_and_inner_links_are_kept(tmp_path: Path) -> None:
    top = write(tmp_path / "one", {"a/run.py": "x\n", "a/plain.py": "y\n"})
    (top / "a/run.py").chmod(0o755)
    (top / "l.py").symlink_to("a/run.py")
    (top / "a/up.py").symlink_to("../a/plain.py")
    folder = tmp_path / "out"
    names(pack(ProjectRef("one", str(top)), whole=True), folder)
    assert (folder / "l.py").read_text() == "x\n"
    assert (folder / "a/up.py").read_text() == "y\n"
    assert [stat.S_IMODE((folder / "a" / name).stat().st_mode) for name in ("run.py", "plain.py")] == [0o755, 0o644]


def test_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    job = packed(task(write(tmp_path / "one", SICK)))
    assert work(job).status is Status.CHANGED
    assert work(replace(job, archive="AAAA")).status is Status.FAILED
    assert work(replace(job, project=replace(job.project, folder="gone"))).reason == "gone: no such folder"
    assert list(scratch.iterdir()) == []


def test_nothing_above_an_archive_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = write(
        tmp_path / "scratch", {"loopmend.toml": "wrong = 1\n", "requirements.txt": "pytest-asyncio==0.17\n"}
    )
    repository(scratch)
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    top = write(tmp_path / "one", CLEAN)
    assert work(packed(task(top))) == work(task(top))


# --- strangers' archives ---------------------------------------------------------------------------------------------

OUTSIDE = ["../x", "/x", "a/../../x", "a/./b", "a//b", "", ".", "..", "a\\..\\x", "x" * 5000]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE])
def test_no_name_leads_out(tmp_path: Path, name: str, kind: bytes) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    with pytest.raises(ArchiveError, match="is no name in it"):
        unpack(tar(special(name, kind, "x")), folder)
    assert list(tmp_path.rglob("*")) == [tmp_path / "a", folder]


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_nothing_but_files_and_links(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(ArchiveError, match="x is neither a file nor a link"):
        unpack(tar(special("x", kind, "../y")), tmp_path)


@pytest.mark.parametrize("target", ["/etc/passwd", "..", "../y", "a/../..", "d/..", "./../y", "//x", "", "a/../../y"])
def test_links_that_lead_out_lead_nowhere(tmp_path: Path, target: str) -> None:
    folder = tmp_path / "in"
    assert names(tar(file("a/b"), special("l", tarfile.SYMTYPE, target)), folder) == {".git", "a/b", "l"}
    assert (folder / "l").is_symlink()
    assert not (folder / "l").exists()


def test_links_cannot_be_chained_out(tmp_path: Path) -> None:
    links = [special("a/up", tarfile.SYMTYPE, ".."), special("l", tarfile.SYMTYPE, "a/up/..")]
    folder = tmp_path / "in"
    names(tar(file("a/b"), *links), folder)
    assert (folder / "a/up").resolve() == folder
    assert not (folder / "l").exists()


@pytest.mark.parametrize("order", [1, -1])
def test_nothing_is_written_through_a_link(tmp_path: Path, order: int) -> None:
    members = [special("d", tarfile.SYMTYPE, "a"), file("a/b"), file("d/c")]
    with pytest.raises(ArchiveError, match="cannot be unpacked"):
        unpack(tar(*members[::order]), tmp_path)
    assert not (tmp_path / "a" / "c").exists()


def test_git_s_own_files_are_left_out(tmp_path: Path) -> None:
    text = tar(file("./.git/config", b"[core]\n"), file("a/.git/hooks/x"), file("./a/b.py"))
    assert names(text, tmp_path / "in") == {".git", "a/b.py"}


@pytest.mark.parametrize(("most", "number"), [("MOST_FILES", 2), ("MOST_BYTES", 25)])
def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, number: int) -> None:
    top = write(tmp_path / "one", {"a.py": "1234567890", "b.py": "1234567890", "c.py": "1234567890"})
    text = pack(ProjectRef("one", str(top)), whole=True)
    monkeypatch.setattr(archive, most, number)
    with pytest.raises(ArchiveError, match="too much"):
        unpack(text, tmp_path / "in")
    with pytest.raises(ArchiveError, match="too many"):
        pack(ProjectRef("one", str(top)), whole=True)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_any_compression(tmp_path: Path, mode: str) -> None:
    assert names(tar(file("a"), mode=mode), tmp_path / "in") == {".git", "a"}


@pytest.mark.parametrize("text", ["AAAA", "%%%", "é", tar(file("a", b"x" * 5000), mode="w")[:2000]])
def test_what_is_no_archive(tmp_path: Path, text: str) -> None:
    result: Result = work(replace(task(tmp_path), archive=text))
    assert result.status is Status.FAILED
    assert result.reason.startswith("the archive cannot be unpacked: ")

"""File systems with traps: links, pipes, odd names, permissions, and files that change under the run."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from hostile_project import CONFTEST, MENDED, TEST, snapshot
from support.command import without_powers

from codemod.source import vcs

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostile_project import Hostile

LINKS = {
    "file link in": ("tests/test_in.py", "test_a.py"),
    "file link out": ("tests/test_out.py", "../../outside/test_out.py"),
    "absolute link out": ("tests/test_pass.py", "/etc/passwd"),
    "folder link out": ("tests/out", "../../outside"),
    "folder link in": ("more", "tests"),
    "loop of folders": ("tests/self", "."),
    "loop of one": ("tests/test_ring.py", "test_ring.py"),
    "dangling": ("tests/test_dangling.py", "nowhere.py"),
    "device": ("tests/test_zero.py", "/dev/zero"),
    "chain out": ("tests/test_chain.py", "out_link/test_out.py"),
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_links_are_left_alone(hostile: Hostile, link: tuple[str, str]) -> None:
    name, target = link
    (hostile.project / "tests/out_link").symlink_to(hostile.outside)
    (hostile.project / name).symlink_to(target)
    assert hostile.run("check", "-q").code == 1
    assert hostile.migrate().code == 0
    assert os.readlink(hostile.project / name) == target  # noqa: PTH115
    assert hostile.read("tests/conftest.py") == MENDED


@pytest.mark.parametrize("target", ["../../outside/conftest.py", "../real_conftest.py"])
def test_linked_conftest_is_not_written_through(hostile: Hostile, target: str) -> None:
    hostile.write("real_conftest.py", CONFTEST)
    (hostile.project / "tests/conftest.py").unlink()
    (hostile.project / "tests/conftest.py").symlink_to(target)
    before = snapshot(hostile.project)
    hostile.migrate()
    assert snapshot(hostile.project) == before


@pytest.mark.parametrize("name", ["pytest.ini", "pyproject.toml", "loopmend.toml", "requirements.txt", "tests"])
def test_linked_configuration_is_not_written_through(hostile: Hostile, name: str) -> None:
    place = hostile.project / name
    if place.is_dir():
        place.rename(hostile.project / "real_tests")
        place.symlink_to("../outside")
    else:
        place.unlink(missing_ok=True)
        (hostile.outside / name).touch()
        place.symlink_to(f"../outside/{name}")
    expected = snapshot(hostile.outside)
    try:
        assert hostile.migrate().code in (0, 2, 3)
        assert snapshot(hostile.outside) == expected
    finally:
        if name not in ("pytest.ini", "tests"):
            (hostile.outside / name).unlink()


def test_root_may_be_a_link(hostile: Hostile) -> None:
    link = hostile.project.with_name("linked")
    link.symlink_to(hostile.project)
    try:
        assert hostile.run("migrate", "--allow-no-vcs", str(link)).code == 0
    finally:
        link.unlink()
    assert hostile.read("tests/conftest.py") == MENDED


def test_other_name_of_a_hard_link_keeps_its_bytes(hostile: Hostile) -> None:
    place = hostile.project / "tests/conftest.py"
    place.unlink()
    os.link(hostile.outside / "conftest.py", place)
    assert hostile.migrate().code == 0
    assert place.read_bytes() == MENDED


def _pipe(path: str) -> None:
    os.mkfifo(path)


def _socket(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path)


def _folder(path: str) -> None:
    os.mkdir(path)  # noqa: PTH102


@pytest.mark.parametrize("make", [_pipe, _socket, _folder])
@pytest.mark.parametrize(
    "name", ["tests/test_odd.py", "requirements-dev.txt", "pyproject.toml", "loopmend.toml", "tox.ini", "uv.lock"]
)
def test_what_is_no_file_is_not_opened(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch, make: Callable[[str], None], name: str
) -> None:
    monkeypatch.chdir(hostile.project)
    make(name)
    assert hostile.run("check", "-q").code == 1
    assert hostile.migrate().code == 0


NAMES = {
    "spaces": b"test_ sp  ace.py",
    "newline": b"test_new\nline.py",
    "escape": b"test_\x1b[31mred.py",
    "quotes": b"test_\"q'.py",
    "shell": b"test_$(touch x);`y`.py",
    "leading dash": b"-test_a.py",
    "right to left": "test_\u202eyp.py".encode(),
    "backslash": b"test_a\\b.py",
    "255 bytes": b"test_" + b"n" * 247 + b".py",
    "not ASCII": "test_café_テスト.py".encode(),
    "workflow command": b"test_::error::x.py",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_odd_names(hostile: Hostile, name: bytes) -> None:
    folder = os.fsdecode(name.removesuffix(b".py")[:200])
    hostile.write(f"tests/{os.fsdecode(name)}", b"def x(:\n" if name.startswith(b"test") else TEST)
    hostile.write(f"tests/{folder}/conftest.py", CONFTEST)
    hostile.write(f"tests/{folder}/test_b.py", TEST)
    hostile.commit()
    checked = hostile.run("check")
    assert checked.code == (3 if name.startswith(b"test") else 1)
    assert b"\x1b" not in checked.out
    assert "\u202e" not in checked.text
    assert len(checked.lines_about("skipped")) == (1 if name.startswith(b"test") else 0)
    patch = hostile.run("diff")
    hostile.git("apply", "--check", stdin=patch.out)
    hostile.run("migrate")
    assert hostile.read(f"tests/{folder}/conftest.py") == MENDED


@pytest.mark.parametrize("tracked", [False, True])
def test_name_that_is_no_text(hostile: Hostile, tracked: bool) -> None:
    try:
        hostile.write(os.fsdecode(b"tests/test_\xff.py"), TEST)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    if tracked:
        hostile.commit()
    checked = hostile.run("check", "-q")
    assert checked.code == 3
    assert len(checked.lines_about(r"tests/test_\xff.py skipped: the file name is not valid UTF-8")) == 1
    assert hostile.migrate().code == 3
    assert hostile.read("tests/conftest.py") == MENDED


@pytest.mark.parametrize("path", ["tests/conftest.py", "pytest.ini"])
def test_read_only_file_is_refused_and_all_with_it(hostile: Hostile, path: str) -> None:
    (hostile.project / path).chmod(0o444)
    before = snapshot(hostile.project)
    done = hostile.migrate()
    assert done.code == 3
    assert done.text.splitlines() == [f"error: {path}: is read-only"]
    assert snapshot(hostile.project) == before


def test_read_only_folder(hostile: Hostile) -> None:
    powers = without_powers()
    folder = hostile.project / "tests"
    folder.chmod(0o555)
    before = snapshot(hostile.project)
    try:
        done = hostile.command("migrate", "--allow-no-vcs", before=powers)
    finally:
        after = snapshot(hostile.project)
        folder.chmod(0o755)
    assert done.code == 3
    assert "tests/conftest.py: Permission denied" in done.text
    assert {name: seen for name, seen in after.items() if not name.startswith(".loopmend")} == before


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("tests/hidden", 3, "tests/hidden skipped: Permission denied"),
        ("tests/hidden/test_b.py", 3, "tests/hidden/test_b.py skipped: Permission denied"),
        ("tests/hidden/conftest.py", 3, "tests/hidden/conftest.py skipped: Permission denied"),
        ("requirements.txt", 3, "requirements.txt skipped: Permission denied"),
        ("pytest.ini", 2, "pytest.ini: Permission denied"),
    ],
)
def test_unreadable(hostile: Hostile, path: str, code: int, said: str) -> None:
    powers = without_powers()
    hostile.write("tests/hidden/conftest.py", b"")
    hostile.write("tests/hidden/test_b.py", TEST)
    place = hostile.project / path
    mode = place.stat().st_mode
    place.chmod(0)
    try:
        checked = hostile.command("check", "-q", before=powers)
        done = hostile.command("migrate", "--allow-no-vcs", before=powers)
    finally:
        place.chmod(mode)
    assert checked.code == done.code == code
    assert said in checked.text
    if code == 3:
        assert "LM201" in checked.text


@pytest.mark.parametrize("change", ["edited", "deleted", "replaced by a link", "replaced by a folder"])
def test_file_that_changes_under_the_run(hostile: Hostile, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    place = hostile.project / "tests/conftest.py"

    def interfere(*arguments: object) -> None:
        if change == "edited":
            place.write_bytes(CONFTEST + b"# mine\n")
            return
        place.unlink()
        if change == "replaced by a link":
            place.symlink_to(hostile.outside / "conftest.py")
        elif change == "replaced by a folder":
            place.mkdir()

    monkeypatch.setattr(vcs, "guard", interfere)
    ini = hostile.read("pytest.ini")
    done = hostile.run("migrate")
    assert done.code == 3
    assert "tests/conftest.py" in done.text.splitlines()[0]
    assert hostile.read("pytest.ini") == ini
    if change == "edited":
        assert hostile.read("tests/conftest.py") == CONFTEST + b"# mine\n"


def test_new_file_that_somebody_else_makes_first(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    (hostile.project / "pytest.ini").unlink()
    monkeypatch.setattr(vcs, "guard", lambda *arguments: hostile.write("pytest.ini", b"[pytest]\n"))
    done = hostile.run("migrate")
    assert done.code == 3
    assert "pytest.ini: exists already" in done.text
    assert hostile.read("tests/conftest.py") == CONFTEST

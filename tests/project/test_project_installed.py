"""Installed plugins are read, never run; what is broken or hostile is passed over with a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.errors import UsageError
from codemod.project.installed import read

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = "[console_scripts]\nx = other:main\n\n[pytest11]\nplug = plug.plugin\n"


def add(site: Path, name: str, entry: str | bytes = ENTRY, version: str = "1.0") -> None:
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_bytes(entry if isinstance(entry, bytes) else entry.encode())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    (folder / "plug" / "inner").mkdir(parents=True)
    (folder / "plug" / "plugin.py").write_text("raise SystemExit('this must not run')\n")
    (folder / "plug" / "inner" / "more.py").write_text("")
    add(folder, "My_Plug")
    return folder


def test_reads_name_version_modules_and_files(site: Path) -> None:
    (plugin,) = read(site.parents[2]).plugins
    assert (plugin.distribution, plugin.version, plugin.modules) == ("my-plug", "1.0", ("plug.plugin",))
    assert plugin.files == ("plug/inner/more.py", "plug/plugin.py")


def test_an_interpreter_that_is_a_link_stands_for_its_environment(site: Path, tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("")
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(tmp_path / "python3")
    assert read(python).root == site.resolve()
    assert read(site).root == site.resolve()


def test_the_layout_of_windows(tmp_path: Path) -> None:
    packages = tmp_path / "env" / "Lib" / "site-packages"
    add(packages, "plug")
    (packages / "plug.py").write_text("")
    (tmp_path / "env" / "Scripts").mkdir()
    (tmp_path / "env" / "Scripts" / "python.exe").write_text("")
    found = read(tmp_path / "env" / "Scripts" / "python.exe")
    assert [p.files for p in found.plugins] == [("plug.py",)]


@pytest.mark.parametrize("name", ["nothing", "empty", "file"])
def test_a_place_without_packages_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--python"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    "entry",
    ["", "[pytest11]\n", "[pytest11]\nno equals sign\n", "[pytest11]\na = ../../etc\n", "[console_scripts]\na = b\n"],
)
def test_no_entry_is_no_plugin(site: Path, entry: str) -> None:
    add(site, "other", entry)
    assert [p.distribution for p in read(site).plugins] == ["my-plug"]


@pytest.mark.parametrize("entry", [b"[pytest11]\na = \xff\xfe\n", b"[pytest11]\n" + b"a = b\n" * 20_000, b"\0"])
def test_broken_metadata_is_passed_over_with_a_note(site: Path, entry: bytes) -> None:
    add(site, "other", entry)
    found = read(site)
    assert [p.distribution for p in found.plugins] == ["my-plug"]
    assert len(found.notes) == 1 and "other-1.0.dist-info" in found.notes[0]


def test_links_out_of_the_environment_are_not_followed(site: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    (secret / "deep").mkdir(parents=True)
    (secret / "entry_points.txt").write_text("[pytest11]\na = deep\n")
    (secret / "deep" / "__init__.py").write_text("")
    (site / "linked-1.0.dist-info").symlink_to(secret)
    (site / "plug" / "away").symlink_to(secret / "deep")
    add(site, "third", "[pytest11]\na = away\n")
    (site / "away").symlink_to(secret / "deep")
    (site / "fourth").symlink_to(secret / "entry_points.txt")
    found = read(site)
    assert {p.distribution: p.files for p in found.plugins} == {
        "my-plug": ("plug/inner/more.py", "plug/plugin.py"),
        "third": (),
    }


def test_a_package_of_thousands_of_files_is_passed_over(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemod.project.installed._MAX_FILES", 1)
    found = read(site)
    assert found.plugins == () and "more than 1 files" in found.notes[0]


def test_pth_files_are_not_executed(site: Path, tmp_path: Path) -> None:
    (site / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    read(site)
    assert not (tmp_path / "ran").exists()

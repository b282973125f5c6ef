from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from batch_tree import INI, PYPROJECT, checkout

from codemod.batch.discover import Discovery, discover, read_list
from codemod.batch.names import checkout_name, project_names
from codemod.errors import ConfigError, UsageError
from codemod.pipeline import analyse
from codemod.project.discover import list_python_files
from codemod.project.settings import Settings
from codemod.reading import discover_project, silent

TABLE = "[tool.pytest.ini_options]\nasyncio_mode = 'auto'\n"


def names(found: Discovery) -> list[str]:
    return [project.name for project in found.projects]


def folders(found: Discovery) -> list[str]:
    return [project.folder for project in found.projects]


def below(top: Path, files: dict[str, str], git: bool = True) -> list[str]:
    """Return the folders of the projects in a checkout with ``files``."""
    found = discover([checkout(top, files, git)])
    assert found.failures == found.notes == ()
    return folders(found)


# --- what a project is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("git", [True, False])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", ""),
        (".pytest.ini", INI),
        ("pytest.toml", ""),
        ("pyproject.toml", TABLE),
        ("pyproject.toml", "[tool.pytest]\nasyncio_mode = 'auto'\n"),
        ("tox.ini", INI),
        ("setup.cfg", "[tool:pytest]\n"),
        ("pyproject.toml", "broken ="),
    ],
)
def test_a_folder_with_its_own_configuration(tmp_path: Path, name: str, text: str, git: bool) -> None:
    files = {f"a/{name}": text, "a/tests/test_a.py": "", "b/c/pytest.ini": INI, "b/c/test_b.py": ""}
    assert below(tmp_path / "mono", files, git=git) == ["a", "b/c"]


def test_the_top_and_nested_ones(tmp_path: Path) -> None:
    files = {
        "pytest.ini": INI,
        "tests/test_a.py": "",
        "libs/x/tests/test_x.py": "",
        "libs/y/pytest.ini": INI,
        "libs/y/test_y.py": "",
        "libs/y/inner/pytest.ini": INI,
        "libs/y/inner/test_z.py": "",
    }
    found = discover([checkout(tmp_path / "mono", files)])
    assert names(found) == ["mono", "mono/libs/y", "mono/libs/y/inner"]
    assert found.failures == found.notes == ()


def test_tests_without_a_configuration_belong_to_the_top(tmp_path: Path) -> None:
    files = {"app/a.py": "", "tests/unit/test_a.py": "", "svc/pytest.ini": INI, "svc/test_s.py": ""}
    assert below(tmp_path / "mono", files) == ["", "svc"]


def test_the_top_without_tests_of_its_own_is_none(tmp_path: Path) -> None:
    assert below(tmp_path / "mono", {"setup.py": "", "app.py": "", "svc/pytest.ini": INI, "svc/a.py": ""}) == ["svc"]


@pytest.mark.parametrize("mark", ["pyproject.toml", "setup.py"])
def test_a_project_file_without_options_is_where_pytest_stops(tmp_path: Path, mark: str) -> None:
    files = {f"{name}/{mark}": PYPROJECT if mark.endswith("toml") else "" for name in "abc"}
    files |= {"a/tests/test_a.py": "", "b/tests/deep/test_b.py": "", "c/module.py": ""}
    assert below(tmp_path / "mono", files) == ["a", "b"]


@pytest.mark.parametrize("outside", ["conftest.py", "tests/test_all.py", "tests/conftest.py", "test_x.py"])
def test_what_the_top_collects_is_one_project(tmp_path: Path, outside: str) -> None:
    files = {"a/pyproject.toml": PYPROJECT, "a/test_a.py": "", "b/setup.py": "", "b/test_b.py": "", outside: ""}
    assert below(tmp_path / "mono", files) == [""]


def test_the_outer_of_two_without_options_has_the_inner(tmp_path: Path) -> None:
    files = {"a/pyproject.toml": PYPROJECT, "a/conftest.py": "", "a/b/pyproject.toml": PYPROJECT, "a/b/test_b.py": ""}
    assert below(tmp_path / "mono", files) == ["a"]
    assert below(tmp_path / "other", {name: text for name, text in files.items() if "conf" not in name}) == ["a/b"]


def test_pytest_goes_on_from_a_setup_py_to_a_pyproject_toml(tmp_path: Path) -> None:
    assert below(tmp_path / "mono", {"a/pyproject.toml": PYPROJECT, "a/b/setup.py": "", "a/b/test_b.py": ""}) == ["a"]


def test_a_setup_py_below_a_configuration_is_none(tmp_path: Path) -> None:
    assert below(tmp_path / "mono", {"pytest.ini": INI, "a/setup.py": "", "a/test_a.py": "", "test_b.py": ""}) == [""]


def test_every_project_is_accepted_and_no_file_is_in_two(tmp_path: Path) -> None:
    files = {
        "tests/test_top.py": "",
        "conftest.py": "",
        "a/pyproject.toml": PYPROJECT,
        "a/test_a.py": "",
        "b/pyproject.toml": TABLE,
        "b/test_b.py": "",
        "b/c/setup.cfg": "[tool:pytest]\n",
        "b/c/test_c.py": "",
        "b/d/pyproject.toml": PYPROJECT,
        "b/d/test_d.py": "",
        "e/setup.py": "",
        "e/test_e.py": "",
    }
    top = checkout(tmp_path / "mono", files)
    read: list[str] = []
    for project in discover([top]).projects:
        here = top / project.folder
        analyse(here, Settings())
        read += [f"{project.folder}/{path}".lstrip("/") for path in discover_project(here, Settings(), silent).files]
    assert sorted(read) == list(list_python_files(top).files)


def test_folders_that_are_not_the_projects(tmp_path: Path) -> None:
    files = {
        **{
            f"{name}/pytest.ini": INI
            for name in (".venv/x", "node_modules/x", "ignored", "x.egg-info", "vendor/x", "e")
        },
        **{f"{name}/test_x.py": "" for name in (".venv/x", "node_modules/x", "ignored", "x.egg-info", "vendor/x", "e")},
        "e/pyvenv.cfg": "",
        ".gitignore": "ignored/\n",
        "kept/pytest.ini": INI,
        "kept/test_a.py": "",
        "no_python/pytest.ini": INI,
    }
    assert below(tmp_path / "mono", files) == ["kept"]


# --- roots -----------------------------------------------------------------------------------------------------------

ONE = {"pytest.ini": INI, "test_a.py": ""}
MONO = {f"{name}/{file}": text for name in ("svc/a", "svc/b", "lib") for file, text in ONE.items()}


def test_a_folder_in_a_checkout(tmp_path: Path) -> None:
    top = checkout(tmp_path / "mono", MONO)
    assert names(discover([top / "svc"])) == ["mono/svc/a", "mono/svc/b"]
    assert names(discover([top / "svc/a"])) == ["mono/svc/a"]
    assert names(discover([top / "svc", top, top / "svc/b"])) == ["mono/lib", "mono/svc/a", "mono/svc/b"]


def test_a_folder_that_is_part_of_an_outer_project(tmp_path: Path) -> None:
    top = checkout(tmp_path / "mono", {**MONO, **ONE, "part/tests/test_b.py": "", "svc/test_loose.py": ""})
    found = discover([top / "part"])
    assert names(found) == []
    assert [(name, "at the top of mono" in reason) for name, reason in found.failures] == [(str(top / "part"), True)]
    found = discover([top / "svc"])
    assert names(found) == ["mono/svc/a", "mono/svc/b"]
    assert len(found.notes) == 1
    assert "belongs to the project" in found.notes[0]


def test_a_folder_of_checkouts(tmp_path: Path) -> None:
    for name in ("b", "a", "org/c"):
        checkout(tmp_path / name, ONE)
    (tmp_path / "plain").mkdir()
    (tmp_path / "a/submodule/.git").mkdir(parents=True)
    found = discover([tmp_path])
    assert names(found) == ["a", "b", "c"]
    assert [note.partition("no git checkouts: ")[2] for note in found.notes] == ["plain (give each as ROOT)"]


def test_a_folder_of_checkouts_inside_a_repository(tmp_path: Path) -> None:
    home = checkout(tmp_path / "home", {".profile": ""})
    checkout(home / "src/a", ONE)
    checkout(home / "src/b", ONE)
    assert names(discover([home / "src"])) == ["a", "b"]


def test_a_folder_without_git_is_taken_as_a_checkout(tmp_path: Path) -> None:
    assert names(discover([checkout(tmp_path / "plain", MONO, git=False)])) == [
        "plain/lib",
        "plain/svc/a",
        "plain/svc/b",
    ]


def test_one_ask_of_git_for_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codemod.source import vcs

    top = checkout(tmp_path / "mono", MONO)
    asked: list[Path] = []
    real = vcs.tracked_and_untracked
    monkeypatch.setattr(vcs, "tracked_and_untracked", lambda root: (asked.append(root), real(root))[1])
    assert len(discover([top]).projects) == 3
    assert asked == [top]


def test_unusable_roots(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    top = checkout(tmp_path / "empty", {"README": ""})
    found = discover([tmp_path / "file", tmp_path / "loop", tmp_path / "missing", top])
    assert found.projects == ()
    assert {Path(name).name: reason for name, reason in found.failures} == dict.fromkeys(
        ("file", "loop", "missing"), "no such folder"
    )
    assert found.notes == (f"{top}: no test was found",)


def test_a_checkout_below_a_foreign_configuration(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(INI)
    top = checkout(tmp_path / "mono", {"tests/test_a.py": "", "svc/pytest.ini": INI, "svc/test_s.py": ""})
    found = discover([top])
    assert folders(found) == ["svc"]
    assert [(name, reason.startswith("belongs to the project of")) for name, reason in found.failures] == [
        (str(top), True)
    ]
    with pytest.raises(UsageError, match="belongs to the project of"):
        analyse(top, Settings())


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = checkout(tmp_path / "outside", ONE)
    top = checkout(tmp_path / "roots/mono", MONO)
    (top / "link").symlink_to(outside)
    (top / "svc/again").symlink_to(top)
    (tmp_path / "roots/link").symlink_to(outside)
    assert names(discover([tmp_path / "roots"])) == ["mono/lib", "mono/svc/a", "mono/svc/b"]
    (tmp_path / "named").symlink_to(top / "svc")
    assert names(discover([tmp_path / "named"])) == ["mono/svc/a", "mono/svc/b"]


# --- include, exclude, lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (["mono/svc/*"], [], ["mono/svc/a", "mono/svc/b"]),
        (["svc"], [], ["mono/svc/a", "mono/svc/b"]),
        (["**/a"], [], ["mono/svc/a"]),
        (["/mono/**/b", "lib"], [], ["mono/lib", "mono/svc/b"]),
        ([], ["svc/"], ["mono/lib"]),
        (["mono"], ["*/svc/a"], ["mono/lib", "mono/svc/b"]),
        (["svc", "!b"], [], ["mono/svc/a"]),
        (["nothing"], [], []),
    ],
)
def test_patterns(tmp_path: Path, include: list[str], exclude: list[str], expected: list[str]) -> None:
    assert names(discover([checkout(tmp_path / "mono", MONO)], include, exclude)) == expected


def test_a_bad_pattern_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--include"):
        discover([tmp_path], ["!"])


def test_listed_folders(tmp_path: Path) -> None:
    top = checkout(tmp_path / "mono", {**MONO, "svc/a/tests/test_x.py": ""})
    plain = checkout(tmp_path / "plain", {"test_a.py": ""}, git=False)
    found = discover([], listed=[top / "svc/a", plain, top / "svc/a/tests", top / "missing", top / "lib/test_a.py"])
    assert names(found) == ["mono/svc/a", "plain"]
    assert dict(found.failures) == {
        str(top / "svc/a/tests"): "belongs to the project of svc/a/pytest.ini",
        str(top / "missing"): "no such folder",
        str(top / "lib/test_a.py"): "no such folder",
    }


def test_a_listed_folder_and_the_one_it_is_part_of(tmp_path: Path) -> None:
    top = checkout(tmp_path / "mono", {"test_x.py": "", "a/setup.py": "", "a/test_a.py": "", **MONO})
    assert folders(discover([], listed=[top / "a"])) == ["a"]
    found = discover([top], listed=[top / "a", top / "lib"])
    assert folders(found) == ["", "lib", "svc/a", "svc/b"]
    assert dict(found.failures) == {str(top / "a"): "is part of the project at the top"}


def test_reading_a_list(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf# all of them\r\na/b\r\n\n  spaced name \n/abs # no comment\n\xff\n./#odd"
    expected = ("a/b", "spaced name", "/abs # no comment", "\udcff", "#odd")
    (tmp_path / "list").write_bytes(text)
    assert read_list(str(tmp_path / "list"), io.BytesIO()) == tuple(map(Path, expected))
    assert read_list("-", io.BytesIO(text)) == tuple(map(Path, expected))
    with pytest.raises(FileNotFoundError):
        read_list(str(tmp_path / "missing"), io.BytesIO())


# --- names -----------------------------------------------------------------------------------------------------------


def test_equal_names_get_their_parents(tmp_path: Path) -> None:
    for name in ("x/org/api", "y/org/api", "x/team/api", "x/other"):
        checkout(tmp_path / name, {"svc/pytest.ini": INI, "svc/test_a.py": ""})
    found = discover([tmp_path])
    assert names(found) == ["other/svc", "team/api/svc", "x/org/api/svc", "y/org/api/svc"]
    assert [checkout_name(p.name, p.folder) for p in found.projects] == ["other", "team/api", "x/org/api", "y/org/api"]


def test_a_checkout_is_never_called_like_a_project_of_another() -> None:
    api, other, mono = Path("/w/mono/api"), Path("/w/z/api"), Path("/w/k/mono")
    found = project_names([(api, ""), (other, ""), (mono, "api")])
    assert len({*found.values()}) == 3
    assert found[other, ""] == "z/api"


def test_names_of_any_kind(tmp_path: Path) -> None:
    odd = ["a\nb", "quote'\"", "..x", "-rf", "sp ace", "\x1b[31m", "nämé", "$(touch x)", "*"]
    top = checkout(tmp_path / "mono\n", {f"{name}/{file}": text for name in odd for file, text in ONE.items()})
    assert sorted(folders(discover([top]))) == sorted(odd)


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    top = tmp_path / os.fsdecode(b"mono\xff")
    checkout(top, {**MONO, os.fsdecode(b"bad\xff/pytest.ini"): INI, os.fsdecode(b"bad\xff/test_a.py"): ""})
    found = discover([top])
    assert names(found) == [r"mono\xff/lib", r"mono\xff/svc/a", r"mono\xff/svc/b"]
    assert [note.endswith("not valid UTF-8") for note in found.notes] == [True]
    assert discover([], listed=[top / os.fsdecode(b"bad\xff")]).failures[0][1] == "its name is not valid UTF-8"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_without_permission(tmp_path: Path) -> None:
    checkout(tmp_path / "mono", MONO, git=False)
    (tmp_path / "mono/svc/a").chmod(0)
    try:
        found = discover([tmp_path / "mono"], listed=[tmp_path / "mono/svc/a"])
    finally:
        (tmp_path / "mono/svc/a").chmod(0o755)
    assert names(found) == ["mono/lib", "mono/svc/b"]
    assert any("Permission denied" in note for note in found.notes)
    assert dict(found.failures) == {str(tmp_path / "mono/svc/a"): "Permission denied"}


def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = checkout(tmp_path / "mono", MONO, git=False)
    real = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).rstrip("/").endswith("svc/a"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = discover([top])
    assert names(found) == ["mono/lib", "mono/svc/b"]
    assert found.notes == ("mono/svc/a: Permission denied",)


def test_ten_thousand_folders(tmp_path: Path) -> None:
    files = {f"d{n // 100}/e{n % 100}/m.py": "" for n in range(10_000)}
    files |= {f"d{n}/{file}": text for n in range(100) for file, text in ONE.items()}
    top = checkout(tmp_path / "mono", files)
    started = time.monotonic()
    assert len(discover([top]).projects) == 100
    assert time.monotonic() - started < 60


def test_no_roots() -> None:
    assert discover([]) == Discovery()

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from batch_tree import INI, PYPROJECT, checkout
from support.corpus import Case, load_cases

from codemod.batch.cache import Cache, default_folder
from codemod.batch.discover import discover
from codemod.batch.keys import Keys
from codemod.batch.records import FilePatch, ProjectRef, Result, Status
from codemod.errors import LoopmendError
from codemod.pipeline import analyse
from codemod.project.settings import Settings

# --- what a key is made from -----------------------------------------------------------------------------------------


class Opened:
    """The files that this process opens while it records; an audit hook stays for good, so there is one."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.recording: int | None = None
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.recording == threading.get_ident() and isinstance(arguments[0], str | bytes | Path):
            self.paths.add(os.path.normpath(os.fsdecode(arguments[0])))

    def by(self, folder: Path, settings: Settings) -> set[str]:
        """Return the absolute paths of what an analysis opens."""
        self.paths.clear()
        self.recording = threading.get_ident()
        try:
            analyse(folder, settings)
        except LoopmendError:
            pass  # what was opened until then counts
        finally:
            self.recording = None
        return {path for path in self.paths if path.startswith("/")}


@pytest.fixture(scope="module")
def opened() -> Opened:
    return Opened()


def unkeyed(opened: Opened, project: ProjectRef, settings: Settings) -> list[str]:
    """Return the files in the checkout that an analysis opens and the key does not know."""
    known = {os.path.normpath(f"{project.checkout}/{path}") for path in Keys({}, False).inputs_of(project)}
    read = opened.by(Path(project.checkout) / project.folder, settings)
    assert any(path.startswith(f"{project.checkout}/") for path in read)
    return sorted(path for path in read - known if path.startswith(f"{project.checkout}/"))


CASES = load_cases()


@pytest.mark.parametrize("case", CASES[:: max(1, len(CASES) // 60)], ids=str)
def test_every_file_that_is_opened_is_in_the_key(opened: Opened, case: Case, tmp_path: Path) -> None:
    shutil.copytree(case.folder / "before", tmp_path / "repo", symlinks=True)
    top = checkout(tmp_path / "repo", {})
    for project in (*discover([top]).projects, ProjectRef("repo", str(top))):
        assert unkeyed(opened, project, case.settings) == []


EVERYTHING = {
    "svc/a/pyproject.toml": PYPROJECT + "[tool.pytest.ini_options]\naddopts = '-c other.ini'\n",
    "svc/a/other.ini": INI,
    "svc/a/.pytest.ini": "",
    "svc/a/tests/conftest.py": "import asyncpg, shared.db, pytest_asyncio\n"
    "@pytest_asyncio.fixture(scope='session')\nasync def c():\n    yield await asyncpg.connect('')\n",
    "svc/a/tests/test_a.py": "import pytest\n@pytest.mark.asyncio\nasync def test_a(c):\n    await c.fetch('')\n",
    "svc/a/tests/plain/setup.cfg": "",
    "svc/a/tests/plain/test_p.py": "",
    "svc/a/deep/requirements/dev.txt": "-r ../../../../shared/all.in\npytest-asyncio\n",
    "svc/a/setup.py": "from setuptools import setup\nsetup(install_requires=open('needs.pip').read())\n",
    "svc/a/needs.pip": "asyncpg\n",
    "svc/a/tox.ini": "[testenv]\ndeps = -rmore/tox.txt\ncommands = pytest -c ../shared.ini\n",
    "svc/a/more/tox.txt": "-c limits\n",
    "svc/a/more/limits": "pytest<9\n",
    "svc/a/uv.lock": "version = 1\n",
    "svc/shared.ini": INI,
    "svc/requirements.txt": "-r requirements/base.txt\npytest-asyncio==0.23.5\n",
    "svc/requirements/base.txt": "pytest\n",
    "shared/all.in": "-c constraints\npytest==8.3.0\n",
    "shared/constraints": "pytest-asyncio<2\n",
    "shared/db.py": "",
    "tox.ini": "[testenv]\ndeps = -r svc/requirements.txt\ncommands = pytest -c svc/a/ci.cfg svc/a\n",
    "svc/a/ci.cfg": "[tool:pytest]\n",
    "Makefile": "test:\n\tcd svc/a && pytest -c ci.cfg\n",
    ".github/workflows/test.yml": "jobs:\n  t:\n    steps:\n      - run: pytest -c svc/shared.ini svc/a\n",
    "loopmend.toml": "strategy = 'isolate'\n",
    "svc/b/pytest.ini": INI,
    "svc/b/test_b.py": "",
    "svc/b/pyproject.toml": PYPROJECT,
}
OTHERS = {"svc/b/pytest.ini", "svc/b/test_b.py", "svc/b/pyproject.toml", "README.md", "svc/new/x.py", "svc/a/data.bin"}


@pytest.fixture
def everything(tmp_path: Path) -> ProjectRef:
    top = checkout(tmp_path / "mono", {**EVERYTHING, "README.md": "see svc/a\n", "svc/a/data.bin": ""})
    return ProjectRef("mono/svc/a", str(top), "svc/a")


@pytest.mark.parametrize("isolated", [False, True])
def test_every_kind_of_file(opened: Opened, everything: ProjectRef, isolated: bool) -> None:
    assert unkeyed(opened, everything, Settings()) == []


def key(project: ProjectRef, isolated: bool = False, **overrides: object) -> str:
    return Keys(overrides, isolated).key_of(project)


@pytest.mark.parametrize("path", sorted(EVERYTHING.keys() - OTHERS - {"shared/db.py"}))
def test_a_change_of_any_of_them_changes_the_key(everything: ProjectRef, path: str) -> None:
    place = Path(everything.checkout) / path
    before, text = key(everything), place.read_text()
    place.write_text(f"{text}\n# changed\n")
    changed = key(everything)
    place.unlink()
    assert len({before, changed, key(everything)}) == 3
    place.write_text(text)
    assert key(everything) == before


@pytest.mark.parametrize("path", sorted(OTHERS))
def test_other_files_do_not(everything: ProjectRef, path: str) -> None:
    before = key(everything)
    place = Path(everything.checkout) / path
    place.parent.mkdir(exist_ok=True)
    place.write_text("changed = 1\n")
    os.utime(Path(everything.checkout) / "svc/a/tests/test_a.py", (1, 1))
    assert key(everything) == before


@pytest.mark.parametrize("path", ["svc/a/tests/pytest.ini", "svc/pytest.ini", "svc/setup.py", "svc/a/tests/test_n.py"])
def test_new_files_do(everything: ProjectRef, path: str) -> None:
    before = key(everything)
    (Path(everything.checkout) / path).write_text("")
    assert key(everything) != before


@pytest.mark.parametrize("path", ["svc/a/tests/pytest.ini", "svc/pytest.ini", "svc/setup.py", "svc/requirements.in"])
def test_new_files_do_that_git_ignores(everything: ProjectRef, path: str) -> None:
    before = key(everything)
    (Path(everything.checkout) / ".git/info/exclude").write_text(f"/{path}\n")
    (Path(everything.checkout) / path).write_text("")
    assert key(everything) != before


def test_what_counts_besides_bytes(everything: ProjectRef) -> None:
    top, found = Path(everything.checkout), [key(everything)]
    (top / "svc/a/tests/test_a.py").chmod(0o755)
    found.append(key(everything))
    (top / "svc/a/tests/plain/conftest.py").symlink_to("nowhere")
    found.append(key(everything))
    (top / "svc/a/tests/plain/conftest.py").unlink()
    (top / "svc/a/tests/plain/conftest.py").symlink_to("../conftest.py")
    found.append(key(everything))
    shutil.rmtree(top / "shared")
    found.append(key(everything))
    (top / "svc/asyncpg").mkdir()  # imported, so no third-party package any more
    found.append(key(everything))
    (top.parent / "pytest.ini").write_text(INI)
    found.append(key(everything))
    assert len({*found}) == len(found)


def test_settings_and_names_count(everything: ProjectRef, tmp_path: Path) -> None:
    found = [
        key(everything),
        key(everything, isolated=True),
        key(everything, strategy="share"),
        key(everything, select=("LM2",)),
        key(everything, python=str(tmp_path)),
        key(replace(everything, name="other/svc/a")),
        key(replace(everything, folder="svc/b")),
    ]
    assert len({*found}) == len(found)
    assert key(everything, strategy="share", unsafe=True) == key(everything, unsafe=True, strategy="share")


def test_the_environment_counts(everything: ProjectRef, tmp_path: Path) -> None:
    site = tmp_path / "env/lib/python3.11/site-packages"
    (site / "plug-1.0.dist-info").mkdir(parents=True)
    (site / "plug-1.0.dist-info/entry_points.txt").write_text("[pytest11]\nplug = plug\n")
    (site / "plug.py").write_text("")
    found = [key(everything, python=str(tmp_path / "env"))]
    (site / "plug.py").write_text("import asyncio\n")
    found.append(key(everything, python=str(tmp_path / "env")))
    (site / "plug-1.0.dist-info").rename(site / "plug-2.0.dist-info")
    found.append(key(everything, python=str(tmp_path / "env")))
    assert len({*found}) == 3


def test_the_place_of_the_checkout_does_not_count(everything: ProjectRef, tmp_path: Path) -> None:
    before = key(everything)
    shutil.move(everything.checkout, tmp_path / "elsewhere")
    assert key(replace(everything, checkout=str(tmp_path / "elsewhere"))) == before


def test_an_ignored_folder_and_one_without_git(tmp_path: Path) -> None:
    top = checkout(tmp_path / "mono", {".gitignore": "out/\n", "out/pytest.ini": INI, "out/test_a.py": ""})
    plain = checkout(tmp_path / "plain", {"pytest.ini": INI, "test_a.py": ""}, git=False)
    for project, path in (
        (ProjectRef("mono/out", str(top), "out"), "out/test_a.py"),
        (ProjectRef("p", str(plain)), "test_a.py"),
    ):
        assert path in Keys({}, False).inputs_of(project)


def test_hostile_files_are_no_obstacle(tmp_path: Path) -> None:
    top = checkout(tmp_path / "mono", {"pytest.ini": INI, "test_a.py": "", "tox.ini": "x" * 2_000_000})
    os.mkfifo(top / "conftest.py")
    (top / "setup.cfg").symlink_to("setup.cfg")
    (top / "pyproject.toml").symlink_to("/dev/zero")
    (top / "requirements.txt").write_bytes(
        b"\xff\xfe-\0r\0 \0a\0.\0i\0n\0\n\0" + b"-r ../../../../etc/passwd\n-r /etc/hosts\n"
    )
    (top / "a.in").write_text("-r a.in\n-r requirements.txt\n")
    read = Keys({}, False).inputs_of(ProjectRef("mono", str(top)))
    assert {"test_a.py", "tox.ini", "conftest.py", "setup.cfg", "pyproject.toml", "a.in"} <= {*read}
    assert not [path for path in read if "etc" in path]


def test_files_are_read_once_for_all_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"p{n}/{name}": text for n in range(20) for name, text in (("pytest.ini", INI), ("test_a.py", ""))}
    top = checkout(tmp_path / "mono", {**files, "requirements.txt": "pytest-asyncio\n", "Makefile": "t:\n\tpytest\n"})
    looked: list[str] = []
    from codemod.batch.digests import Digests

    real = Digests._look
    monkeypatch.setattr(Digests, "_look", lambda self, path: (looked.append(path), real(self, path))[1])
    keys = Keys({}, False)
    assert len({keys.key_of(project) for project in discover([top]).projects}) == 20
    assert len(looked) == len({*looked})
    assert "requirements.txt" in looked


# --- the cache -------------------------------------------------------------------------------------------------------


def result(number: int = 0, **changes: object) -> Result:
    made = Result(
        "mono/é\n..",
        "é\n..",
        Status.CHANGED,
        key=f"{number:064x}",
        report={"a": [1, None, "\udcff"]},
        files=(FilePatch("a", FilePatch.encoded(b"x" * 500), 1, 0, ("LM201",), 2),),
        seconds=1.5,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    assert cache.get(result().key) is None
    cache.put(result())
    cache.put(result(1, status=Status.CLEAN, files=()))
    assert cache.get(result().key) == result()
    assert Cache(tmp_path / "c").get(result(1).key) == result(1, status=Status.CLEAN, files=())
    assert all(re.fullmatch(r"[0-9a-f]{64}\.json", path.name) for path in entries(tmp_path))
    assert [path.stat().st_mode & 0o077 for path in entries(tmp_path)] == [0, 0]


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    Cache(tmp_path).put(result(status=Status.FAILED, reason="out of memory"))
    assert entries(tmp_path) == []


def damage(place: Path, how: str) -> None:
    data = place.read_bytes()
    changed = {
        "empty": b"",
        "cut": data[:-20],
        "flipped": data.replace(b'"changed"', b'"clean"  '),
        "binary": b"\xff\0" * 50,
        "other": json.dumps([1]).encode(),
        "deep": b"[" * 100_000,
    }
    place.write_bytes(changed[how])


@pytest.mark.parametrize("how", ["empty", "cut", "flipped", "binary", "other", "deep"])
def test_a_damaged_entry_is_absent(tmp_path: Path, how: str) -> None:
    cache = Cache(tmp_path)
    cache.put(result())
    damage(entries(tmp_path)[0], how)
    assert cache.get(result().key) is None
    cache.put(result())
    assert cache.get(result().key) == result()


def test_an_entry_under_anothers_key_is_absent(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(result(1))
    entries(tmp_path)[0].rename(tmp_path / "00" / f"{2:064x}.json")
    assert cache.get(result(2).key) is None


def test_the_oldest_go(tmp_path: Path) -> None:
    size = 1200
    cache = Cache(tmp_path, limit=20 * size)
    for number in range(60):
        cache.put(result(number))
        for age, path in enumerate(entries(tmp_path)):
            os.utime(path, (1000 + age, 1000 + age))
        if number >= 5:
            assert cache.get(result(5).key) is not None, number
    left = entries(tmp_path)
    assert sum(path.stat().st_size for path in left) <= 21 * size
    assert {5, 59} <= {int(path.stem, 16) for path in left}
    assert 6 not in {int(path.stem, 16) for path in left}


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    cache.put(result())
    assert cache.get(result().key) is None


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(old: str, new: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    Cache(tmp_path).put(result())
    assert entries(tmp_path) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_become_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        Cache(tmp_path).get(name)
    with pytest.raises(ValueError, match="not a key"):
        Cache(tmp_path).put(result(key=name))


def test_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_folder() == tmp_path / ".cache/loopmend/results"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() == tmp_path / ".cache/loopmend/results"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_folder() == tmp_path / "x/loopmend/results"

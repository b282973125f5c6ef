from __future__ import annotations

from pathlib import Path

import pytest
from project_tree import write_tree

from codemod.errors import ConfigError
from codemod.project.pytest_config import find_setup, has_own, resolve
from codemod.project.pytest_options import LIST_DEFAULTS, OPTION_KINDS

NATIVE = "[tool.pytest]\nasyncio_mode = 'auto'\n"
INI_OPTIONS = "[tool.pytest.ini_options]\nasyncio_mode = 'auto'\n"
BOTH = NATIVE + "[tool.pytest.ini_options]\nx = '1'\n"

# Files, pytest version, and the inifile that pytest takes (None: no file), read off the runs of the differential test
# under pytest 7.4.4, 8.4.2, 9.0.0 and 9.2.0.
LOCATED = [
    ({"pytest.ini": ""}, (7, 4), "pytest.ini"),
    ({"pytest.ini": "", "pyproject.toml": INI_OPTIONS}, (8, 4), "pytest.ini"),
    ({"pytest.toml": "", "pytest.ini": "[pytest]"}, (9, 0), "pytest.toml"),
    ({"pytest.toml": "", "pytest.ini": "[pytest]"}, (8, 4), "pytest.ini"),
    ({".pytest.toml": "", "pytest.ini": "[pytest]"}, (9, 2), ".pytest.toml"),
    ({".pytest.ini": "[pytest]", "tox.ini": "[pytest]"}, (7, 4), ".pytest.ini"),
    ({".pytest.ini": ""}, (9, 0), ".pytest.ini"),
    ({"pyproject.toml": NATIVE}, (9, 0), "pyproject.toml"),
    ({"pyproject.toml": NATIVE, "tox.ini": "[pytest]"}, (8, 4), "tox.ini"),
    ({"pyproject.toml": INI_OPTIONS, "tox.ini": "[pytest]", "setup.cfg": "[tool:pytest]"}, (9, 2), "pyproject.toml"),
    ({"pyproject.toml": BOTH}, (8, 4), "pyproject.toml"),
    ({"pyproject.toml": ""}, (8, 1), "pyproject.toml"),
    ({"pyproject.toml": "", "setup.cfg": "[tool:pytest]"}, (9, 2), "setup.cfg"),
    ({"pytest.toml": "a = 1"}, (9, 0), "pytest.toml"),
    ({"pytest.ini": "", "setup.cfg": "broken"}, (8, 4), "pytest.ini"),
]
NOT_LOCATED = [
    ({}, (9, 2)),
    ({".pytest.ini": ""}, (8, 4)),
    ({"pytest.toml": "[pytest]"}, (8, 4)),
    ({"pyproject.toml": ""}, (7, 4)),
    ({"pyproject.toml": ""}, (8, 0)),
    ({".pytest.ini": "[pytest]"}, (7, 1)),
    ({"pyproject.toml": NATIVE}, (7, 4)),
    ({"tox.ini": "[tox]\n"}, (9, 2)),
    ({"setup.cfg": "[metadata]\n"}, (9, 2)),
    ({"custom.ini": "[pytest]\n"}, (9, 2)),
]
REFUSED = [
    ({"pytest.ini": "", "pyproject.toml": BOTH}, (9, 0), r"pyproject\.toml:2: "),
    ({"setup.cfg": "[metadata]\nname = x\n[pytest]\n"}, (7, 4), r"setup\.cfg:3: .*\[tool:pytest\]"),
    ({"pytest.toml": "asyncio_mode = 'auto'"}, (9, 2), r"pytest\.toml:1: .*under \[pytest\]"),
    ({"pytest.ini": "", "setup.cfg": "broken"}, (9, 0), r"setup\.cfg:1: "),
    ({"pytest.ini": "[pytest]\nasyncio_mode\n"}, (8, 4), r"pytest\.ini:2: "),
    ({"tox.ini": "[pytest]\na = 1\na = 2\n"}, (9, 2), r"tox\.ini:3: duplicate"),
    ({"pyproject.toml": "[tool]\nx = \n"}, (9, 2), r"pyproject\.toml:2: "),
    ({"pyproject.toml": "\ufeff[tool]\n"}, (9, 2), r"pyproject\.toml:1: "),
    ({"pyproject.toml": "x = " + "[" * 20_000}, (9, 2), r"pyproject\.toml: nested too deeply"),
    ({"pyproject.toml": "[tool]\npytest = 1\n"}, (9, 2), "tool.pytest is not a table"),
    ({"pytest.ini": b"[pytest]\nx = \xff\n"}, (9, 2), r"pytest\.ini:2: not UTF-8"),
]


def files_of(names: dict[str, str | bytes]) -> dict[str, str | bytes]:
    """Put the files where nothing above can be found first: the folder asked for has a marker of its own."""
    return {"marker.txt": "", **names}


@pytest.mark.parametrize(("files", "version", "expected"), LOCATED)
def test_takes_the_file_that_pytest_takes(
    tmp_path: Path, files: dict[str, str], version: tuple[int, int], expected: str
) -> None:
    found = find_setup(tmp_path, [write_tree(tmp_path, files)], pytest_version=version)
    assert (found.rootdir, found.inifile) == (tmp_path, tmp_path / expected)


@pytest.mark.parametrize(("files", "version"), NOT_LOCATED)
def test_takes_no_file(tmp_path: Path, files: dict[str, str], version: tuple[int, int]) -> None:
    found = find_setup(tmp_path, [write_tree(tmp_path, files_of(files))], pytest_version=version)
    assert (found.rootdir, found.inifile, found.section.path) == (tmp_path, None, ())


@pytest.mark.parametrize(("files", "version", "message"), REFUSED)
def test_refuses_what_pytest_refuses(
    tmp_path: Path, files: dict[str, str | bytes], version: tuple[int, int], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        resolve(write_tree(tmp_path, files), version)


def test_nearest_file_wins_over_a_better_one_above(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": "[pytest]\n", "sub/setup.cfg": "[tool:pytest]\n", "sub/tests/x.py": ""})
    config = resolve(tmp_path / "sub" / "tests")
    assert (config.rootdir, config.inifile) == (tmp_path / "sub", tmp_path / "sub" / "setup.cfg")
    assert config.section == ("tool:pytest",)


def test_setup_py_gives_the_rootdir_without_a_file(tmp_path: Path) -> None:
    write_tree(tmp_path, {"setup.py": "", "tests/unit/x.py": ""})
    config = resolve(tmp_path / "tests" / "unit")
    assert (config.rootdir, config.inifile, config.section, config.keys) == (tmp_path, None, (), ())


def test_a_file_above_wins_over_setup_py(tmp_path: Path) -> None:
    write_tree(tmp_path, {"tox.ini": "[pytest]", "sub/setup.py": ""})
    assert resolve(tmp_path / "sub").rootdir == tmp_path


def test_several_paths_meet_at_their_common_ancestor(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a/pytest.ini": "", "a/x/t.py": "", "b/y/t.py": "", "setup.py": ""})
    found = find_setup(tmp_path / "a", [tmp_path / "a" / "x", tmp_path / "b" / "y" / "t.py"])
    assert (found.rootdir, found.inifile) == (tmp_path, None)


@pytest.mark.parametrize(
    ("name", "content", "section"),
    [
        ("pytest.ini", "", ("pytest",)),
        ("tox.ini", "[pytest]", ("pytest",)),
        ("setup.cfg", "[tool:pytest]", ("tool:pytest",)),
        ("pyproject.toml", INI_OPTIONS, ("tool", "pytest", "ini_options")),
        ("pyproject.toml", NATIVE, ("tool", "pytest")),
        ("pyproject.toml", "", ("tool", "pytest", "ini_options")),
        ("pytest.toml", "", ("pytest",)),
    ],
)
def test_section_is_where_an_option_belongs(tmp_path: Path, name: str, content: str, section: tuple[str, ...]) -> None:
    assert resolve(write_tree(tmp_path, {name: content})).section == section


def test_nothing_set_is_told_from_a_default_of_pytest(tmp_path: Path) -> None:
    config = resolve(write_tree(tmp_path, {"pytest.ini": ""}))
    assert set(config.options) == {*OPTION_KINDS, "confcutdir"}
    assert {option.origin for option in config.options.values()} == {"default"}
    set_by_default = {name for name, option in config.options.items() if option.value is not None}
    assert set_by_default == set(LIST_DEFAULTS)
    assert config.lists["python_files"] == ("test_*.py", "*_test.py")
    assert config.lists["testpaths"] == ()
    assert (config.confcutdir, config.asyncio_loaded, config.notes) == (tmp_path, True, ())


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("pytest.ini", "# c\n[pytest]\n\nasyncio_mode = auto\n", 4),
        ("pytest.ini", "[pytest]\r\nasyncio_mode = auto\r\n", 2),
        ("setup.cfg", "[metadata]\nasyncio_mode = x\n[tool:pytest]\nasyncio_mode = auto\n", 4),
        ("pyproject.toml", "[tool.x]\nasyncio_mode = 'x'\n" + INI_OPTIONS, 4),
        ("pyproject.toml", "[tool.pytest]\nini_options.asyncio_mode = 'auto'\n", 2),
        ("pyproject.toml", "[tool]\npytest.ini_options = { asyncio_mode = 'auto' }\n", 2),
        ("pyproject.toml", "[tool.pytest.ini_options]\n'asyncio_mode' = 'auto'\n", 2),
    ],
)
def test_origin_is_the_line_of_the_key(tmp_path: Path, name: str, content: str, line: int) -> None:
    option = resolve(write_tree(tmp_path, {name: content})).options["asyncio_mode"]
    assert (option.value, option.origin) == ("auto", f"{name}:{line}")


def test_addopts_beat_the_file_and_say_so(tmp_path: Path) -> None:
    config = resolve(
        write_tree(tmp_path, {"tox.ini": "[pytest]\nasyncio_mode = strict\naddopts = -q\n  --asyncio-mode=auto\n"})
    )
    assert (config.options["asyncio_mode"].value, config.options["asyncio_mode"].origin) == (
        "auto",
        "addopts (tox.ini:3)",
    )
    assert config.lists["addopts"] == ("-q", "--asyncio-mode=auto")
    assert config.keys == ("asyncio_mode", "addopts")


def test_override_in_addopts_counts_from_9_1(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": "[pytest]\nasyncio_mode = strict\naddopts = -o asyncio_mode=auto\n"})
    new, old = resolve(tmp_path, (9, 1)), resolve(tmp_path, (9, 0))
    assert (new.options["asyncio_mode"].value, new.options["asyncio_mode"].origin) == ("auto", "addopts (pytest.ini:3)")
    assert (old.options["asyncio_mode"].value, old.options["asyncio_mode"].origin) == ("strict", "pytest.ini:2")
    assert new.notes == ()
    assert old.notes == ("addopts (pytest.ini:3): -o asyncio_mode=auto has no effect there before pytest 9.1",)


@pytest.mark.parametrize("option", ["-c other.ini", "--config-file=other.ini", "--rootdir=sub"])
def test_location_options_in_addopts_have_no_effect(tmp_path: Path, option: str) -> None:
    files = {
        "pytest.ini": f"[pytest]\naddopts = {option}\n",
        "other.ini": "[pytest]\nasyncio_mode = auto\n",
        "sub/x": "",
    }
    config = resolve(write_tree(tmp_path, files))
    assert (config.rootdir, config.inifile) == (tmp_path, tmp_path / "pytest.ini")
    assert config.options["asyncio_mode"].value is None
    assert len(config.notes) == 1
    assert "no effect" in config.notes[0]


def test_location_options_on_the_command_line(tmp_path: Path) -> None:
    files = {"pytest.ini": "", "sub/other.ini": "[pytest]\nasyncio_mode = auto\n", "root/x": ""}
    config = resolve(write_tree(tmp_path, files), args=["-c", "sub/other.ini", "--rootdir", "root"])
    assert (config.rootdir, config.inifile) == (tmp_path / "root", tmp_path / "sub" / "other.ini")
    assert config.options["asyncio_mode"].origin == "sub/other.ini:2"
    assert config.confcutdir == tmp_path / "sub"


@pytest.mark.parametrize(
    "args", [["-c", "missing.ini"], ["--rootdir=missing"], ["-o", "asyncio_mode"], ["-p"], ["-c", "x.txt"]]
)
def test_refuses_wrong_arguments(tmp_path: Path, args: list[str]) -> None:
    with pytest.raises(ConfigError):
        resolve(write_tree(tmp_path, {"x.txt": ""}), args=args)


@pytest.mark.parametrize(
    ("addopts", "loaded"),
    [
        ("-p no:asyncio", False),
        ("-pno:asyncio", False),
        ("-p asyncio -p no:asyncio", False),
        ("-p no:asyncio -p pytest_asyncio.plugin", True),
        ("-p no:asyncio -p asyncio", True),
        ("-p no:randomly", True),
        ("-p no:pytest_asyncio", True),
        ("--disable-plugin-autoload", False),
        ("--disable-plugin-autoload -p pytest_asyncio.plugin", True),
        ("-p xdist -n 4 --cov=x -k 'a or b'", True),
    ],
)
def test_asyncio_loaded(tmp_path: Path, addopts: str, loaded: bool) -> None:
    config = resolve(write_tree(tmp_path, {"pytest.ini": f"[pytest]\naddopts = {addopts}\n"}))
    assert config.asyncio_loaded is loaded


def test_confcutdir(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": "[pytest]\naddopts = --confcutdir=sub\n", "sub/x": ""})
    config = resolve(tmp_path)
    assert (config.confcutdir, config.options["confcutdir"].origin) == (tmp_path / "sub", "addopts (pytest.ini:2)")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[tool.pytest]\ntestpaths = 'tests'\n", r"pyproject\.toml:2: testpaths expects a list"),
        ("[tool.pytest]\nasyncio_mode = ['auto']\n", r"pyproject\.toml:2: asyncio_mode expects a string"),
        ("[tool.pytest]\nasyncio_debug = 'true'\n", r"pyproject\.toml:2: asyncio_debug expects true or false"),
        ("[tool.pytest]\nusefixtures = [1]\n", r"pyproject\.toml:2: usefixtures expects a list of strings"),
        ("[tool.pytest.ini_options]\nasyncio_mode = ['auto']\n", r"pyproject\.toml:2: asyncio_mode expects a string"),
        ('[tool.pytest.ini_options]\naddopts = "-k \'x"\n', r"pyproject\.toml:2: addopts: "),
        ("[tool.pytest.ini_options]\naddopts = '--asyncio-mode'\n", r"addopts \(pyproject\.toml:2\): .*asyncio-mode"),
    ],
)
def test_refuses_values_of_the_wrong_type(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        resolve(write_tree(tmp_path, {"pyproject.toml": content}))


def test_values_are_kept_as_written(tmp_path: Path) -> None:
    # The name of a mode or scope is judged by the plugin, so by the rules, not here.
    content = "[pytest]\nasyncio_mode = AUTO\nasyncio_default_fixture_loop_scope = strict  # c\nusefixtures = a b\n"
    config = resolve(write_tree(tmp_path, {"pytest.ini": content}))
    assert config.options["asyncio_mode"].value == "AUTO"
    assert config.options["asyncio_default_fixture_loop_scope"].value == "strict  # c"
    assert config.lists["usefixtures"] == ("a", "b")
    assert config.options["usefixtures"].value == "a b"


def test_ini_options_take_toml_types_as_text(tmp_path: Path) -> None:
    content = (
        "[tool.pytest.ini_options]\nasyncio_debug = true\nfilterwarnings = ['error', 'ignore::X']\nminversion = 8.0\n"
    )
    config = resolve(write_tree(tmp_path, {"pyproject.toml": content}), (8, 4))
    assert config.options["asyncio_debug"].value == "True"
    assert config.lists["filterwarnings"] == ("error", "ignore::X")
    assert config.options["filterwarnings"].value == "error\nignore::X"


def test_a_relative_folder_is_taken_from_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"pytest.ini": "", "tests/x": ""})
    monkeypatch.chdir(tmp_path)
    assert resolve(Path("tests")).rootdir == tmp_path


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"pytest.ini": ""})

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(ConfigError, match=r"pytest\.ini: Permission denied"):
        resolve(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "version"),
    [
        ("pytest.ini", "", (9, 2)),
        ("tox.ini", "[pytest]", (7, 4)),
        ("pytest.toml", "", (9, 0)),
        ("setup.cfg", "broken", (9, 2)),
    ],
)
def test_has_own(tmp_path: Path, name: str, content: str, version: tuple[int, int]) -> None:
    assert has_own(write_tree(tmp_path, {name: content}), version)


@pytest.mark.parametrize(
    ("name", "content", "version"),
    [
        ("x.txt", "", (9, 2)),
        ("pyproject.toml", "", (9, 2)),
        ("tox.ini", "[tox]", (9, 2)),
        ("pytest.toml", "", (8, 4)),
        ("sub/pytest.ini", "", (9, 2)),
    ],
)
def test_has_none_of_its_own(tmp_path: Path, name: str, content: str, version: tuple[int, int]) -> None:
    assert not has_own(write_tree(tmp_path, {name: content}), version)


def test_has_none_of_its_own_below_one_that_has(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": "", "sub/x": ""})
    assert not has_own(tmp_path / "sub")


SCOPE = "asyncio_default_fixture_loop_scope"


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("pytest.ini", f'[pytest]\n{SCOPE} = "function"\n', '"function"'),
        ("pytest.ini", f"[pytest]\n{SCOPE} = 'function'\n", "'function'"),
        ("pytest.ini", f"[pytest]\n{SCOPE} =\n", ""),
        ("pytest.ini", f"[pytest]\n{SCOPE} = fixture\n", "fixture"),
        ("pytest.ini", f"[pytest]\n{SCOPE} =\n    session\n", "session"),
        ("pyproject.toml", f"[tool.pytest.ini_options]\n{SCOPE} = ''\n", ""),
        ("pyproject.toml", f"[tool.pytest.ini_options]\n{SCOPE} = '\"session\"'\n", '"session"'),
        ("pyproject.toml", f"[tool.pytest]\n{SCOPE} = 'fixture-scope'\n", "fixture-scope"),
    ],
)
def test_a_wrong_scope_comes_through_verbatim(tmp_path: Path, name: str, content: str, value: str) -> None:
    option = resolve(write_tree(tmp_path, {name: content})).options[SCOPE]
    assert (option.value, option.origin.rpartition(":")[0]) == (value, name)


@pytest.mark.parametrize("version", [(8, 4), (9, 0), (9, 2)])
def test_a_second_table_is_named_and_the_older_one_read(tmp_path: Path, version: tuple[int, int]) -> None:
    content = "# c\n[tool.pytest]\nasyncio_mode = 'auto'\nx = 1\n\n[tool.pytest.ini_options]\nasyncio_mode = 'strict'\n"
    config = resolve(write_tree(tmp_path, {"pyproject.toml": content}), version)
    assert config.section == ("tool", "pytest", "ini_options")
    assert config.options["asyncio_mode"].value == "strict"
    assert config.shadowed is not None
    assert (config.shadowed.path, config.shadowed.lines) == (("tool", "pytest"), {"asyncio_mode": 3, "x": 4})


@pytest.mark.parametrize("content", [NATIVE, INI_OPTIONS, NATIVE + "[tool.pytest.ini_options]\n", "[tool.pytest]\n"])
@pytest.mark.parametrize("version", [(8, 4), (9, 2)])
def test_one_table_shadows_nothing(tmp_path: Path, content: str, version: tuple[int, int]) -> None:
    assert resolve(write_tree(tmp_path, {"pyproject.toml": content}), version).shadowed is None

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree

from codemod.errors import ConfigError
from codemod.model import StrategyName
from codemod.project.settings import Settings, UserResource, load, parse_pair

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = """\
strategy = "share"
select = ["LM2", "LM401"]
ignore = ["LM203"]
unsafe = true
target = "1.5.0"
source = "0.21.1"
exclude = ["/docs/"]
[resources."my.db.Pool"]
bound = "first-use"
close = "await {value}.close()"
[resources."my.http.Client"]
bound = "never"
"""
FULL = Settings(
    strategy=StrategyName.SHARE,
    select=("LM2", "LM401"),
    ignore=("LM203",),
    unsafe=True,
    target="1.5.0",
    source="0.21.1",
    exclude=("/docs/",),
    resources=(
        UserResource("my.db.Pool", "first-use", "await {value}.close()"),
        UserResource("my.http.Client", "never"),
    ),
)


def in_pyproject(text: str) -> str:
    return "[tool.loopmend]\n" + text.replace("[resources.", "[tool.loopmend.resources.")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder at which the search upwards ends."""
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"), [("loopmend.toml", EVERYTHING), ("pyproject.toml", in_pyproject(EVERYTHING))]
)
def test_reads_every_key(root: Path, name: str, text: str) -> None:
    assert load(write_tree(root, {name: text}), {}, isolated=False) == FULL


def test_own_file_wins_over_pyproject_in_one_folder(root: Path) -> None:
    write_tree(root, {"loopmend.toml": "unsafe = true\n", "pyproject.toml": in_pyproject('strategy = "share"\n')})
    assert load(root, {}, isolated=False) == Settings(unsafe=True)


def test_nearest_file_wins_alone(root: Path) -> None:
    write_tree(
        root, {"loopmend.toml": "unsafe = true\n", "a/pyproject.toml": in_pyproject('target = "1.4"\n'), "a/b/x": ""}
    )
    assert load(root / "a" / "b", {}, isolated=False) == Settings(target="1.4.1")


def test_a_pyproject_without_the_table_is_passed_over(root: Path) -> None:
    write_tree(
        root, {"loopmend.toml": "unsafe = true\n", "a/pyproject.toml": "[project]\ndependencies = ['loopmend']\n"}
    )
    assert load(root / "a", {}, isolated=False) == Settings(unsafe=True)


@pytest.mark.parametrize("name", [".git/HEAD", ".git"])
def test_the_search_ends_at_the_repository(root: Path, name: str) -> None:
    write_tree(root, {"loopmend.toml": "unsafe = true\n", f"a/{name}": "", "a/b/x": ""})
    assert load(root / "a" / "b", {}, isolated=False) == Settings()


def test_nothing_found_means_defaults(root: Path) -> None:
    assert load(root, {}, isolated=False) == Settings()


@pytest.mark.parametrize("text", [EVERYTHING, "strategy = ", "wrong = 1\n"])
def test_isolated_reads_no_file(root: Path, text: str) -> None:
    assert load(write_tree(root, {"loopmend.toml": text}), {"remedy": "explicit-cleanup"}, isolated=True) == Settings(
        remedy="explicit-cleanup"
    )


@pytest.mark.parametrize("text", ["[tool\n", "\ufeff[project]\n"])
def test_a_broken_pyproject_that_is_not_ours_is_not_read(root: Path, text: str) -> None:
    assert load(write_tree(root, {"pyproject.toml": text}), {}, isolated=False) == Settings()


def test_overrides_win(root: Path) -> None:
    write_tree(root, {"loopmend.toml": EVERYTHING})
    overrides = {
        "strategy": StrategyName.ISOLATE,
        "select": ("LM3",),
        "target": None,
        "remedy": "explicit-cleanup",
    }
    settings = load(root, overrides, isolated=False)
    assert (settings.strategy, settings.select, settings.target) == (StrategyName.ISOLATE, ("LM3",), "1.5.0")
    assert (settings.remedy, settings.unsafe) == ("explicit-cleanup", True)


def test_pairs_change_one_key_of_a_resource(root: Path) -> None:
    write_tree(root, {"loopmend.toml": EVERYTHING})
    texts = [
        'resources."my.http.Client".bound="creation"',
        'resources."my.db.Pool".close=""',
        'resources."a.B"={bound="never"}',
    ]
    pairs = dict(map(parse_pair, texts))
    assert load(root, pairs, isolated=False).resources == (
        UserResource("my.db.Pool", "first-use"),
        UserResource("my.http.Client", "creation"),
        UserResource("a.B", "never"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stratgy = 'share'\n", r"loopmend\.toml:1: unknown key 'stratgy'; did you mean 'strategy'\?"),
        ("# c\nzzz = 1\n", r"loopmend\.toml:2: unknown key 'zzz'; known keys: exclude, ignore, "),
        ("remedy = 'suppress-teardown'\n", "unknown key 'remedy'"),
        ('remedy = "upgrade"\n', "unknown key 'remedy'"),
        ("strategy = 'Share'\n", r"loopmend\.toml:1: strategy must be one of auto, isolate, share, preserve"),
        ("strategy = 1\n", "strategy must be one of"),
        ("strategy = ['share']\n", "strategy must be one of"),
        ("select = 'LM2'\n", "select must be a list of strings"),
        ("ignore = [1]\n", "ignore must be a list of strings"),
        ("select = ['lm2']\n", "select must hold rule codes"),
        ("unsafe = 'yes'\n", "unsafe must be true or false"),
        ("unsafe = 1\n", "unsafe must be true or false"),
        ("target = 1.5\n", "target must be a string"),
        ("source = '1.x'\n", "source must be a version"),
        ("exclude = 'docs'\n", "exclude must be a list of strings"),
        ("resources = []\n", "resources must be a table"),
        ("[resources]\n'a.B' = 1\n", r"resources\.a\.B must be a table"),
        ("[resources.a.B]\nbound = 'never'\n", r"resources\.a must be named by a quoted dotted name"),
        ("[resources.'a-b.C']\nbound = 'never'\n", "must be named by a quoted dotted name"),
        (
            "[resources.'a.B']\nbound = 'later'\n",
            r"loopmend\.toml:2: resources\.a\.B\.bound must be one of creation, first-use, never",
        ),
        ("[resources.'a.B']\nbound = []\n", "bound must be one of"),
        ("[resources.'a.B']\n", "bound must be one of"),
        ("[resources.'a.B']\nbound = 'never'\nclsoe = ''\n", r"loopmend\.toml:3: .*is unknown; did you mean 'close'\?"),
        ("[resources.'a.B']\nbound = 'never'\nclose = 'await x.close()'\n", "close must be a statement"),
        ("[resources.'a.B']\nbound = 'never'\nclose = 'await {value}.('\n", "close must be a statement"),
        ("[resources.'a.B']\nbound = 'never'\nclose = '{value}.a(); {value}.b()'\n", "close must be a statement"),
        ("[resources.'a.B']\nbound = 'never'\nclose = 1\n", "close must be a statement"),
        ("strategy = \n", r"loopmend\.toml:1: "),
    ],
)
def test_refuses(root: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(write_tree(root, {"loopmend.toml": text}), {}, isolated=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool]\nloopmend = 1\n", r"tool\.loopmend is not a table"),
        ("[tool.loopmend]\n\nunsafee = true\n", r"pyproject\.toml:3: unknown key 'unsafee'; did you mean 'unsafe'\?"),
        ("[tool.loopmend\n", r"pyproject\.toml:1: "),
        (b"[tool.loopmend]\nx = '\xff'\n", "not UTF-8"),
    ],
)
def test_refuses_in_pyproject(root: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(write_tree(root, {"pyproject.toml": text}), {}, isolated=False)


@pytest.mark.parametrize("overrides", [{"stratgy": "share"}, {"strategy": "none"}, {"remedy": 1}])
def test_refuses_overrides(root: Path, overrides: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="command line"):
        load(root, overrides, isolated=True)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("strategy='share'", ("strategy", "share")),
        (" unsafe = true ", ("unsafe", True)),
        ("select=['LM2']", ("select", ["LM2"])),
        ('resources."a.B".bound="never"', ('resources."a.B".bound', "never")),
        ("exclude=[]", ("exclude", [])),
    ],
)
def test_parse_pair(text: str, pair: tuple[str, object]) -> None:
    assert parse_pair(text) == pair


@pytest.mark.parametrize("text", ["", "strategy", "strategy=share", "a=1\nb=2", "=1", "# a=1", "strategy="])
def test_parse_pair_refuses(text: str) -> None:
    with pytest.raises(ConfigError, match="--config"):
        parse_pair(text)


def test_parse_pair_shows_how_to_quote() -> None:
    with pytest.raises(ConfigError, match="strategy='share'"):
        parse_pair("strategy=share")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("latest", "latest"),
        ("current", "current"),
        ("1.4", "1.4.1"),
        ("1.4.0", "1.4.0"),
        ("1", "1.5.0"),
        ("0.22.0", None),
        ("0.26", "0.26.0"),
    ],
)
def test_target_takes_words_releases_and_series(root: Path, given: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(ConfigError, match="target must be latest, current or a release from"):
            load(root, {"target": given}, isolated=True)
    else:
        assert load(root, {"target": given}, isolated=True).target == meant


@pytest.mark.parametrize("given", ["1.6", "9.9.9", "0.13", "newest", "", "1.4.0.1", "1.5.0rc1"])
def test_an_unknown_target_is_an_error_that_lists_what_there_is(root: Path, given: str) -> None:
    with pytest.raises(ConfigError, match=r"target must be latest, current or a release from 0\.10\.0 to 1\.5\.0"):
        load(root, {"target": given}, isolated=True)


@pytest.mark.parametrize(
    ("written", "expected"), [("env/bin/python", "{root}/a/env/bin/python"), ("/opt/py", "/opt/py")]
)
def test_a_file_names_the_interpreter_that_runs_and_never_one_that_is_read(
    root: Path, written: str, expected: str
) -> None:
    write_tree(root, {"a/pyproject.toml": in_pyproject(f"python = '{written}'\n"), "a/b/x": ""})
    assert load(root / "a/b", {}, isolated=False) == Settings(interpreter=expected.format(root=root))
    both = load(root / "a/b", {"python": "mine"}, isolated=False)
    assert both == Settings(python="mine", interpreter=expected.format(root=root))


def test_the_command_line_names_an_interpreter_that_is_read(root: Path) -> None:
    assert load(root, dict([parse_pair("python='env'")]), isolated=False) == Settings(python="env")


def test_no_key_of_a_file_is_called_interpreter(root: Path) -> None:
    with pytest.raises(ConfigError, match="unknown key 'interpreter'"):
        load(write_tree(root, {"loopmend.toml": "interpreter = '/'\n"}), {}, isolated=False)


def test_the_interpreter_of_a_file_is_text(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"loopmend\.toml:1: python must be a string, not 3"):
        load(write_tree(root, {"loopmend.toml": "python = 3\n"}), {}, isolated=False)

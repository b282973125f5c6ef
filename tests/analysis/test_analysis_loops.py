"""Loop scopes: what decorators, marks, options and hooks say, and which loops are one and the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from analysis_tree import graph, items, linked, module_graph

from codemod.analysis.crossings import diagnose
from codemod.analysis.loops import HijackingLoopModel, Layout, LoopModel, asked_scope
from codemod.analysis.models import model_for
from codemod.analysis.placement import cache_key, loop_key
from codemod.scopes import Scope

if TYPE_CHECKING:
    from codemod.analysis.resolve import FixtureDef, Graph, Item

MODEL = LoopModel()
OLD = HijackingLoopModel(sync_fixture_runner=False)
M = "test_one.py"


def fixture(text: str, mode: str = "strict") -> tuple[Graph, FixtureDef]:
    """Return the only fixture of a module and its graph."""
    found = module_graph("import functools\nimport pytest\nimport pytest_asyncio\n" + text, mode)
    (only,) = found.fixtures.values()
    return found, only


# --- fixture decorators --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decorator", "factory", "cache", "loop"),
    [
        ("@pytest.fixture", "pytest", Scope.FUNCTION, Scope.FUNCTION),
        ("@pytest.fixture()", "pytest", Scope.FUNCTION, Scope.FUNCTION),
        ("@pytest.fixture(scope='session')", "pytest", Scope.SESSION, Scope.SESSION),
        ("@pytest.fixture('module')", "pytest", Scope.MODULE, Scope.MODULE),
        ("@pytest.yield_fixture(scope='class')", "pytest", Scope.CLASS, Scope.CLASS),
        ("@pytest_asyncio.fixture", "pytest_asyncio", Scope.FUNCTION, Scope.FUNCTION),
        ("@pytest_asyncio.fixture(scope='module')", "pytest_asyncio", Scope.MODULE, Scope.MODULE),
        ("@pytest_asyncio.fixture(loop_scope='session')", "pytest_asyncio", Scope.FUNCTION, Scope.SESSION),
        ("@pytest_asyncio.fixture(scope='class', loop_scope='module')", "pytest_asyncio", Scope.CLASS, Scope.MODULE),
        ("@pytest_asyncio.fixture(scope=None, loop_scope=None)", "pytest_asyncio", Scope.FUNCTION, Scope.FUNCTION),
        (
            "from pytest_asyncio import fixture\n@fixture(loop_scope='module')",
            "pytest_asyncio",
            Scope.FUNCTION,
            Scope.MODULE,
        ),
        ("import pytest_asyncio as pa\n@pa.fixture(scope='module')", "pytest_asyncio", Scope.MODULE, Scope.MODULE),
        ("from pytest import fixture as fx\n@fx(scope='session')", "pytest", Scope.SESSION, Scope.SESSION),
        ("S = 'session'\n@pytest_asyncio.fixture(scope=S)", "pytest_asyncio", Scope.SESSION, Scope.SESSION),
        (
            "wide = functools.partial(pytest_asyncio.fixture, scope='session')\n@wide()",
            "pytest_asyncio",
            Scope.SESSION,
            Scope.SESSION,
        ),
        ("alias = pytest_asyncio.fixture\n@alias", "pytest_asyncio", Scope.FUNCTION, Scope.FUNCTION),
        ("@pytest.fixture(scope=choose())", "pytest", None, None),
        ("@pytest_asyncio.fixture(scope='sesion')", "pytest_asyncio", None, None),
        ("@pytest_asyncio.fixture(loop_scope=choose())", "pytest_asyncio", Scope.FUNCTION, None),
        ("@pytest_asyncio.fixture(**options)", "pytest_asyncio", None, None),
    ],
)
def test_fixture_decorators(decorator: str, factory: str, cache: Scope | None, loop: Scope | None) -> None:
    _, found = fixture(f"{decorator}\nasync def db(): ...\n")
    assert found.decl.factory == factory
    assert (found.scope, MODEL.fixture_scope(found, Layout())) == (cache, loop)


@pytest.mark.parametrize(
    "decorator",
    [
        "@fixture",
        "@other.fixture",
        "@pytest.fixtures",
        "@pytest_asyncio.fixtures()",
        "@pytest.mark.fixture",
        "@functools.cache",
        "",
    ],
)
def test_what_is_no_fixture(decorator: str) -> None:
    text = f"import functools\nimport pytest\nimport pytest_asyncio\nimport other\n{decorator}\nasync def db(): ...\n"
    assert not module_graph(text).fixtures


@pytest.mark.parametrize(
    ("decorator", "definition", "strict", "auto"),
    [
        ("@pytest_asyncio.fixture", "async def", True, True),
        ("@pytest.fixture", "async def", False, True),
        ("@pytest_asyncio.fixture", "def", False, False),
        ("@pytest.fixture", "def", False, False),
    ],
)
def test_which_fixtures_a_mode_runs(decorator: str, definition: str, strict: bool, auto: bool) -> None:
    for mode, expected in (("strict", strict), ("auto", auto)):
        found, only = fixture(f"{decorator}\n{definition} db(): ...\n", mode)
        assert found.is_handled(only) is expected


# --- options -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("default", [None, *Scope])
def test_the_fixture_default_stands_in_for_the_cache_scope_only_where_nothing_is_written(default: Scope | None) -> None:
    layout = Layout(fixture_default=default)
    _, wide = fixture("@pytest_asyncio.fixture(scope='module')\nasync def db(): ...\n")
    _, written = fixture("@pytest_asyncio.fixture(scope='module', loop_scope='session')\nasync def db(): ...\n")
    assert MODEL.fixture_scope(wide, layout) is (Scope.MODULE if default is None else default)
    assert MODEL.fixture_scope(written, layout) is Scope.SESSION


@pytest.mark.parametrize("default", list(Scope))
def test_the_test_default_counts_for_bare_marks_only(default: Scope) -> None:
    layout = Layout(test_default=default)
    text = (
        "import pytest\n@pytest.mark.asyncio\nasync def test_bare(): ...\n"
        "@pytest.mark.asyncio(loop_scope='module')\nasync def test_written(): ...\n"
    )
    found = items(module_graph(text))
    assert MODEL.test_scope(found[f"{M}::test_bare"], layout, ()) is default
    assert MODEL.test_scope(found[f"{M}::test_written"], layout, ()) is Scope.MODULE


# --- mismatch --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decorator", "layout", "model", "refused"),
    [
        ("@pytest_asyncio.fixture(scope='session')", Layout(), MODEL, False),
        ("@pytest_asyncio.fixture(scope='session')", Layout(fixture_default=Scope.FUNCTION), MODEL, True),
        ("@pytest_asyncio.fixture(scope='session')", Layout(fixture_default=Scope.SESSION), MODEL, False),
        ("@pytest_asyncio.fixture(scope='module', loop_scope='class')", Layout(), MODEL, True),
        ("@pytest_asyncio.fixture(scope='class', loop_scope='module')", Layout(), MODEL, False),
        ("@pytest.fixture(scope='session')", Layout(fixture_default=Scope.FUNCTION), MODEL, False),
    ],
)
def test_scope_mismatch_of_async_fixtures(decorator: str, layout: Layout, model: LoopModel, refused: bool) -> None:
    found, _ = fixture(f"{decorator}\nasync def db(): ...\n@pytest.mark.asyncio\nasync def test_a(db): ...\n")
    assert bool(diagnose(found, linked(found), layout, model).mismatches) is refused


@pytest.mark.parametrize(("version", "refused"), [("1.0.0", False), ("1.1.0", True), ("1.5.0", True)])
def test_sync_fixtures_under_the_plugins_decorator_have_a_runner_from_1_1(version: str, refused: bool) -> None:
    found, _ = fixture("@pytest_asyncio.fixture(scope='session')\ndef db(): ...\ndef test_a(db): ...\n")
    model = model_for(version)
    assert model is not None
    assert bool(diagnose(found, linked(found), Layout(fixture_default=Scope.FUNCTION), model).mismatches) is refused


# --- the older model -------------------------------------------------------------------------------------------------


def hijack(mark: str, loop: str, in_class: bool = False) -> tuple[Item, list[Scope]]:
    test = f"@pytest.mark.asyncio(loop_scope={mark!r})\nasync def test_a({'self, ' * in_class}db): ...\n"
    if in_class:
        test = "class TestA:\n" + "".join(f"    {line}\n" for line in test.splitlines())
    found, _ = fixture(f"@pytest_asyncio.fixture(loop_scope={loop!r})\nasync def db(): ...\n{test}")
    (one,) = linked(found)
    return one.item, list(OLD.place(found, one, Layout()).fixtures.values())


@pytest.mark.parametrize(
    ("mark", "loop", "in_class", "expected", "depends"),
    [
        ("session", "function", False, Scope.FUNCTION, True),
        ("session", "module", False, Scope.MODULE, True),
        ("class", "function", True, Scope.FUNCTION, True),
        ("class", "function", False, Scope.CLASS, False),
        ("session", "session", False, Scope.SESSION, False),
        ("function", "session", False, Scope.FUNCTION, False),
        ("module", "package", True, Scope.MODULE, False),
    ],
)
def test_a_narrower_fixture_takes_the_test_along(
    mark: str, loop: str, in_class: bool, expected: Scope, depends: bool
) -> None:
    item, scopes = hijack(mark, loop, in_class)
    assert OLD.test_scope(item, Layout(), scopes) is expected
    assert OLD.order_dependent(item, Layout(), scopes) is depends
    assert MODEL.test_scope(item, Layout(), scopes) is Scope.parse(mark)
    assert MODEL.order_dependent(item, Layout(), scopes) is False


def test_a_test_whose_scope_is_unknown_is_not_called_order_dependent() -> None:
    text = "import pytest\n@pytest.mark.asyncio(loop_scope=pick())\nasync def test_a(): ...\n"
    (item,) = module_graph(text).items
    assert OLD.test_scope(item, Layout(), [Scope.FUNCTION]) is None
    assert not OLD.order_dependent(item, Layout(), [Scope.FUNCTION])


# --- the hook recipe ---------------------------------------------------------------------------------------------

HOOK = """
import pytest
from pytest_asyncio import is_async_test

def pytest_collection_modifyitems(items):
    mark = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if is_async_test(item):
            item.add_marker(mark{append})
"""
TESTS = """
import pytest

@pytest.mark.asyncio(loop_scope="module")
async def test_own(): ...

async def test_none(): ...

@pytest.mark.asyncio(loop_scope="class")
class TestA:
    async def test_outer(self): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.asyncio(loop_scope="module"))])
async def test_param(x): ...
"""


@pytest.mark.parametrize(
    ("first", "second", "outer", "expected"),
    [
        ("module", "module", "", Scope.MODULE),
        ("module", "session", "", None),
        ("module", "module", "module", Scope.MODULE),
        ("module", "module", "session", None),
        ("pick()", "module", "", None),
    ],
)
def test_parameter_sets_with_marks_of_their_own(first: str, second: str, outer: str, expected: Scope | None) -> None:
    """Sets without one have the next mark; which set has which is not known of the test."""
    scopes = [scope if "(" in scope else repr(scope) for scope in (first, second)]
    sets = ", ".join(f"pytest.param(1, marks=pytest.mark.asyncio(loop_scope={scope}))" for scope in scopes)
    above = f"pytestmark = pytest.mark.asyncio(loop_scope={outer!r})\n" if outer else ""
    text = f"import pytest\n{above}@pytest.mark.parametrize('x', [{sets}])\nasync def test_a(x): ...\n"
    (item,) = module_graph(text).items
    assert asked_scope(item, Layout()) is expected


@pytest.mark.parametrize(
    ("append", "expected"),
    [
        (
            ", append=False",
            {"test_own": "session", "test_none": "session", "test_outer": "session", "test_param": "session"},
        ),
        (", False", {"test_own": "session", "test_none": "session", "test_outer": "session", "test_param": "session"}),
        ("", {"test_own": "module", "test_none": "function", "test_outer": "session", "test_param": "module"}),
        (
            ", append=True",
            {"test_own": "module", "test_none": "function", "test_outer": "session", "test_param": "module"},
        ),
    ],
)
def test_the_rank_of_a_mark_that_a_hook_adds(append: str, expected: dict[str, str]) -> None:
    found = graph({"conftest.py": HOOK.format(append=append), "test_one.py": TESTS}, "auto")
    (conftest,) = found.workspace.conftests()
    layout = Layout(hook=conftest.hook)
    scopes = {item.name: MODEL.test_scope(item, layout, ()) for item in found.items}
    assert {name: scope.word for name, scope in scopes.items() if scope is not None} == expected


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("is_async_test(item)", "is_async_test(item) and chosen(item)"),
        ("is_async_test(item)", "'unit' in item.nodeid"),
        ('loop_scope="session"', "loop_scope=pick()"),
    ],
)
def test_a_hook_that_may_leave_tests_out_makes_scopes_unknown(change: str, to: str) -> None:
    text = HOOK.format(append=", append=False")
    assert change in text
    found = graph({"conftest.py": text.replace(change, to), "test_one.py": TESTS}, "auto")
    (conftest,) = found.workspace.conftests()
    assert {MODEL.test_scope(item, Layout(hook=conftest.hook), ()) for item in found.items} == {None}


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("pytest_collection_modifyitems", "pytest_collection_modify"),
        ("pytest.mark.asyncio", "pytest.mark.slow"),
        ("item.add_marker", "item.add_report_section"),
        ("(mark,", "(other,"),
    ],
)
def test_hooks_that_are_no_recipe(change: str, to: str) -> None:
    text = HOOK.format(append=", append=False")
    assert change in text
    found = graph({"conftest.py": text.replace(change, to), "test_one.py": TESTS})
    (conftest,) = found.workspace.conftests()
    assert conftest.hook is None


# --- which loops are one -------------------------------------------------------------------------------------------

PLACES = {
    "a/test_x.py": "class TestA:\n    def test_1(self): ...\n    def test_2(self): ...\n"
    "    class TestIn:\n        def test_3(self): ...\n"
    "def test_4(): ...\ndef test_5(): ...\n",
    "a/b/test_y.py": "def test_6(): ...\n",
}


@pytest.mark.parametrize(
    ("scope", "first", "second", "same"),
    [
        (Scope.SESSION, "test_1", "test_6", True),
        (Scope.PACKAGE, "test_1", "test_6", True),
        (Scope.MODULE, "test_1", "test_5", True),
        (Scope.MODULE, "test_1", "test_6", False),
        (Scope.CLASS, "test_1", "test_2", True),
        (Scope.CLASS, "test_1", "test_3", False),
        (Scope.CLASS, "test_4", "test_5", False),
        (Scope.CLASS, "test_1", "test_4", False),
        (Scope.FUNCTION, "test_1", "test_2", False),
        (Scope.FUNCTION, "test_4", "test_5", False),
    ],
)
def test_loops_of_two_tests(scope: Scope, first: str, second: str, same: bool) -> None:
    found = {item.name: item for item in graph(PLACES).items}
    assert (loop_key(scope, found[first], 0) == loop_key(scope, found[second], 0)) is same
    if scope is not Scope.PACKAGE:
        assert (cache_key(scope, found[first], 0) == cache_key(scope, found[second], 0)) is same


@pytest.mark.parametrize(
    ("scope", "same"), [(Scope.FUNCTION, False), (Scope.CLASS, False), (Scope.MODULE, True), (Scope.SESSION, True)]
)
def test_two_parameters_of_one_function(scope: Scope, same: bool) -> None:
    item = next(i for i in graph(PLACES).items if i.name == "test_4")
    assert (loop_key(scope, item, 0) == loop_key(scope, item, 1)) is same


def test_equal_words_of_different_scopes_are_different_loops() -> None:
    item = graph(PLACES).items[0]
    assert len({loop_key(scope, item, 0) for scope in Scope}) == len(Scope)

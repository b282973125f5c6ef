"""What becomes of `event_loop` overrides: decisions, and the operations that carry them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.suites import old_suite, override

from codemod.model import Applicability
from codemod.operations import (
    AddDecorator,
    DeleteDefinition,
    DropImportIfUnused,
    InsertDefinition,
    Operation,
    RenameFunction,
    ReplaceDefinition,
    SetCallKeyword,
    SetOption,
)
from codemod.strategies.overrides import Override, translated_overrides

if TYPE_CHECKING:
    from pathlib import Path

TESTS = "async def test_a(): ...\n\n\nasync def test_b(): ...\n"


def only(folder: Path, files: dict[str, str], source: str = "0.21.2", mode: str = "auto") -> Override:
    """Return the one override of a suite."""
    (found,) = translated_overrides(old_suite(folder, files, source, mode=mode))
    return found


def body(text: str, scope: str = "session", decorator: str = "", params: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return f"{decorator or f'@pytest.fixture(scope={scope!r})'}\ndef event_loop({params}):\n{lines}\n\n"


def kinds(found: Override) -> set[type[Operation]]:
    return {type(operation) for operation in found.operations} - {DropImportIfUnused}


MAKE = "loop = asyncio.new_event_loop()\n"
END = "yield loop\nloop.close()"


# --- deleted or replaced ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["session", "package", "module", "class", "function"])
def test_plain_override_is_deleted(tmp_path: Path, scope: str) -> None:
    found = only(tmp_path, {"conftest.py": override(scope), "test_one.py": TESTS})
    assert (found.decision.action, found.decision.applicability) == ("delete", Applicability.SAFE)
    assert kinds(found) == {DeleteDefinition}
    assert found.wide is (scope != "function")


def test_names_of_the_body_are_dropped_with_it(tmp_path: Path) -> None:
    found = only(tmp_path, {"conftest.py": override(), "test_one.py": TESTS})
    dropped = {op.name for op in found.operations if isinstance(op, DropImportIfUnused)}
    assert {"asyncio", "pytest"} <= dropped


@pytest.mark.parametrize(
    "asker",
    [
        "def test_sync(event_loop): ...\n",
        "@pytest.fixture\ndef fx(event_loop): ...\n\n\nasync def test_c(fx): ...\n",
        "@pytest.mark.usefixtures('event_loop')\ndef test_sync(): ...\n",
        "def test_sync(request):\n    request.getfixturevalue('event_loop')\n",
        "async def test_c(event_loop):\n    event_loop.close()\n",
        "def test_sync():\n    asyncio.get_event_loop()\n",
    ],
)
def test_override_that_somebody_still_needs_becomes_the_shim(tmp_path: Path, asker: str) -> None:
    found = only(tmp_path, {"conftest.py": override("module"), "test_one.py": TESTS + "\n\n" + asker})
    (shim,) = [op for op in found.operations if isinstance(op, ReplaceDefinition)]
    assert shim.code.startswith('@pytest_asyncio.fixture(loop_scope="module", scope="module")\nasync def event_loop():')
    assert DeleteDefinition not in kinds(found)


def test_requests_that_go_need_no_shim(tmp_path: Path) -> None:
    tests = "async def test_a(event_loop):\n    event_loop.time()\n"
    assert kinds(only(tmp_path, {"conftest.py": override(), "test_one.py": tests})) == {DeleteDefinition}


def test_debug_becomes_an_option(tmp_path: Path) -> None:
    files = {"conftest.py": body(MAKE + "loop.set_debug(True)\n" + END), "test_one.py": TESTS}
    options = [op for op in only(tmp_path, files).operations if isinstance(op, SetOption)]
    assert [(op.key, op.value) for op in options] == [("asyncio_debug", "true")]


def test_a_loop_of_another_kind_becomes_a_hook(tmp_path: Path) -> None:
    files = {"conftest.py": body("loop = asyncio.SelectorEventLoop()\n" + END), "test_one.py": TESTS}
    found = only(tmp_path, files)
    assert found.decision.applicability is Applicability.SAFE
    hooks = [op.code for op in found.operations if isinstance(op, InsertDefinition)]
    assert [code.splitlines()[0] for code in hooks] == ["def pytest_asyncio_loop_factories():"]


def test_an_import_of_it_goes_too(tmp_path: Path) -> None:
    files = {"loops.py": override(), "conftest.py": "from loops import event_loop\n", "test_one.py": TESTS}
    found = only(tmp_path, files)
    assert found.decision.action == "delete"
    assert DropImportIfUnused("conftest.py", "event_loop") in found.operations


def test_an_import_under_another_name_is_another_fixture(tmp_path: Path) -> None:
    files = {
        "loops.py": override(),
        "conftest.py": "from loops import event_loop as loop_of_tests\n",
        "test_one.py": TESTS,
    }
    assert translated_overrides(old_suite(tmp_path, files)) == []


# --- set-up and tear-down --------------------------------------------------------------------------------------------


def test_set_up_of_a_wide_override_is_kept_unsafely(tmp_path: Path) -> None:
    found = only(tmp_path, {"conftest.py": body(f"print('on')\n{MAKE}{END}"), "test_one.py": TESTS})
    assert (found.decision.action, found.decision.applicability) == ("surroundings", Applicability.UNSAFE)
    assert {RenameFunction, SetCallKeyword} <= kinds(found)


def test_set_up_that_every_test_had_is_kept_for_all(tmp_path: Path) -> None:
    found = only(tmp_path, {"conftest.py": body(f"print('on')\n{MAKE}{END}", "function"), "test_one.py": TESTS})
    assert (found.decision.action, found.decision.applicability) == ("surroundings", Applicability.SAFE)


def test_set_up_of_a_file_with_sync_tests_is_asked_for(tmp_path: Path) -> None:
    text = body(f"print('on')\n{MAKE}{END}", "function") + TESTS + "\n\ndef test_sync(): ...\n"
    found = only(tmp_path, {"test_one.py": text})
    assert (found.decision.action, found.decision.applicability) == ("requested", Applicability.SAFE)
    added = [op.code for op in found.operations if isinstance(op, AddDecorator)]
    assert added == ['pytest.mark.usefixtures("setup_teardown")'] * 2


def test_set_up_above_sync_tests_of_other_files_is_unsafe(tmp_path: Path) -> None:
    conftest = body(f"print('on')\n{MAKE}{END}", "function")
    files = {"conftest.py": conftest, "test_one.py": TESTS, "test_two.py": "def test_sync(): ...\n"}
    found = only(tmp_path, files)
    assert (found.decision.action, found.decision.applicability) == ("surroundings", Applicability.UNSAFE)
    assert "would also run for `test_two.py::test_sync`" in found.decision.reason


def test_what_is_done_to_the_loop_is_done_to_the_running_one(tmp_path: Path) -> None:
    conftest = body(f"{MAKE}loop.set_exception_handler(None)\n{END}")
    found = only(tmp_path, {"conftest.py": conftest, "test_one.py": TESTS})
    assert (found.decision.action, found.decision.applicability) == ("on-loop", Applicability.UNSAFE)
    assert DeleteDefinition not in kinds(found)


def test_the_new_name_is_free(tmp_path: Path) -> None:
    more = "@pytest.fixture\ndef setup_teardown(): ...\n"
    files = {"conftest.py": body(f"print('on')\n{MAKE}{END}", "function") + more, "test_one.py": TESTS}
    (renamed,) = [op for op in only(tmp_path, files).operations if isinstance(op, RenameFunction)]
    assert renamed.name == "setup_and_teardown"


# --- for a person ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conftest", "reason"),
    [
        (body("yield LOOP"), "cannot read how this fixture makes its loop"),
        (body(f"{MAKE}loop.run_until_complete(asyncio.sleep(0))\n{END}"), "its body runs the loop"),
        (body(MAKE + END, decorator="@pytest.fixture(params=[1, 2])"), "becomes a hook with several factories"),
        (body(MAKE + END, decorator="@pytest.fixture(scope=choose)"), "its scope is computed"),
        (
            body(f"if __debug__:\n    asyncio.set_event_loop_policy(chosen())\n{MAKE}{END}"),
            "the kind of loop depends on `__debug__`",
        ),
        (body(f"print('on')\n{MAKE}yield loop\nif not loop.is_closed():\n    loop.close()"), "cannot be taken out"),
    ],
)
def test_what_a_person_has_to_decide(tmp_path: Path, conftest: str, reason: str) -> None:
    found = only(tmp_path, {"conftest.py": conftest, "test_one.py": TESTS})
    assert (found.decision.action, found.decision.applicability) == ("keep", Applicability.DISPLAY)
    assert reason in found.decision.reason
    assert found.operations == ()


def test_a_helper_that_does_more_is_for_a_person(tmp_path: Path) -> None:
    files = {
        "loops.py": "def make_loop():\n    loop = asyncio.new_event_loop()\n    print(loop)\n    return loop\n",
        "conftest.py": "from loops import make_loop\n\n\n" + body("loop = make_loop()\n" + END),
        "test_one.py": TESTS,
    }
    assert only(tmp_path, files).operations == ()
    files["loops.py"] = "def make_loop():\n    return asyncio.new_event_loop()\n"
    assert kinds(only(tmp_path, files)) == {DeleteDefinition}


@pytest.mark.parametrize(
    ("importer", "reason"),
    [
        ("from loops import event_loop\n\nLOOPS = [event_loop]\n", "conftest.py uses it by its name"),
        ("from loops import event_loop\n\n__all__ = ['event_loop']\n", "conftest.py uses it by its name, or exports"),
    ],
)
def test_an_import_that_is_used_is_for_a_person(tmp_path: Path, importer: str, reason: str) -> None:
    found = only(tmp_path, {"loops.py": override(), "conftest.py": importer, "test_one.py": TESTS})
    assert found.operations == ()
    assert reason in found.decision.reason


def test_an_imported_set_up_is_for_a_person(tmp_path: Path) -> None:
    files = {
        "loops.py": body(f"print('on')\n{MAKE}{END}", "function"),
        "conftest.py": "from loops import event_loop\n",
        "test_one.py": TESTS,
    }
    found = only(tmp_path, files)
    assert found.operations == ()
    assert "conftest.py imports it" in found.decision.reason


def test_a_wide_override_of_tests_nobody_seems_to_run_is_unsafe(tmp_path: Path) -> None:
    files = {"conftest.py": override(), "test_one.py": TESTS + "\n\n@pytest.mark.asyncio\nasync def test_c(): ...\n"}
    found = only(tmp_path, files, mode="strict")
    assert found.decision.applicability is Applicability.UNSAFE
    assert "`test_one.py::test_a` is async" in found.decision.reason


def test_the_shim_is_no_override(tmp_path: Path) -> None:
    shim = "@pytest_asyncio.fixture\nasync def event_loop():\n    return asyncio.get_running_loop()\n"
    assert translated_overrides(old_suite(tmp_path, {"conftest.py": shim, "test_one.py": TESTS})) == []

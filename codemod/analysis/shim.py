"""The shim: one async fixture named `event_loop` that hands the running loop to sync code (SEMANTICS §3.1)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from codemod.analysis.current_loop import askers
from codemod.analysis.event_loop import Requester, request_decision, requesters
from codemod.model import Applicability
from codemod.operations import EnsureImport, InsertDefinition, Operation
from codemod.scopes import Scope

if TYPE_CHECKING:
    from codemod.analysis.suite import Suite


def kept_requests(suite: Suite) -> list[Requester]:
    """Return the requests that stay: those of sync code, and those only a person or ``--unsafe`` changes."""
    found = []
    for requester in requesters(suite):
        decision = request_decision(suite, requester)
        if decision.action == "keep" or decision.applicability < Applicability.SAFE:
            found.append(requester)
    return [*found, *(asker.as_requester(suite) for asker in askers(suite) if asker.fixture is None)]


def shim_code(scope: Scope) -> str:
    """Return the fixture that hands the running loop to sync code (SEMANTICS §3.1), for one cache and loop scope."""
    cache = f', scope="{scope.word}"' if scope > Scope.FUNCTION else ""
    return (
        f'@pytest_asyncio.fixture(loop_scope="{scope.word}"{cache})\n'
        "async def event_loop():\n"
        '    """Give sync code the loop that the tests run on."""\n'
        "    return asyncio.get_running_loop()\n"
    )


def missing_shim(suite: Suite) -> tuple[list[Requester], tuple[Operation, ...]]:
    """Return who still asks for the plugin's own ``event_loop``, and the edits that give it to them."""
    asked = [r for r in kept_requests(suite) if r.definition is None and not _in_async_code(r)]
    if not asked:
        return [], ()
    place = _shim_place(suite, sorted({requester.path for requester in asked}))
    operations = (
        EnsureImport(place, "asyncio"),
        EnsureImport(place, "pytest_asyncio"),
        InsertDefinition(place, shim_code(Scope.FUNCTION)),
    )
    return asked, operations


def _in_async_code(requester: Requester) -> bool:
    return requester.runs_on_loop and requester.how != "usefixtures"


def _shim_place(suite: Suite, paths: list[str]) -> str:
    """Return the nearest conftest.py above all ``paths`` that exists, else one to be made in their common folder."""
    folder = suite.common_folder(paths)
    above = [folder]
    while above[-1]:
        above.append(posixpath.dirname(above[-1]))
    places = [posixpath.join(each, "conftest.py") for each in above]
    return next((place for place in places if place in suite.workspace.files), places[0])

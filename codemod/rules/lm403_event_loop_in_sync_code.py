"""Sync code asks for `event_loop`.

*What it does.* Finds sync tests and fixtures that ask for pytest-asyncio's `event_loop` (as a parameter, with
`usefixtures` or `getfixturevalue`) and adds one fixture of that name to the nearest `conftest.py` above them all. It
is async, so pytest-asyncio runs it on the loop of the test, and it hands that loop out.

*Why is this bad.* From pytest-asyncio 1.0 on: `fixture 'event_loop' not found`. One such fixture with `autouse` takes
the whole suite down.

*Fix safety.* Safe: it works unchanged on 0.21, 0.26 and from 1.0 on, and it is the loop of the tests and fixtures of
the same scope. Only code that needs to run inside a task notices a difference. Unsafe
where only async code of another plugin asks (anyio), which may run the new fixture itself.

*Left alone.* Functions that see an override (LM401 turns it into this fixture) or such a fixture already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.shim import missing_shim
from codemod.model import Applicability
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per function that no fixture of the project serves; their edit is the same one fixture."""
    if not suite.leaves_event_loop and suite.has_event_loop:
        return
    asked, operations = missing_shim(suite)
    for requester in asked:
        if requester.how == "current-loop":
            continue  # LM407 tells of those
        function = requester.function
        location = place(requester.path, function.span)
        message = f"`{function.name}` asks for the `event_loop` fixture, which pytest-asyncio 1.0 removed"
        found = finding("LM403", location, message, requester.how, function.qualname)
        if function.is_async and not requester.runs_on_loop:
            yield Case(found, operations, Applicability.UNSAFE, "another plugin runs it, perhaps on a loop of its own")
        else:
            yield Case(found, operations, Applicability.SAFE)


RULE = local_rule(
    code="LM403",
    name="event-loop-in-sync-code",
    summary="sync code asks for the event_loop fixture",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="hand the running loop to sync code",
    breaks=True,
    valid_from="0.21.0",
)

"""What a value holds: resources, as made by one constructor call, and what functions do with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.resolve import FixtureKey
from codemod.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.facts import CallFact, UseFact
    from codemod.analysis.loops import Site
    from codemod.knowledge import Resource

CALLER = FixtureKey("", "")
"""Owner of what a helper makes, until the fixture or test that calls it is known."""


@dataclass(frozen=True, slots=True)
class Made:
    """A resource made by one constructor call. ``owner`` is the fixture that runs the call, None for module level.

    ``waits`` says of a task that what it works on holds something to wait for (a queue, an event).
    """

    resource: Resource = field(compare=False)
    site: Site
    owner: FixtureKey | None
    owner_path: str
    bound: str = field(compare=False)
    driver_free: bool = field(compare=False, default=False)
    call: CallFact | None = field(compare=False, default=None)
    via: tuple[Location, ...] = field(compare=False, default=())
    in_test: bool = field(compare=False, default=False)
    waits: bool = field(compare=False, default=False)

    @property
    def location(self) -> Location:
        """Return the place of the constructor call."""
        path, span = self.site
        return Location(path, span.line, span.column + 1)

    @property
    def name(self) -> str:
        """Return the variable it is bound to, else the call's text."""
        return self.call.target or self.call.text if self.call else self.resource.name


@dataclass(frozen=True, slots=True)
class Held:
    """A resource in a value: the thing itself, or something that holds it.

    Not ``certain`` is what an application only may use: a web application reaches all its handlers reach.
    """

    made: Made
    direct: bool = True
    certain: bool = True


Holds = frozenset[Held]
EMPTY: Holds = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """A resource used or closed at one place in one function."""

    made: Made
    path: str
    use: UseFact = field(compare=False)
    closing: bool = False
    direct: bool = True
    certain: bool = True
    foreign: str = ""

    @property
    def location(self) -> Location:
        """Return the place of the use."""
        return Location(self.path, self.use.line, self.use.column + 1)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a body does besides making and closing resources: ``once`` (schema, rows, servers, files) or ``unknown``."""

    kind: str
    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What one function does with resources, for one item."""

    value: Holds = EMPTY
    usages: tuple[Usage, ...] = ()
    made: tuple[Made, ...] = ()
    effects: tuple[Effect, ...] = ()
    stores: tuple[tuple[str, Holds], ...] = ()


def attribute(held: Holds, name: str) -> Holds:
    """Return what an attribute holds: all that its object holds, and of a known resource what is said of it."""
    inside = holders(h for h in held if not h.direct or h.made.resource.id == "unknown")
    perhaps = (h for h in held if h.direct and name in h.made.resource.holds)
    return inside | frozenset(Held(h.made, False, False) for h in perhaps)


def holders(held: Iterable[Held]) -> Holds:
    """Return objects that hold what ``held`` is or holds."""
    return frozenset(Held(h.made, False, h.certain) for h in held)


def merged(stores: Iterable[tuple[str, Holds]]) -> dict[str, Holds]:
    """Join what is stored under the same place."""
    found: dict[str, Holds] = {}
    for place, held in stores:
        found[place] = found.get(place, EMPTY) | held
    return found

"""For which Pythons and which environments a requirement holds: markers, factors of tox, conditions of Poetry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import SpecifierSet

from codemod.project.poetry_constraints import to_specifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemod.project.requirements import Pin

_POETRY_PYTHON = re.compile(r"python (?P<range>[^;]+)")
_FACTOR = re.compile(r"(?P<not>!?)py(?P<major>\d)\.?(?P<minor>\d+)")


def concerns(pin: Pin, pythons: Iterable[str]) -> bool:
    """Tell whether the marker and the condition of a requirement, if any, hold on one of ``pythons`` (``3.10``).

    Of a condition only what names Pythons is understood: factors of tox (``py38``), markers, Poetry's ``python >=3.8``.
    """
    return any(all(test(python) for test in _tests(pin)) for python in pythons)


def is_one_of_several(pin: Pin) -> bool:
    """Tell whether a requirement is for one of several environments that differ in more than their Python."""
    return any(_test(part) is None for part in _parts(pin))


def _tests(pin: Pin) -> list[Callable[[str], bool]]:
    tests = [_marked(pin.marker)] if pin.marker else []
    return tests + [test for part in _parts(pin) if (test := _test(part)) is not None]


def _parts(pin: Pin) -> list[str]:
    return [part.strip() for part in pin.condition.split(";") if part.strip()]


def _test(part: str) -> Callable[[str], bool] | None:
    """Return what tells of a Python (``3.10``) whether a part of a condition holds, None where it is about more."""
    if match := _POETRY_PYTHON.fullmatch(part):
        return SpecifierSet(to_specifier(match["range"])).contains
    factors = [_FACTOR.fullmatch(each.strip()) for each in part.split(",")]
    if all(factors):
        pythons = [(f"{each['major']}.{each['minor']}", not each["not"]) for each in factors if each]
        return lambda python: any((python == named) is wanted for named, wanted in pythons)
    try:
        return _marked(part)
    except InvalidMarker:
        return None


def _marked(text: str) -> Callable[[str], bool]:
    marker = Marker(text)
    return lambda python: marker.evaluate({"python_version": python, "python_full_version": f"{python}.0", "extra": ""})

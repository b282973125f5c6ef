"""How the async tests of a made-up project look, and what loopmend has to make of them."""

from __future__ import annotations

from dataclasses import dataclass, field

MODERN = ("1.0.0", "1.1.0", "1.3.0", "1.5.0")
AUTO = {"asyncio_mode": "auto"}


@dataclass(frozen=True, slots=True)
class Suite:
    """One kind of project. In every text PACKAGE stands for the project's package and NUMBER for the module's number.

    ``share`` is how many of 1,000 projects are of this kind, ``plugins`` the pytest-asyncio versions they pin (none:
    the plugin is not used). ``tests`` is an async test module, written several times; ``layers`` are conftest.py files
    in folders below the tests, each with test modules of its own; ``application`` are modules of the package.
    ``status`` and ``rules`` are what becomes of the project: how it ends, and the rules whose remedies are applied.
    """

    kind: str
    share: int
    status: str
    tests: str
    rules: tuple[str, ...] = ()
    plugins: tuple[str, ...] = MODERN
    options: dict[str, str] = field(default_factory=dict)
    conftest: str = ""
    layers: dict[str, str] = field(default_factory=dict)
    application: dict[str, str] = field(default_factory=dict)


def filled(text: str, package: str, number: int = 0) -> str:
    """Return a text of a suite for one package and module."""
    return text.replace("PACKAGE", package).replace("NUMBER", str(number))

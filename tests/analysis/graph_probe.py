"""Run pytest over several small projects in one process and print which fixture definition each name meant, as JSON.

    python graph_probe.py FOLDER...

For each folder: the node ids that were collected (without parametrization) and, for each that passed, the meaning of
every name its test and its fixtures asked for, as ``path::qualname`` by ``name`` or ``path::qualname>name``.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef, FixtureRequest, TopRequest

ACTIVE = FixtureRequest._get_active_fixturedef
FILL = TopRequest._fillfixtures


class Recorder:
    """Notes what pytest collects and which definitions it uses; ``root`` is the project's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.items: dict[str, dict[str, str]] = {}
        self.passed: set[str] = set()
        self.failed: set[str] = set()
        self.problems: list[str] = []
        self.filling = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = {node_id(item.nodeid): {} for item in session.items}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(node_id(report.nodeid))
        if report.failed:
            self.failed.add(node_id(report.nodeid))

    def fill(self, request: TopRequest) -> None:
        self.filling = True
        FILL(request)
        self.filling = False

    def resolve(self, request: FixtureRequest, name: str) -> FixtureDef[Any]:
        found = ACTIVE(request, name)
        requester = getattr(request, "_fixturedef", None)
        item = request._pyfuncitem
        # Filling asks for the whole closure; only the first names are asked for by the test itself.
        if requester is None and self.filling and name not in item._fixtureinfo.initialnames:
            return found
        place, asker = self.place(found), self.place(requester) if requester is not None else ""
        # One definition imported or inherited on two levels can get itself; loopmend knows it as one.
        if place and (requester is None or asker) and place != asker:
            self.items[node_id(item.nodeid)][f"{asker}>{name}" if asker else name] = place
        return found

    def place(self, found: FixtureDef[Any]) -> str:
        function = getattr(found.func, "__func__", found.func)
        path = Path(function.__code__.co_filename)
        return (
            f"{path.relative_to(self.root).as_posix()}::{function.__qualname__}"
            if path.is_relative_to(self.root)
            else ""
        )

    def result(self) -> dict[str, Any]:
        passed = self.passed - self.failed
        return {
            "items": sorted(self.items),
            "meanings": {item: found for item, found in self.items.items() if item in passed},
            "problems": self.problems,
        }


def node_id(text: str) -> str:
    return text.partition("[")[0]


def run(folder: Path) -> dict[str, Any]:
    """Run the project in ``folder`` and leave none of its modules in this process."""
    recorder = Recorder(folder)
    modules, path = set(sys.modules), list(sys.path)
    FixtureRequest._get_active_fixturedef = lambda request, name: recorder.resolve(request, name)  # type: ignore[method-assign]
    TopRequest._fillfixtures = lambda request: recorder.fill(request)  # type: ignore[method-assign]
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            pytest.main(["-q", "-p", "no:cacheprovider", f"--rootdir={folder}", str(folder)], plugins=[recorder])
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if is_inside(sys.modules[name], folder):
                del sys.modules[name]
    return recorder.result()


def is_inside(module: object, folder: Path) -> bool:
    return str(getattr(module, "__file__", None) or "").startswith(str(folder))


if __name__ == "__main__":
    sys.stdout.write(json.dumps({argument: run(Path(argument)) for argument in sys.argv[1:]}))

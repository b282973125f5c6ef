"""Rootdir, inifile and every option as several real versions of pytest give them, on generated folders."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from pytest_lanes import Lane, Question, build, ours, questions, stops_at_plugin
from support import venvs

if TYPE_CHECKING:
    from collections.abc import Iterator

# pytest, and the newest pytest-asyncio that runs with it or has other options; the first is the one installed.
LANES = [
    ("9.2.0", "1.5.0"),
    pytest.param(("9.1.1", "1.5.0"), marks=pytest.mark.slow),
    pytest.param(("9.0.2", "1.3.0"), marks=pytest.mark.slow),
    pytest.param(("8.4.2", "1.2.0"), marks=pytest.mark.slow),
    pytest.param(("8.0.2", "0.23.8"), marks=pytest.mark.slow),
    pytest.param(("7.4.4", "0.23.8"), marks=pytest.mark.slow),
    pytest.param(("7.2.2", "0.23.8"), marks=pytest.mark.slow),
]
EXAMPLES = int(os.environ.get("LOOPMEND_TREES", "100"))


@pytest.fixture(scope="module", params=LANES, ids=lambda lane: lane[0])
def lane(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    try:
        python = venvs.with_pytest(*request.param)
    except venvs.VenvError as error:
        if os.environ.get(venvs.REQUIRED):
            raise
        pytest.skip(f"no pytest {request.param[0]} here: {error}")
    with Lane(python, tmp_path_factory.mktemp("lane")) as process:
        yield process


def differences(lane: Lane, folder: Path, question: Question) -> tuple[object, object]:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        root = Path(made)
        build(root, question)
        real = lane.ask(root, question)
        if real is None and stops_at_plugin(root, question, lane.version):
            return None, None
        return ours(root, question, lane.version, real), real


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions())
def test_options_of_generated_folders(lane: Lane, tmp_path_factory: pytest.TempPathFactory, question: Question) -> None:
    found, real = differences(lane, tmp_path_factory.getbasetemp(), question)
    assert found == real

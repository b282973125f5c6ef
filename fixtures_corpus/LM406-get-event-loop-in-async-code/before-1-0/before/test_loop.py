import asyncio

import pytest


@pytest.mark.asyncio
async def test_runs_in_executor():
    assert await asyncio.get_event_loop().run_in_executor(None, abs, -1) == 1

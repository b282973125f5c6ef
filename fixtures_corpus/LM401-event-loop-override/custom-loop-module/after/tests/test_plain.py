import asyncio

import pytest


@pytest.mark.asyncio
async def test_plain():
    assert not hasattr(asyncio.get_running_loop(), "late")

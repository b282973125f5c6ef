import asyncio

import pytest


async def running():
    return asyncio.get_running_loop()


@pytest.mark.usefixtures("event_loop")
def test_marked():
    assert asyncio.get_event_loop().run_until_complete(running())


def test_by_request(request):
    loop = request.getfixturevalue("event_loop")
    assert loop.run_until_complete(running()) is loop


@pytest.mark.asyncio
async def test_async():
    pass

import asyncio

import pytest

loops = set()


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def settings():
    return {"debug": True}


@pytest.fixture(autouse=True)
async def clear():
    loops.add(asyncio.get_running_loop())


async def test_names_it(event_loop):
    assert len(loops) == 1


async def test_uses_it(event_loop):
    assert event_loop is asyncio.get_running_loop()


async def test_does_not():
    assert len(loops) == 1


async def test_uses_a_wide_fixture(settings):
    assert settings["debug"]
    assert len(loops) == 1

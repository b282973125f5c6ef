import asyncio


def schedule(callback, loop):
    loop.call_soon(callback)


async def test_schedule():
    done = asyncio.Event()
    schedule(done.set, loop=asyncio.get_running_loop())
    await done.wait()

import asyncio


def run(coroutine):
    return asyncio.get_event_loop().run_until_complete(coroutine)

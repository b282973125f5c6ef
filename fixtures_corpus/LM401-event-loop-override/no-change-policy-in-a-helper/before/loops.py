import asyncio


def _choose(policy):
    asyncio.set_event_loop_policy(policy)


def install_loop():
    _choose(asyncio.DefaultEventLoopPolicy())

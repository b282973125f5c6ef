import functools


def in_task(function):
    @functools.wraps(function)
    async def wrapped():
        return function()

    return wrapped

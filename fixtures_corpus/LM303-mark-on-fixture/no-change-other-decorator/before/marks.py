def asyncio(function):
    return function

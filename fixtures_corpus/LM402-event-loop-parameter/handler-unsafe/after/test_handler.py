import asyncio


async def test_handler():
    event_loop = asyncio.get_running_loop()
    seen = []
    event_loop.set_exception_handler(lambda loop, context: seen.append(context["message"]))
    event_loop.call_exception_handler({"message": "oops"})
    assert seen == ["oops"]

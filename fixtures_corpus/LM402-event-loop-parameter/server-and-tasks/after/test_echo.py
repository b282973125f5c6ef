import asyncio
import time


async def test_echo(echo):
    """Send a line."""
    event_loop = asyncio.get_running_loop()
    port, loop = echo
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.close()
    assert loop is event_loop


async def test_executor():
    event_loop = asyncio.get_running_loop()
    await event_loop.run_in_executor(None, time.sleep, 0)


async def test_callback():
    event_loop = asyncio.get_running_loop()
    future = event_loop.create_future()
    event_loop.call_soon(lambda: future.set_result(event_loop))
    assert await future is event_loop


async def test_nested():
    event_loop = asyncio.get_running_loop()
    async def inner():
        return event_loop.time()

    assert await inner() > 0

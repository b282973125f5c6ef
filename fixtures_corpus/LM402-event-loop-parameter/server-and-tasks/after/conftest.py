import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def echo(unused_tcp_port):
    event_loop = asyncio.get_running_loop()
    async def handle(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", unused_tcp_port)
    background = event_loop.create_task(server.serve_forever())
    yield unused_tcp_port, event_loop
    background.cancel()
    server.close()

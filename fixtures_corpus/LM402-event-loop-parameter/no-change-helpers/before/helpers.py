async def connect(event_loop, address):
    return event_loop, address

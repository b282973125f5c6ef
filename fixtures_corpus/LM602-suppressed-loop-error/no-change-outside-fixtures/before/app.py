async def close(client):
    try:
        await client.close()
    except RuntimeError as error:
        if "Event loop is closed" not in str(error):
            raise

def pytest_itemcollected(item):
    if "asyncio" in item.keywords:
        item.name += " (async)"

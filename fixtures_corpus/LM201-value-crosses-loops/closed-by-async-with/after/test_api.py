async def test_api(api):
    assert (await api.get("/")).status_code == 200

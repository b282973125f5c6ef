from captcha import client, is_human


async def test_success(respx_mock):
    respx_mock.post("https://captcha.example/verify").respond(json={"success": True})
    assert await is_human("a")
    assert (await client.post("/verify")).json()["success"]


async def test_failure(respx_mock):
    respx_mock.post("https://captcha.example/verify").respond(json={"success": False})
    assert not await is_human("b")
    assert not (await client.post("/verify")).json()["success"]

import httpx

client = httpx.AsyncClient(base_url="https://captcha.example")


async def is_human(token):
    answer = await client.post("/verify", data={"token": token})
    return answer.json()["success"]

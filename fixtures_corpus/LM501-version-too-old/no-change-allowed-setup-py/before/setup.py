from setuptools import setup

setup(
    name="rooms",
    description="was for pytest-asyncio==0.23.8",
    extras_require={"test": ["pytest-asyncio>=1.5"]},
)

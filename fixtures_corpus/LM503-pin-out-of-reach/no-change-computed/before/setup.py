from setuptools import setup

VERSION = "0.23.8"
setup(extras_require={"test": [f"pytest-asyncio=={VERSION}", "pytest"]})

from setuptools import setup

VERSION = "0.21.2"
setup(extras_require={"test": [f"pytest-asyncio=={VERSION}", "pytest"]})

from setuptools import setup

setup(install_requires=["pytest-asyncio<0.24"], tests_require=["pytest-asyncio<0.25"])

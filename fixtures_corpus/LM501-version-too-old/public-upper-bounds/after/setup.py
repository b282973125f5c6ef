from setuptools import setup

setup(install_requires=["pytest-asyncio<2"], tests_require=["pytest-asyncio>=1.5,<2"])

#!/bin/sh
# pytest --asyncio-mode=legacy
echo pytest --asyncio-mode=legacy
cat <<END
pytest --asyncio-mode=legacy
END
pytest # --asyncio-mode=legacy

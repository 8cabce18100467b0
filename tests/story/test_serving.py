"""The HTTP server of the commands, seen from a proxy in front of it."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from frontdesk.commands.serving import served, take_port


def test_a_connection_that_rests_longer_than_the_servers_own_default_is_still_answered() -> None:
    async def story() -> None:
        app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])
        listener = take_port("127.0.0.1", 0)
        async with served(app, listener):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            for rest in (0, 6):  # uvicorn's own is 5, and a proxy's 60
                await asyncio.sleep(rest)
                writer.write(b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n")
                async with asyncio.timeout(10):
                    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
                    while (await reader.readline()).strip():
                        pass
                    assert await reader.readexactly(4) == b"here"
            writer.close()
            await writer.wait_closed()

    asyncio.run(story())

"""The HTTP side of the server: a request in, one call recorded, its answer or its fault out."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from limner.tests.fakes.telegram.calls import Call
from limner.tests.fakes.telegram.errors import ApiError, CutError, MisuseError
from limner.tests.fakes.telegram.files import DOCUMENT_MOST_BYTES, MB
from limner.tests.fakes.telegram.methods import METHODS
from limner.tests.fakes.telegram.wire import read_parameters, read_request
from limner.tests.fakes.telegram.world import Ask, World

DOWNLOAD = "download"
"""The name under which downloads of files are recorded and can be made to fail."""

Work = Callable[[web.Request, Call], Awaitable[web.Response]]


def make_app(world: World) -> web.Application:
    """Build the application that answers for one bot."""
    endpoint = _Endpoint(world)
    app = web.Application(client_max_size=DOCUMENT_MOST_BYTES + 10 * MB)
    app.router.add_route("*", "/bot{token}/{method}", endpoint.call)
    app.router.add_get("/file/bot{token}/{path:.+}", endpoint.download)
    return app


class _Endpoint:
    def __init__(self, world: World) -> None:
        self._world = world

    async def call(self, request: web.Request) -> web.StreamResponse:
        return await self._recorded(request, request.match_info["method"], self._answer)

    async def download(self, request: web.Request) -> web.StreamResponse:
        return await self._recorded(request, DOWNLOAD, self._file)

    async def _recorded(self, request: web.Request, method: str, work: Work) -> web.StreamResponse:
        call = Call(time.monotonic(), method, None, {})
        self._world.calls.append(call)
        try:
            response = await self._guarded(request, call, work)
        except (CutError, ConnectionResetError):
            # Cut by a test, or the bot was killed in the middle of its call: nobody hears an answer.
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        call.status = response.status
        return response

    async def _guarded(self, request: web.Request, call: Call, work: Work) -> web.Response:
        try:
            self._check_token(request.match_info["token"])
            return await work(request, call)
        except (ApiError, web.HTTPRequestEntityTooLarge) as error:
            refused = error if isinstance(error, ApiError) else ApiError(413, "Request Entity Too Large")
            call.description = refused.description
            if isinstance(refused, MisuseError) or error is not refused:
                self._world.problems.append(f"{call.method}: {refused.description}")
            return web.json_response(refused.answer(), status=refused.code)
        except (CutError, ConnectionResetError, asyncio.CancelledError):
            raise
        except Exception as error:
            # A fault of the server itself is no answer that a bot should be tested with: the test has to fail.
            self._world.problems.append(f"{call.method}: the server itself failed: {error!r}")
            raise

    def _check_token(self, token: str) -> None:
        if token != self._world.token:
            raise ApiError(401, "Unauthorized")

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        values, uploads = await read_request(request)
        call.parameters, call.files = values, {name: len(upload.data) for name, upload in uploads.items()}
        call.chat_id = _number(values.get("chat_id"))
        if call.method not in METHODS:
            raise MisuseError(f"method {call.method!r} is not known to this server")
        method = METHODS[call.method]
        fault = self._world.faults.take(call.method, call.chat_id)
        await fault.before()
        ask = Ask(self._world, call, read_parameters(method.parameters, values, uploads), uploads, fault)
        result: Any = method.handle(ask)
        result = await result if inspect.isawaitable(result) else result
        fault.after()
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request, call: Call) -> web.Response:
        call.parameters = {"path": request.match_info["path"]}
        fault = self._world.faults.take(DOWNLOAD, None)
        await fault.before()
        data = self._world.files.download(request.match_info["path"])
        if data is None:
            raise ApiError(404, "Not Found")
        fault.after()
        return web.Response(body=data)


def _number(chat_id: Any) -> int | None:
    return int(chat_id) if str(chat_id).lstrip("-").isdigit() else None

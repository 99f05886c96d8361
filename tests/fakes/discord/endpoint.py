"""The HTTP side: every request becomes a recorded call, goes past the faults and rates, and is answered in JSON."""

import asyncio
import json
import re
import time
from typing import Any

from aiohttp import web

from limner.tests.fakes.discord.calls import Call
from limner.tests.fakes.discord.errors import ApiError, CutError, MisuseError, too_large
from limner.tests.fakes.discord.gateway import Gateway
from limner.tests.fakes.discord.routes import QUERIES, ROUTES, Route
from limner.tests.fakes.discord.wire import REQUEST_MOST_BYTES, read_request
from limner.tests.fakes.discord.world import Ask, World

API = "/api/v10"
DOWNLOAD = "GET attachment"
"""The name under which downloads of files are recorded and can be made to fail."""
MAJOR = ("channel_id", "guild_id", "interaction_token")


def make_app(world: World) -> web.Application:
    """Build the application that answers for one bot."""
    endpoint = _Endpoint(world)
    app = web.Application(client_max_size=REQUEST_MOST_BYTES)
    # The literal routes first: `/users/@me` is no user.
    for name in sorted(ROUTES, key=lambda name: (name.count("{"), name)):
        method, path = name.split(" ")
        app.router.add_route(method, API + _pattern(path), endpoint.known(name))
    app.router.add_get("/{kind:(?:ephemeral-)?attachments}/{rest:.+}", endpoint.download)
    app.router.add_get("/gateway", Gateway(world).connect)
    app.router.add_route("*", "/{rest:.*}", endpoint.unknown)
    return app


def _pattern(path: str) -> str:
    free = re.sub(r"\{(interaction_token)\}", r"{\1:[^/]+}", path)
    if path.startswith("/webhooks"):
        return re.sub(r"\{message_id\}", r"{message_id:[^/]+}", free)
    return re.sub(r"\{(\w+_id)\}", r"{\1:\\d+}", free)


class _Endpoint:
    def __init__(self, world: World) -> None:
        self._world = world

    def known(self, name: str) -> Any:
        route = ROUTES[name]

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._recorded(request, Call(time.monotonic(), name, dict(request.match_info)), route)

        return handle

    async def download(self, request: web.Request) -> web.StreamResponse:
        return await self._recorded(request, Call(time.monotonic(), DOWNLOAD, {"path": request.path}), None)

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        name = f"{request.method} {request.path.removeprefix(API)}"

        def refuse(ask: Ask) -> None:
            raise MisuseError("this server does not know the route", code=0)

        return await self._recorded(request, Call(time.monotonic(), name), Route(refuse, token=False))

    async def _recorded(self, request: web.Request, call: Call, route: Route | None) -> web.StreamResponse:
        self._world.calls.append(call)
        call.query = dict(request.query)
        try:
            response = await self._guarded(request, call, route)
        except (CutError, ConnectionResetError):
            # Cut by a test, or the bot was killed in the middle of its call: nobody hears an answer.
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        call.status = response.status
        return response

    async def _guarded(self, request: web.Request, call: Call, route: Route | None) -> web.Response:
        headers: dict[str, str] = {}
        try:
            if route is None:
                return await self._file(request, call)
            return await self._answer(request, call, route, headers)
        except (ApiError, web.HTTPRequestEntityTooLarge) as error:
            refused = error if isinstance(error, ApiError) else too_large()
            call.code, call.answer = refused.code, refused.body()
            if isinstance(refused, MisuseError):
                self._world.problems.append(f"{call.route}: {refused.what}")
            return _json(refused.body(), refused.status, headers | refused.headers)
        except (CutError, ConnectionResetError, asyncio.CancelledError):
            raise
        except Exception as error:
            # A fault of the server itself is no answer that a bot should be tested with: the test has to fail.
            self._world.problems.append(f"{call.route}: the server itself failed: {error!r}")
            raise

    async def _answer(self, request: web.Request, call: Call, route: Route, headers: dict[str, str]) -> web.Response:
        values, uploads = await read_request(request)
        call.fields, call.files = values, {upload.name: len(upload.data) for upload in uploads.values()}
        if route.token and request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise ApiError(401, 0, "401: Unauthorized")
        place = "/".join(call.ids.get(name, "") for name in MAJOR)
        headers |= self._world.rates.count(call.route, place, route.limit, self._world.now())
        fault = self._world.faults.take(call.route, call.ids.get("channel_id"))
        await fault.before()
        if uploads and not route.files:
            raise MisuseError("This route takes no files.")
        _check(route, call, values)
        result = route.handle(Ask(self._world, call, {} if values is None else values, uploads))
        call.answer = result
        fault.after()
        return _json(result, 204 if result is None else route.status, headers)

    async def _file(self, request: web.Request, call: Call) -> web.Response:
        fault = self._world.faults.take(DOWNLOAD, None)
        await fault.before()
        stored = self._world.files.download(request.path, request.query)
        if stored is None:
            raise ApiError(404, 0, "This content is no longer available.")
        fault.after()
        return web.Response(body=stored.data, headers={"Via": "1.1 google"})


def _check(route: Route, call: Call, values: Any) -> None:
    for name in call.query.keys() - route.query:
        raise MisuseError(f"The field {name!r} is not known.", name, "UNKNOWN_FIELD")
    for name, value in call.query.items():
        if not re.fullmatch(QUERIES[name], value):
            raise MisuseError(f"{value!r} is not what this takes.", name, "BASE_TYPE_BAD")
    if route.body is not None:
        route.body({} if values is None else values, "")
    elif values:
        raise MisuseError("This route takes no body.")


def _json(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    # discord.py takes an answer for JSON only where the type is this and nothing more, and a 429 for one of Discord's
    # only where it came by way of a proxy.
    written = b"" if status == 204 else json.dumps(body).encode()
    kind = {} if status == 204 else {"Content-Type": "application/json"}
    return web.Response(body=written, status=status, headers=headers | kind | {"Via": "1.1 google"})

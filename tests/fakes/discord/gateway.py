"""The gateway: a websocket over which the bot hears what happens.

Source: https://docs.discord.com/developers/events/gateway.
"""

import asyncio
import json
import time
import zlib
from collections import deque
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from limner.tests.fakes.discord.errors import GatewayError
from limner.tests.fakes.discord.identity import begin, tell_members
from limner.tests.fakes.discord.sessions import Json, Session
from limner.tests.fakes.discord.world import World

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = 1, 2, 3, 4, 6, 7, 8, 9, 10, 11
SENT_MOST, SENT_WINDOW_S = 120, 60.0
PAYLOAD_MOST_BYTES = 4096
# The codes after which a bot must not come back with the same.
FOR_GOOD = (4004, 4010, 4011, 4012, 4013, 4014)


class Gateway:
    """Answers at the gateway's address."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(max_msg_size=0, compress=False)
        await socket.prepare(request)
        line = _Line(self._world, socket, request)
        self._world.lines.append(line)
        try:
            await line.run()
        except GatewayError as error:
            self._world.problems.extend([f"gateway: {error.reason}"] if error.code not in {4009, 4000} else [])
            await socket.close(code=error.code, message=error.reason.encode())
        except Exception as error:
            # A fault of the server itself is nothing that a bot should be tested with: the test has to fail.
            self._world.problems.append(f"gateway: the server itself failed: {error!r}")
            raise
        finally:
            line.ended()
            self._world.lines.remove(line)
        return socket


class _Line:
    """One connection, and the session it carries once there is one."""

    def __init__(self, world: World, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.session: Session | None = None
        self._world = world
        self._socket = socket
        self._request = request
        self._zlib: Any = None
        self._writing: asyncio.Task[None] | None = None
        self._heard: deque[float] = deque()

    @property
    def compressed(self) -> bool:
        """Whether what is sent is compressed."""
        return self._zlib is not None

    async def run(self) -> None:
        """Greet, then hear until the connection ends. Raises GatewayError."""
        self._read_query()
        await self.send({"op": HELLO, "d": {"heartbeat_interval": int(self._world.heartbeat_s * 1000), "_trace": []}})
        while True:
            try:
                # A heartbeat that is half an interval late is not coming any more.
                message = await self._socket.receive(timeout=self._world.heartbeat_s * 1.5)
            except TimeoutError:
                raise GatewayError(4009, "Session timed out.") from None
            if message.type is not WSMsgType.TEXT:
                self._check_goodbye()
                return
            await self._hear(self._parsed(message.data))

    def _read_query(self) -> None:
        query = self._request.query
        if query.get("v") != "10" or query.get("encoding", "json") != "json":
            raise GatewayError(4012, f"Version 10 in JSON is spoken here, not {dict(query)}.")
        if query.get("compress") == "zlib-stream":
            self._zlib = zlib.compressobj()
        elif "compress" in query:
            raise GatewayError(4012, f"The compression {query['compress']!r} is not known here.")

    def _parsed(self, text: str) -> Json:
        now = time.monotonic()
        while self._heard and now - self._heard[0] >= SENT_WINDOW_S:
            self._heard.popleft()
        self._heard.append(now)
        if len(self._heard) > SENT_MOST:
            raise GatewayError(4008, f"More than {SENT_MOST} messages came within a minute.")
        try:
            found = json.loads(text)
        except ValueError:
            raise GatewayError(4002, "What came is no JSON.") from None
        if not isinstance(found, dict) or len(text) > PAYLOAD_MOST_BYTES:
            raise GatewayError(4002, f"A message is an object of at most {PAYLOAD_MOST_BYTES} bytes.")
        return found

    async def _hear(self, said: Json) -> None:
        op, data = said.get("op"), said.get("d")
        if op == HEARTBEAT:
            await self.send({"op": ACK})
        elif op == IDENTIFY:
            await self._identify(data if isinstance(data, dict) else {})
        elif op == RESUME:
            await self._resume(data if isinstance(data, dict) else {})
        elif op not in {PRESENCE, VOICE, MEMBERS}:
            raise GatewayError(4001, f"The opcode {op!r} is not known.")
        elif self.session is None:
            raise GatewayError(4003, f"The opcode {op} came before IDENTIFY.")
        elif op == MEMBERS:
            tell_members(self._world, self.session, data if isinstance(data, dict) else {})

    async def _identify(self, data: Json) -> None:
        if self.session is not None:
            raise GatewayError(4005, "IDENTIFY came twice.")
        session = begin(self._world, data)
        self._carry(session, 0)

    async def _resume(self, data: Json) -> None:
        if data.get("token") != self._world.token:
            raise GatewayError(4004, "Authentication failed.")
        session = self._world.sessions.all.get(str(data.get("session_id")))
        number = data.get("seq")
        if session is None or not session.alive:
            await self.send({"op": INVALID, "d": False})
            return
        if not isinstance(number, int) or number > len(session.sent):
            raise GatewayError(4007, f"Invalid seq {number!r}.")
        session.tell("RESUMED", {"_trace": []})
        self._carry(session, number)

    def _carry(self, session: Session, number: int) -> None:
        self.session, session.connected = session, True
        self._writing = asyncio.create_task(self._write(session, number), name="gateway line")
        self._world.changed.fire()

    async def _write(self, session: Session, number: int) -> None:
        try:
            while True:
                while number < len(session.sent):
                    await self.send(session.sent[number])
                    number += 1
                await session.grown.wait()
        except ConnectionError:
            return  # The reader notices, and what was not heard is told again after RESUME.

    async def send(self, payload: Json) -> None:
        """Send one payload, compressed where the bot asked for that."""
        written = json.dumps(payload)
        if self._zlib is None:
            await self._socket.send_str(written)
        else:
            packed = self._zlib.compress(written.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(packed)

    def cut(self) -> None:
        """End the connection without a word; the session can be resumed."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def invalidate(self, *, resumable: bool) -> None:
        """Say that the session is over, or only that the bot has to come again."""
        if self.session is not None:
            self.session.alive = resumable
        await self.send({"op": INVALID, "d": resumable})

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to connect anew and resume."""
        await self.send({"op": RECONNECT, "d": None})

    async def close(self, code: int) -> None:
        """Close the connection with a code."""
        if self.session is not None and code in FOR_GOOD:
            self.session.alive = False
        await self._socket.close(code=code)

    def ended(self) -> None:
        """Count the session as not connected."""
        if self._writing is not None:
            self._writing.cancel()
        if self.session is not None:
            self.session.connected = False
        self._world.changed.fire()

    def _check_goodbye(self) -> None:
        # Who says goodbye in good order does not come back to the same session.
        if self.session is not None and self._socket.close_code in {WSCloseCode.OK, WSCloseCode.GOING_AWAY}:
            self.session.alive = False

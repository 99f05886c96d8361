"""What the jobs work with, handed to each of them by the worker."""

from dataclasses import dataclass, field

from arq.connections import ArqRedis

from limner.queue.child import EngineChild
from limner.queue.messages import MakePortraits, Moved
from limner.queue.news import publish
from limner.queue.waiting import Places
from limner.storage import Request, Storage


@dataclass(frozen=True, slots=True)
class Studio:
    """One worker's connections, its two engine processes, and the base model and styles that it paints with."""

    storage: Storage
    redis: ArqRedis
    examiner: EngineChild
    painter: EngineChild
    base: str
    styles_dirs: tuple[str, ...]
    places: Places = field(default_factory=Places)

    async def command(self, request: Request) -> MakePortraits:
        """Write the command for a stored request, at the attempt that it is at."""
        trained = await self.storage.face_loras.learned(request.set_id)
        return MakePortraits(request.id, request.user_id, request.attempt, request.event_id, trained)

    async def tell_places(self) -> None:
        """Tell the waiting requests whose place in the line has changed."""
        if not (moved := await self.places.changed(self.redis)):
            return
        requests = self.storage.requests
        pace = await requests.pace()
        # A request that a restarting worker put back waits again, though it has begun.
        for request in [*await requests.queued(), *await requests.running()]:
            if request.id in moved:
                place = moved[request.id]
                # Half of the one that is being painted now has passed, in the middle.
                wait = None if pace is None else pace * (place - 0.5)
                await publish(self.redis, Moved(request.user_id, request.id, place, wait))

"""Pushing updates to the bot's webhook, with its secret, until it answers with a 2xx.

Source: https://core.telegram.org/bots/api#setwebhook. Up to forty at a time, so their order is not certain, and at a
failure again after a tenth of a second instead of Telegram's longer pauses.
"""

import asyncio

from aiohttp import ClientError, ClientSession, ClientTimeout

from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.world import World

AT_ONCE = 40
AGAIN_S = 0.1
TIMEOUT = ClientTimeout(total=60)


async def push_updates(world: World) -> None:
    """Push what is pending, whenever there is a webhook, until cancelled."""
    async with ClientSession(timeout=TIMEOUT) as session:
        while True:
            if not world.webhook.url or not (batch := world.updates.batch(AT_ONCE)):
                await world.updates.arrived.wait()
                continue
            if not all(await asyncio.gather(*(_push(world, session, update) for update in batch))):
                await asyncio.sleep(AGAIN_S)


async def _push(world: World, session: ClientSession, update: Json) -> bool:
    hook = world.webhook
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
    try:
        async with session.post(hook.url, json=update, headers=headers) as response:
            taken = response.ok
            hook.last_error = None if taken else f"Wrong response from the webhook: {response.status} {response.reason}"
    except (ClientError, TimeoutError) as error:
        taken, hook.last_error = False, f"Connection failed: {error}"
    if taken:
        world.updates.confirm(update["update_id"])
    return taken

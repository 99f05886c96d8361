"""Persons: what they do in guilds and in direct messages, and what they see."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from limner.tests.fakes.discord import commands
from limner.tests.fakes.discord.asking import IN_DM, IN_GUILD, PATIENCE_S, Asked, ask, owners
from limner.tests.fakes.discord.callbacks import ON_COMMAND, ON_COMPONENT, ON_MODAL, ON_TYPING
from limner.tests.fakes.discord.components import BUTTON, CHOICE
from limner.tests.fakes.discord.errors import PersonError
from limner.tests.fakes.discord.files import Upload
from limner.tests.fakes.discord.filling import GROUPS, Filling
from limner.tests.fakes.discord.messages import upload_most
from limner.tests.fakes.discord.places import REPLY, Channel, Json, Message, User
from limner.tests.fakes.discord.rendering import tell_message
from limner.tests.fakes.discord.seen import Seen, look
from limner.tests.fakes.discord.world import World


class Person:
    """A person. Wherever a channel can be given (`at`), the direct messages with the bot are meant without one."""

    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.user = user

    @property
    def id(self) -> int:
        """The person's id."""
        return self.user.id

    def block(self) -> None:
        """Take no direct messages from the bot any more."""
        self.user.takes_dms = False

    def unblock(self) -> None:
        """Take direct messages from the bot again."""
        self.user.takes_dms = True

    def messages(self, at: Channel | None = None) -> list[Seen]:
        """Everything the person sees there now, oldest first."""
        return look(self.world, self._place(at), self.user)

    def commands(self, at: Channel | None = None) -> list[str]:
        """Name the slash commands that are offered there."""
        return [command["name"] for command in self._offered(self._place(at)) if command["type"] == commands.CHAT_INPUT]

    async def invoke(
        self, command: str, options: Mapping[str, Any] | None = None, *, at: Channel | None = None
    ) -> Asked:
        """Use a slash command; a subcommand is written after a space. Raises PersonError for what a client refuses.

        An `Upload` is the value of an attachment, a `User` of a user, a `Channel` of a channel.
        """
        channel = self._place(at)
        found, known, path = self._command(command, channel)
        filling = Filling(self.world, channel)
        data = _command_data(found, path, filling.options(known, options or {}), filling)
        return self._asked(channel, ON_COMMAND, data, f"/{command}", found)

    async def autocomplete(
        self,
        command: str,
        option: str,
        typed: str | float,
        options: Mapping[str, Any] | None = None,
        *,
        at: Channel | None = None,
    ) -> list[Json]:
        """Type into an option; return the choices that the bot offers. Raises PersonError if there are none in time."""
        channel = self._place(at)
        found, known, path = self._command(command, channel)
        wanted = next((each for each in known if each["name"] == option and each.get("autocomplete")), None)
        if wanted is None:
            raise PersonError(f"The option {option!r} of {command!r} has no autocompletion.")
        filling = Filling(self.world, channel)
        filled = filling.options(known, {**(options or {}), option: typed}, typing=option)
        data = _command_data(found, path, filled, filling)
        asked = self._asked(channel, ON_TYPING, data, f"/{command}", found, wanted["type"])
        await asked.answered()
        return asked.interaction.choices or []

    async def press(self, text: str, *, at: Channel | None = None, message_id: int | None = None) -> Asked:
        """Press the button that says this (else one that contains it) below the newest message that has one."""
        for seen in reversed(self.messages(at)):
            button = seen.button(text) if message_id in {None, seen.message_id} else None
            if button is not None:
                return self._use(seen, button, {}, text)
        shown = [seen.buttons for seen in self.messages(at) if seen.buttons]
        raise PersonError(f"There is no button {text!r}. There are {shown}.")

    async def choose(self, values: Sequence[Any], *, at: Channel | None = None, custom_id: str | None = None) -> Asked:
        """Choose in the newest select, by the values or the labels of its options, or by users. Raises PersonError."""
        for seen in reversed(self.messages(at)):
            if (select := seen.select(custom_id)) is not None:
                return self._choose(seen, select, values)
        raise PersonError(f"There is no select {custom_id or ''!r}.")

    async def submit(self, asked: Asked, values: Mapping[str, Any]) -> Asked:
        """Fill in the modal that the bot has shown and send it. Raises PersonError for what a client refuses."""
        modal = await asked.modal()
        before = asked.interaction
        filled = Filling(self.world, before.channel).modal(modal, values)
        name = f"the modal {modal['title']!r}"
        interaction = ask(self.world, self.user, before.channel, ON_MODAL, filled, name, source=before.source)
        return Asked(self.world, interaction)

    async def write(
        self, text: str, files: Sequence[Upload] = (), *, at: Channel | None = None, reply_to: int | None = None
    ) -> int:
        """Write a message; return its id. Raises PersonError where the person cannot."""
        channel = self._place(at)
        if any(len(file.data) > upload_most(channel) for file in files) or not (text or files):
            raise PersonError("A message has a text or files, and no file above the limit.")
        message = Message(self.world.ids.new(), channel, self.user, self.world.now(), text)
        message.files = [self.world.files.add(self.world.ids.new(), channel.id, file) for file in files]
        if reply_to is not None:
            message.kind, message.reference = REPLY, channel.messages[reply_to]
        channel.messages[message.id] = message
        tell_message(self.world, "MESSAGE_CREATE", message)
        return message.id

    async def wait(
        self,
        wanted: str | Callable[[Seen], bool],
        *,
        at: Channel | None = None,
        after: int = 0,
        timeout_s: float = PATIENCE_S,
    ) -> Seen:
        """Wait for a message (of the bot, when words are given that it contains) with an id above `after`."""

        def fits(seen: Seen) -> bool:
            right = seen.from_bot and wanted in seen.text if isinstance(wanted, str) else wanted(seen)
            return right and seen.message_id > after

        try:
            async with asyncio.timeout(timeout_s):
                while not (fitting := [seen for seen in self.messages(at) if fits(seen)]):
                    await self.world.changed.wait()
        except TimeoutError:
            lines = "\n".join(f"{seen.message_id}: {seen.text!r} {seen.buttons}" for seen in self.messages(at)[-10:])
            raise PersonError(f"Within {timeout_s:g} s {wanted!r} did not come. There is:\n{lines}") from None
        return fitting[-1]

    def _place(self, at: Channel | None) -> Channel:
        if at is None:
            if not self.world.meets(self.user):
                raise PersonError("Who shares no guild with the bot and has not installed it cannot write to it.")
            return self.world.dm(self.user)
        if at.guild is None or self.user.id not in at.guild.members:
            raise PersonError(f"{self.user.username} is not in the guild.")
        return at

    def _offered(self, channel: Channel) -> list[Json]:
        guild = channel.guild
        found = self.world.commands.get(guild.id, []) if guild is not None else []
        return [each for each in (*found, *self.world.commands.get(None, [])) if self._is_offered(each, channel)]

    def _is_offered(self, command: Json, channel: Channel) -> bool:
        guild, contexts = channel.guild, command.get("contexts")
        if not any(int(way) in command["integration_types"] for way in owners(self.world, self.user, channel)):
            return False
        if guild is None:
            return bool(command.get("dm_permission", True) if contexts is None else IN_DM in contexts)
        needed = int(command["default_member_permissions"] or 0)
        permitted = channel.may(self.user) & needed == needed
        return (contexts is None or IN_GUILD in contexts) and permitted

    def _command(self, written: str, channel: Channel) -> tuple[Json, list[Json], list[Json]]:
        name, *rest = written.split(" ")
        found = next((each for each in self._offered(channel) if each["name"] == name), None)
        if found is None:
            raise PersonError(f"No command {name!r} is offered here; there are {self.commands(channel)}.")
        known, path = found["options"], []
        for part in rest:
            inner = next((each for each in known if each["name"] == part and each["type"] in GROUPS), None)
            if inner is None:
                raise PersonError(f"The command {name!r} has no subcommand {part!r}.")
            path.append(inner)
            known = inner.get("options") or []
        if any(option["type"] in GROUPS for option in known):
            raise PersonError(f"The command {written!r} is used with a subcommand.")
        return found, known, path

    def _asked(self, channel: Channel, kind: int, data: Json, name: str, command: Json, typing: int = 0) -> Asked:
        installs = command["integration_types"]
        interaction = ask(self.world, self.user, channel, kind, data, name, installs=installs)
        interaction.typing = typing
        return Asked(self.world, interaction)

    def _use(self, seen: Seen, part: Json, more: Json, name: str) -> Asked:
        if part.get("disabled"):
            raise PersonError(f"{name!r} is disabled.")
        if not part.get("custom_id"):
            raise PersonError(f"The button {name!r} is not one that tells the bot something.")
        data: Json = {"component_type": part["type"], "custom_id": part["custom_id"], "id": part["id"]} | more
        kind = "the button" if part["type"] == BUTTON else "the select"
        message = seen.raw
        asked = ask(self.world, self.user, message.channel, ON_COMPONENT, data, f"{kind} {name!r}", source=message)
        return Asked(self.world, asked)

    def _choose(self, seen: Seen, select: Json, values: Sequence[Any]) -> Asked:
        least = 1 if select.get("min_values") is None else select["min_values"]
        if not least <= len(values) <= (select.get("max_values") or 1):
            raise PersonError(f"The select takes {least} to {select.get('max_values') or 1}, not {len(values)}.")
        if select["type"] == CHOICE:
            known = {option[key]: option["value"] for key in ("label", "value") for option in select["options"]}
            if any(value not in known for value in values):
                raise PersonError(f"The select offers {sorted(known)}, not {list(values)}.")
            return self._use(seen, select, {"values": [known[value] for value in values]}, select["custom_id"])
        filling = Filling(self.world, seen.raw.channel)
        chosen = [filling.picked(select["type"], value) for value in values]
        return self._use(seen, select, {"values": chosen, "resolved": filling.resolved}, select["custom_id"])


def _command_data(command: Json, path: list[Json], options: list[Json], filling: Filling) -> Json:
    for part in reversed(path):
        options = [{"name": part["name"], "type": part["type"], "options": options}]
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    data |= {"resolved": filling.resolved} if filling.resolved else {}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})

"""Setting the stage: persons, guilds, channels, and what happens in them without the bot."""

from collections.abc import Iterable

from limner.tests.fakes.discord.about import guild_create, guild_json
from limner.tests.fakes.discord.files import UPLOAD_MOST_BYTES
from limner.tests.fakes.discord.people import Person
from limner.tests.fakes.discord.permissions import BITS, BOT, bits
from limner.tests.fakes.discord.places import PUBLIC_THREAD, TEXT, Channel, Guild, Member, User
from limner.tests.fakes.discord.rendering import tell_deleted
from limner.tests.fakes.discord.seen import Seen, look
from limner.tests.fakes.discord.world import World


class Stage:
    """What a test may set up and let happen; the bot is told as far as it may hear."""

    def __init__(self, world: World) -> None:
        self.world = world

    def person(
        self, name: str = "ann", *, locale: str = "en-US", takes_dms: bool = True, installed: bool = False
    ) -> Person:
        """Make a person, or find the one with this name; `installed` has the app for themselves, wherever they go."""
        known = next((user for user in self.world.users.values() if user.username == name), None)
        user = known or User(self.world.ids.new(), name, locale=locale, takes_dms=takes_dms, installed=installed)
        self.world.users[user.id] = user
        return Person(self.world, user)

    def guild(
        self,
        name: str = "Studio",
        members: Iterable[Person] = (),
        *,
        channels: Iterable[str] = ("general",),
        bot_may: Iterable[str] = BOT,
        installed: bool = True,
        upload_most: int = UPLOAD_MOST_BYTES,
        id_: int | None = None,
    ) -> Guild:
        """Make a guild, with the bot in it where it is `installed`."""
        guild = Guild(id_ or self.world.ids.new(), name, installed, upload_most, bot_role=self.world.ids.new())
        guild.bot_may = bits(bot_may)
        for channel in channels:
            self.channel(guild, channel)
        for person in members:
            guild.members[person.id] = Member(person.user, self.world.now())
        guild.owner_id = next(iter(guild.members), 0)
        self.world.guilds[guild.id] = guild
        if installed:
            self.world.sessions.tell("GUILD_CREATE", guild_create(self.world, guild), guild.id, "GUILDS")
        return guild

    def channel(self, guild: Guild, name: str) -> Channel:
        """Find a text channel by its name, or make it."""
        known = next((channel for channel in guild.channels.values() if channel.name == name), None)
        if known is not None:
            return known
        channel = Channel(self.world.ids.new(), TEXT, name, guild)
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        if guild.id in self.world.guilds and guild.installed:
            self.world.sessions.tell("CHANNEL_CREATE", channel.json(), guild.id, "GUILDS")
        return channel

    def threads(self, channel: Channel) -> list[Channel]:
        """List the threads of a channel, oldest first."""
        return [each for each in self.world.channels.values() if each.parent is channel]

    def thread(self, channel: Channel, name: str, by: Person) -> Channel:
        """Have a person start a thread."""
        assert channel.guild is not None
        thread = Channel(self.world.ids.new(), PUBLIC_THREAD, name, channel.guild, channel, owner_id=by.id)
        thread.created_at = self.world.now()
        self.world.channels[thread.id] = thread
        told = thread.json() | {"newly_created": True}
        self.world.sessions.tell("THREAD_CREATE", told, channel.guild.id, "GUILDS")
        return thread

    def let(self, guild: Guild, person: Person, *permissions: str) -> None:
        """Let a member do more than everybody may."""
        guild.members[person.id].extra |= bits(permissions)

    def let_bot(self, guild: Guild, *permissions: str) -> None:
        """Let the bot do more in a guild."""
        self._role_update(guild, guild.bot_may | bits(permissions))

    def forbid_bot(self, guild: Guild, *permissions: str) -> None:
        """Let the bot do less in a guild."""
        self._role_update(guild, guild.bot_may & ~bits(permissions))

    def _role_update(self, guild: Guild, bot_may: int) -> None:
        guild.bot_may = bot_may
        role = guild_json(self.world, guild)["roles"][1]
        told = {"guild_id": str(guild.id), "role": role}
        self.world.sessions.tell("GUILD_ROLE_UPDATE", told, guild.id, "GUILDS")

    def deny(self, channel: Channel, *permissions: str) -> None:
        """Keep the bot from doing something in a channel."""
        assert channel.guild is not None
        channel.denied |= bits(permissions)
        if channel.may(self.world.me) & BITS["VIEW_CHANNEL"]:
            self.world.sessions.tell("CHANNEL_UPDATE", channel.json(), channel.guild.id, "GUILDS")
        else:
            self.world.sessions.tell("CHANNEL_DELETE", channel.json(), channel.guild.id, "GUILDS")

    def delete_channel(self, channel: Channel) -> None:
        """Take a channel or a thread away."""
        assert channel.guild is not None
        self.world.channels.pop(channel.id, None)
        channel.guild.channels.pop(channel.id, None)
        event = "CHANNEL_DELETE" if channel.kind == TEXT else "THREAD_DELETE"
        self.world.sessions.tell(event, channel.json(), channel.guild.id, "GUILDS")

    def delete_message(self, channel: Channel, message_id: int) -> None:
        """Have a moderator take a message away."""
        tell_deleted(self.world, channel.messages.pop(message_id))

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Have a moderator archive a thread, or time do it; `locked` it is not opened by writing."""
        thread.archived, thread.locked, thread.archived_at = True, locked, self.world.now()
        assert thread.guild is not None
        self.world.sessions.tell("THREAD_UPDATE", thread.json(), thread.guild.id, "GUILDS")

    def join(self, guild: Guild, person: Person) -> None:
        """Have somebody join a guild."""
        member = guild.members[person.id] = Member(person.user, self.world.now())
        told = member.json() | {"guild_id": str(guild.id)}
        self.world.sessions.tell("GUILD_MEMBER_ADD", told, guild.id, "GUILD_MEMBERS")

    def leave(self, guild: Guild, person: Person) -> None:
        """Have somebody leave a guild; the bot is told only with the intent for it."""
        del guild.members[person.id]
        told = {"guild_id": str(guild.id), "user": person.user.json()}
        self.world.sessions.tell("GUILD_MEMBER_REMOVE", told, guild.id, "GUILD_MEMBERS")

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out of a guild."""
        guild.installed = False
        self.world.sessions.tell("GUILD_DELETE", {"id": str(guild.id)}, guild.id, "GUILDS")

    def messages(self, channel: Channel) -> list[Seen]:
        """Everything in a channel that everybody sees, oldest first."""
        return look(self.world, channel)

    def turn_clock(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self.world.clock.turn(seconds)

"""A strict Discord of our own, wire level: knows neither limner nor any client library.

`async with DiscordServer() as server:` gives `api_base` and `gateway_url` for a bot, `guild()` and `person()` for those
who talk to it, faults on command, a clock to turn, and a record of every call. Contents, in the order of a call:
endpoint, wire, routes, then callbacks, followups, messages, channels, commands, events and about; gateway and sessions
are what the bot hears; people, filling, asking and seen are the persons' side.
"""

from limner.tests.fakes.discord.asking import Asked
from limner.tests.fakes.discord.calls import Call
from limner.tests.fakes.discord.endpoint import DOWNLOAD
from limner.tests.fakes.discord.errors import PersonError
from limner.tests.fakes.discord.files import Upload
from limner.tests.fakes.discord.people import Person
from limner.tests.fakes.discord.places import Channel, Guild
from limner.tests.fakes.discord.seen import Seen
from limner.tests.fakes.discord.server import TOKEN, DiscordServer

__all__ = [
    "DOWNLOAD",
    "TOKEN",
    "Asked",
    "Call",
    "Channel",
    "DiscordServer",
    "Guild",
    "Person",
    "PersonError",
    "Seen",
    "Upload",
]

"""A strict Bot API server of our own, wire level: knows neither limner nor any client library.

`async with TelegramServer() as server:` gives `api_base` and `file_base` for a bot, `person()` and `group()` for those
who talk to it, faults on command, and a record of every call. Contents, in the order of a call: endpoint, wire,
methods, then sending, editing, answering and about; voice, pressing, people and seen are the persons' side.
"""

from limner.tests.fakes.telegram.calls import Call
from limner.tests.fakes.telegram.endpoint import DOWNLOAD
from limner.tests.fakes.telegram.errors import PersonError
from limner.tests.fakes.telegram.people import Group, Person
from limner.tests.fakes.telegram.pressing import Press
from limner.tests.fakes.telegram.seen import Button, Seen
from limner.tests.fakes.telegram.server import TOKEN, TelegramServer
from limner.tests.fakes.telegram.voice import Voice

__all__ = [
    "DOWNLOAD",
    "TOKEN",
    "Button",
    "Call",
    "Group",
    "Person",
    "PersonError",
    "Press",
    "Seen",
    "TelegramServer",
    "Voice",
]

"""The operator's view of the people in storage: who there is, and how many portraits each has left."""

from dataclasses import dataclass
from datetime import datetime

from limner.deploy.errors import UserMistakeError
from limner.storage import Balance, Entry, Storage, User
from limner.storage.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one platform, with their account."""

    id: str
    platform: str
    platform_id: str
    balance: Balance


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger in an operator's words: `amount` portraits were `what`, for `why`."""

    at: datetime
    what: str
    amount: int
    why: str


_MOVES = {"reserve": "reserved", "commit": "spent", "refund": "refunded", "withdraw": "taken back"}
_GIFTS = {
    "free": "granted to begin with",
    "daily": "granted daily",
    "returned": "kept from before",
    "payment": "bought",
    "operator": "granted by operator",
    "given-back": "given back",
}


async def everybody(storage: Storage) -> list[Person]:
    """List all people, the oldest first, each with the account as it last changed."""
    balances = await storage.quota.balances()
    # Who has no account here has come since the accounts were read.
    return [_person(user, balances[user.id]) for user in await storage.users.everybody() if user.id in balances]


async def person_called(storage: Storage, name: str) -> Person:
    """Find a person by id, or by platform and account as in `telegram:4711`; raise UserMistakeError where none is.

    The account is today's: free portraits that are due are in it.
    """
    platform, colon, platform_id = name.partition(":")
    try:
        user = await (storage.users.find(platform, platform_id) if colon else storage.users.get(name))
        if user is not None:
            return _person(user, await storage.quota.balance(user.id))
    except NotFoundError:
        pass  # no such id, or forgotten in this moment
    raise UserMistakeError(f"Nobody here is called {name!r}. `limner quota` lists everybody.")


async def history(storage: Storage, person: Person, newest: int) -> list[Line]:
    """List the newest lines of somebody's ledger, the newest last."""
    return [_line(entry) for entry in await storage.quota.history(person.id, newest)]


def _line(entry: Entry) -> Line:
    """Read what an entry was for in its key: a request, or a word and what it is about."""
    word, _, rest = entry.key.partition(":")
    why = rest.removeprefix(entry.user_id).removeprefix(":") if rest else word
    if entry.kind != "grant":
        return Line(entry.at, _MOVES[entry.kind], entry.amount, why)
    if word == "free" and why:
        word = "daily"
    return Line(entry.at, _GIFTS.get(word, "granted"), entry.amount, why)


def _person(user: User, balance: Balance) -> Person:
    return Person(user.id, user.platform, user.platform_id, balance)

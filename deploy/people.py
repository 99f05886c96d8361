"""The operator's view of the people in storage: who there is, and how many portraits each has left."""

from dataclasses import dataclass

from limner.deploy.errors import UserMistakeError
from limner.storage import Balance, Storage, User
from limner.storage.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one platform, with their account."""

    id: str
    platform: str
    platform_id: str
    balance: Balance


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


def _person(user: User, balance: Balance) -> Person:
    return Person(user.id, user.platform, user.platform_id, balance)

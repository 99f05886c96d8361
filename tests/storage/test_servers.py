"""Servers: defaults before anything was chosen, the latest choice after it."""

from limner.storage import Server, Storage


async def test_a_server_that_chose_nothing_has_the_defaults(storage: Storage) -> None:
    """Anywhere, everybody, in private, each in their own language."""
    assert await storage.servers.get("discord", "7") == Server("discord", "7", None, None, public=False, language=None)


async def test_the_latest_choice_counts(storage: Storage) -> None:
    """What is put replaces what was there, and nothing of another server's."""
    await storage.servers.put(Server("discord", "7", "70", "71", public=True, language="de"))
    await storage.servers.put(Server("discord", "8", public=True))
    latest = Server("discord", "7", None, "72", public=False, language=None)
    await storage.servers.put(latest)
    assert await storage.servers.get("discord", "7") == latest
    assert (await storage.servers.get("discord", "8")).public

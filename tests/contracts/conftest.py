"""Fixtures of the contract tests: the platforms of the tests, and callers that know only HTTP."""

from limner.tests.fakes.discord.caller import bot, discord_server, rest
from limner.tests.fakes.discord_client import start_client
from limner.tests.fakes.telegram.caller import call, server

__all__ = ["bot", "call", "discord_server", "rest", "server", "start_client"]

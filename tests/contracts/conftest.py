"""Fixtures of the contract tests: the Bot API server of the tests, and a caller that knows only HTTP."""

from limner.tests.fakes.telegram.caller import call, server

__all__ = ["call", "server"]

"""A real shop for each test, whose parts the tests kill."""

from limner.tests.fakes.shop import redis, redis_url, server_url, shop

__all__ = ["redis", "redis_url", "server_url", "shop"]

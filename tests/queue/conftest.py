"""A real Valkey server for all tests of this folder, emptied before each."""

from limner.tests.fakes.shop import redis, redis_url, server_url, shop

__all__ = ["redis", "redis_url", "server_url", "shop"]

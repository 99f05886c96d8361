"""A real Valkey server for all tests of this folder, emptied before each."""

from limner.tests.fakes.shop import redis, redis_url, server_url, shop, shop_on_postgresql

__all__ = ["redis", "redis_url", "server_url", "shop", "shop_on_postgresql"]

"""A real Valkey server for all tests of this folder, emptied before each, and a real PostgreSQL for some."""

from limner.tests.fakes.postgresql import cluster, postgresql_url
from limner.tests.fakes.shop import redis, redis_url, server_url, shop, shop_on_postgresql

__all__ = ["cluster", "postgresql_url", "redis", "redis_url", "server_url", "shop", "shop_on_postgresql"]

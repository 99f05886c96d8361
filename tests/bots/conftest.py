"""A conversation over real storage and a queue in memory, and a person to hold it with."""

from limner.tests.fakes.talk import conversation, migrated, queue, storage, talk

__all__ = ["conversation", "migrated", "queue", "storage", "talk"]

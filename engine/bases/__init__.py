"""Base models before they are loaded: what they are, where they lie, what they weigh. Loads no torch."""

from limner.engine.bases.families import FAMILIES, Family, family_of
from limner.engine.bases.find import EMBEDDED, NANO, find_base

__all__ = ["EMBEDDED", "FAMILIES", "NANO", "Family", "family_of", "find_base"]

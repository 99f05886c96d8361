"""Discord's numbers: what one message may hold, and how long an interaction may be answered.

From https://discord.com/developers/docs/interactions/receiving-and-responding and
https://discord.com/developers/docs/resources/message. Discord does not tell a bot when it changes them.
"""

__all__ = [
    "ABOUT",
    "AVATAR_BYTES",
    "AVATAR_SIDE",
    "CHOICES",
    "CUSTOM_ID",
    "EDIT_PAUSE_S",
    "FILES",
    "FILE_BYTES",
    "LABEL",
    "TEXT",
    "WAY_S",
]

TEXT = 2000
FILES = 10
CUSTOM_ID = 100
CHOICES = 25
"""Options of a menu, and rows of an autocompletion."""
LABEL = 45
"""Characters of a form's title and of its labels."""
ABOUT = 100
"""Characters of a command's or an option's description."""

FILE_BYTES = 10 * 2**20
"""What may be uploaded where nothing else is said: in direct messages, and in servers without boosts."""

AVATAR_SIDE = 1024
AVATAR_BYTES = 4 * 2**20
"""What an avatar gets: as many pixels as Discord shows, and well below what it takes for one (8 MB)."""

WAY_S = 15 * 60 - 20.0
"""How long an interaction's token is taken for alive: a quarter of an hour, less what an upload may take."""

EDIT_PAUSE_S = 5.0
"""Between two edits that only show progress."""

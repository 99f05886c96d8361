"""How limner's processes log: one line an event on standard error, without anybody's face, words or token."""

import logging

# httpx writes the address of every request at INFO, and a Telegram address holds the bot's token. discord.py writes at
# DEBUG the addresses that hold tokens of interactions, and at INFO what nobody waits for.
QUIET = ("httpx", "httpcore", "aiohttp.access", "alembic", "PIL", "discord")


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error with time, level and the module that speaks."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

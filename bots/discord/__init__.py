"""The Discord bot. Everything here translates and paces; the conversation decides.

In: Discord's interactions come through discord.py (`slash` lists the commands, `messages.views` hears buttons); `forms`
answers those that want a form; `updates` writes the others down before it acknowledges them, and handles one person's
in order and everybody's side by side; `handlers` names who takes care of each: `commands`, `presses`. `asking` leads
from a wish (`wishes`) over consent and photos to a request; `rules` is what a server's administrators have chosen.

Out: `ladder` finds a way to a person, since an interaction can be answered for a quarter of an hour only; `progress`
keeps the one message that is edited; `door` and `results` bring what lies in the outbox; `messages` renders, and makes
the calls.

Avatar events: `event_slash` and `hosting` for who holds one, `event_forms` and `joining` for who takes part, `stage`
for what the server sees.

`bot` puts all of it together.
"""

from limner.bots.discord.bot import DiscordBot, create_bot

__all__ = ["DiscordBot", "create_bot"]

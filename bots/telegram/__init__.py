"""The Telegram bot. Everything here translates and paces; the conversation decides.

In: `polling` and `webhook` bring updates from Telegram; `updates` writes them down before anything else, tells what
they say and handles one person's in order and everybody's side by side; `handlers` names who takes care of each:
`commands`, `presses`, `checkout`, `groups`.

Out: `answers` makes messages of replies; `board` and `progress` keep the two messages that are edited; `door` and
`results` bring what lies in the outbox; `messages` renders, and makes each call at the pace that Telegram allows.

`application` puts all of it together.
"""

from limner.bots.telegram.application import TelegramApplication, build_application

__all__ = ["TelegramApplication", "build_application"]

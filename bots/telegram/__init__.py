"""The Telegram bot. Everything here translates and paces; the conversation decides.

In: `polling` and `webhook` bring updates from Telegram; `reception` writes them down before anything else; `dispatch`
handles one person's in order and everybody's side by side; `translate` and `fetch` tell what an update says and get its
photo; `handlers` names who takes care of it: `commands`, `presses`, `checkout`, `groups`.

Out: `answers` and `render` make messages of replies; `board` and `progress` keep the two messages that are edited;
`door` and `results` bring what lies in the outbox; `sender` makes each call at the pace that `pacer` allows.

`application` puts all of it together.
"""

from limner.bots.telegram.application import TelegramApplication, build_application

__all__ = ["TelegramApplication", "build_application"]

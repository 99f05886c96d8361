"""What the commands of a private chat do: the table of them, and the list that Telegram shows."""

from collections.abc import Awaitable, Callable

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

from limner.bots import events
from limner.bots.telegram.answers import Answers
from limner.bots.telegram.checkout import Checkout
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.groups import Groups
from limner.bots.telegram.hosting import help_text
from limner.bots.telegram.stage import EVENT_LINK
from limner.bots.telegram.updates.incoming import Command, Incoming
from limner.bots.words import FALLBACK, LANGUAGES, Words
from limner.storage.users import User

__all__ = ["Commands", "set_commands"]

SPOKEN: dict[str, Callable[[], events.Event]] = {
    "new": events.PhotosMoreAsked,
    "styles": events.StylesAsked,
    "status": events.StatusAsked,
    "cancel": events.CancelAsked,
    "quota": events.QuotaAsked,
    "delete": events.ForgetAsked,
}
"""Commands that the conversation answers."""

SAID = {
    "help": "telegram-help",
    "template": "telegram-template",  # without a picture: how it is sent
    "privacy": "telegram-privacy",
    "terms": "telegram-terms",
    "paysupport": "telegram-paysupport",
}
"""Commands that are answered by words alone."""

LISTED = {
    "new": "telegram-command-new",
    "styles": "telegram-command-styles",
    "template": "telegram-command-template",
    "status": "telegram-command-status",
    "cancel": "telegram-command-cancel",
    "quota": "telegram-command-quota",
    "buy": "telegram-command-buy",
    "language": "telegram-command-language",
    "help": "telegram-command-help",
    "privacy": "telegram-command-privacy",
    "terms": "telegram-command-terms",
    "paysupport": "telegram-command-paysupport",
    "delete": "telegram-command-delete",  # at the end, where nobody touches it by mistake
}
LISTED_IN_GROUPS = {"portrait": "telegram-command-portrait", "event": "telegram-command-event"}


class Commands:
    """Does what commands say."""

    def __init__(self, desk: Desk, answers: Answers, groups: Groups, checkout: Checkout) -> None:
        self._desk = desk
        self._answers = answers
        self._groups = groups
        self._checkout = checkout
        self._own: dict[str, Callable[[User, Incoming, Command], Awaitable[object]]] = {
            "start": self._start,
            "language": self._language,
            "buy": self._buy,
            "event": self._event,
        }

    async def obey(self, user: User, incoming: Incoming, command: Command) -> None:
        """Do what a command says; words about the commands for one that there is not."""
        if own := self._own.get(command.name):
            await own(user, incoming, command)
        elif spoken := SPOKEN.get(command.name):
            await self._answers.speak(user, incoming, spoken())
        elif said := SAID.get(command.name):
            await self._answers.say(user, said)
        else:
            await self._answers.say(user, "telegram-no-command")

    async def _start(self, user: User, incoming: Incoming, command: Command) -> None:
        if command.argument.startswith(EVENT_LINK):
            event_id = command.argument.removeprefix(EVENT_LINK)
            await self._answers.speak(user, incoming, events.EventJoined(event_id, incoming.sender.name))
            return
        await self._groups.arrived(user, command.argument)
        await self._answers.speak(user, incoming, events.Started())

    async def _event(self, user: User, incoming: Incoming, command: Command) -> None:
        await self._answers.send(user, help_text(self._desk.renderer(user)))

    async def _language(self, user: User, incoming: Incoming, command: Command) -> None:
        keyboard = self._desk.renderer(user).keyboards.languages()
        await self._answers.say(user, "telegram-language", keyboard=keyboard)

    async def _buy(self, user: User, incoming: Incoming, command: Command) -> None:
        await self._answers.send(user, self._checkout.offer(user))


async def set_commands(bot: Bot) -> None:
    """Tell Telegram which commands there are, in every language, for private chats and for groups."""
    scopes = ((LISTED, BotCommandScopeAllPrivateChats()), (LISTED_IN_GROUPS, BotCommandScopeAllGroupChats()))
    for language in LANGUAGES:
        say = Words(language).say
        for listed, scope in scopes:
            commands = [BotCommand(name, say(text)) for name, text in listed.items()]
            await bot.set_my_commands(commands, scope, language_code=None if language == FALLBACK else language)

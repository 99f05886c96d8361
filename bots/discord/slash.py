"""The commands as Discord lists them: names, options and descriptions in every language, and completion of styles.

What they do is in `commands`; here each only hands its interaction on.
"""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from limner.bots.discord.limits import ABOUT, CHOICES
from limner.bots.phrases import Phrases
from limner.bots.words import FALLBACK, LANGUAGES, Words, closest, named

__all__ = ["INSTALLED", "LISTED", "OPTIONS", "SERVERS", "WordsTranslator", "add_commands", "completions", "localised"]

LISTED = {
    "portrait": ("discord-command-portrait", "discord-about-portrait"),
    "styles": ("discord-command-styles", "discord-about-styles"),
    "status": ("discord-command-status", "discord-about-status"),
    "cancel": ("discord-command-cancel", "discord-about-cancel"),
    "quota": ("discord-command-quota", "discord-about-quota"),
    "language": ("discord-command-language", "discord-about-language"),
    "privacy": ("discord-command-privacy", "discord-about-privacy"),
    "settings": ("discord-command-settings", "discord-about-settings"),
    "delete": ("discord-command-delete", "discord-about-delete"),
}
OPTIONS = {
    "style": ("discord-option-style", "discord-about-style"),
    "template": ("discord-option-template", "discord-about-template"),
    "channel": ("discord-option-channel", "discord-about-channel"),
    "role": ("discord-option-role", "discord-about-role"),
    "public": ("discord-option-public", "discord-about-public"),
    "language": ("discord-option-language", "discord-about-server-language"),
    "reset": ("discord-option-reset", "discord-about-reset"),
}
SELFIE = ("discord-option-selfie", "discord-about-selfie")
PHOTOS = 10

EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
EITHER = app_commands.AppInstallationType(guild=True, user=True)
SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
INSTALLED = app_commands.AppInstallationType(guild=True, user=False)

Interaction = discord.Interaction[Any]


class WordsTranslator(app_commands.Translator):
    """Tells Discord the words of each language from the catalogue: `locale_str`s carry the text's id and number."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Return the words for a locale; None where a language has no catalogue, so that Discord shows English."""
        text, code = string.extras.get("text"), locale.value
        if text is None or code.partition("-")[0] not in LANGUAGES or closest(code) == FALLBACK:
            return None
        return Words(closest(code)).say(text, string.extras["args"])[:ABOUT]


def add_commands(tree: app_commands.CommandTree[Any], phrases: Phrases) -> None:
    """Give a tree the commands; `phrases` names the styles in English."""
    for name in LISTED:
        if name not in {"portrait", "settings"}:
            tree.add_command(_plain(name))
    tree.add_command(_portrait(phrases))
    tree.add_command(_settings())


def completions(phrases: Phrases, typed: str) -> list[app_commands.Choice[str]]:
    """List the styles that fit what was typed so far, those whose title begins with it first."""
    typed = typed.strip().casefold()
    found = [card for card in phrases.styles if typed in card.title.casefold() or typed in card.name.casefold()]
    found.sort(key=lambda card: not card.title.casefold().startswith(typed))
    return [app_commands.Choice(name=card.title[:100], value=card.name[:100]) for card in found[:CHOICES]]


def _plain(name: str) -> app_commands.Command[Any, ..., None]:
    async def run(interaction: Interaction) -> None:
        await interaction.client.take(interaction)

    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=localised(LISTED[name][0]), description=localised(LISTED[name][1]), callback=run
    )
    return _allowed(command, EVERYWHERE, EITHER)


def _portrait(phrases: Phrases) -> app_commands.Command[Any, ..., None]:
    async def run(  # noqa: PLR0913, PLR0917 - an option each, as Discord wants them
        interaction: Interaction,
        style: str,
        selfie1: discord.Attachment | None = None,
        selfie2: discord.Attachment | None = None,
        selfie3: discord.Attachment | None = None,
        selfie4: discord.Attachment | None = None,
        selfie5: discord.Attachment | None = None,
        selfie6: discord.Attachment | None = None,
        selfie7: discord.Attachment | None = None,
        selfie8: discord.Attachment | None = None,
        selfie9: discord.Attachment | None = None,
        selfie10: discord.Attachment | None = None,
        template: discord.Attachment | None = None,
    ) -> None:
        await interaction.client.take(interaction)

    async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return completions(interaction.client.words(interaction.locale.value), typed)

    selfies = {f"selfie{n}": SELFIE for n in range(1, PHOTOS + 1)}
    numbers = {f"selfie{n}": {"n": n} for n in range(1, PHOTOS + 1)}
    texts = {"style": OPTIONS["style"], **selfies, "template": OPTIONS["template"]}
    described = {name: localised(about, **numbers.get(name, {})) for name, (_, about) in texts.items()}
    renamed = {name: localised(text, **numbers.get(name, {})) for name, (text, _) in texts.items()}
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=localised(LISTED["portrait"][0]),
        description=localised(LISTED["portrait"][1]),
        callback=app_commands.rename(**renamed)(app_commands.describe(**described)(run)),
    )
    command.autocomplete("style")(complete)
    return _allowed(command, EVERYWHERE, EITHER)


def _settings() -> app_commands.Command[Any, ..., None]:
    async def run(
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        public: bool | None = None,  # noqa: FBT001 - an option, as Discord wants it
        language: str | None = None,
        reset: bool | None = None,  # noqa: FBT001 - the same
    ) -> None:
        await interaction.client.take(interaction)

    names = ("channel", "role", "public", "language", "reset")
    described = {name: localised(OPTIONS[name][1]) for name in names}
    renamed = {name: localised(OPTIONS[name][0]) for name in names}
    languages = [app_commands.Choice(name=named(code), value=code) for code in LANGUAGES]
    callback = app_commands.choices(language=languages)(app_commands.describe(**described)(run))
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=localised(LISTED["settings"][0]),
        description=localised(LISTED["settings"][1]),
        callback=app_commands.rename(**renamed)(callback),
    )
    command.default_permissions = discord.Permissions(manage_guild=True)
    return _allowed(command, SERVERS, INSTALLED)


def _allowed(
    command: app_commands.Command[Any, ..., None],
    contexts: app_commands.AppCommandContext,
    installs: app_commands.AppInstallationType,
) -> app_commands.Command[Any, ..., None]:
    command.allowed_contexts, command.allowed_installs = contexts, installs
    return command


def localised(text: str, **args: int) -> locale_str:
    """Name words of the catalogue for Discord, which gets them in every language (100 characters at most)."""
    return locale_str(Words().say(text, args)[:ABOUT], text=text, args=args)

"""Application commands: set all at once, for everywhere or for one guild.

Source: https://docs.discord.com/developers/interactions/application-commands.
"""

from typing import Any

from limner.tests.fakes.discord.errors import MisuseError, unknown
from limner.tests.fakes.discord.fields import (
    Check,
    anything,
    boolean,
    form,
    integer,
    listed,
    mapped,
    number,
    one_of,
    snowflake,
    text,
)
from limner.tests.fakes.discord.places import Json
from limner.tests.fakes.discord.world import Ask

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
CHAT_INPUT, ON_USER, ON_MESSAGE = 1, 2, 3
SLASH_MOST, MENU_MOST, WORDS_MOST = 100, 5, 8000
LOCALES = (
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"),
    *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
)
NAME = r"[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}"

_name = text(32, 1, NAME)
_description = text(100, 1)


def _locales(check: Check) -> Check:
    return mapped(one_of(*LOCALES), check)


def choices(value: Any) -> Check:
    """Take at most 25 choices whose values pass a check."""
    return listed(form({"name!": text(100, 1), "value!": value, "name_localizations": _locales(text(100, 1))}), 25)


_OPTION: dict[str, Check] = {
    "type!": integer(1, 11),
    "name!": _name,
    "description!": _description,
    "name_localizations": _locales(_name),
    "description_localizations": _locales(_description),
}
_VALUE = _OPTION | {"required": boolean}
_LENGTHS: dict[str, Check] = {"min_length": integer(0, 6000), "max_length": integer(1, 6000)}
_BOUNDS: dict[str, Check] = {"min_value": number, "max_value": number}
_OPTIONS: dict[str, Check] = {"options": listed(anything, 25)}
VALUES: dict[int, Check] = {STRING: text(100), INTEGER: integer(-(2**53)), NUMBER: number}
FORMS: dict[int, dict[str, Check]] = {
    SUBCOMMAND: _OPTION | _OPTIONS,
    GROUP: _OPTION | _OPTIONS,
    STRING: _VALUE | _LENGTHS | {"choices": choices(VALUES[STRING]), "autocomplete": boolean},
    INTEGER: _VALUE | _BOUNDS | {"choices": choices(VALUES[INTEGER]), "autocomplete": boolean},
    NUMBER: _VALUE | _BOUNDS | {"choices": choices(VALUES[NUMBER]), "autocomplete": boolean},
    CHANNEL: _VALUE | {"channel_types": listed(integer(), 25)},
    **dict.fromkeys((BOOLEAN, USER, ROLE, MENTIONABLE, ATTACHMENT), _VALUE),
}


def _permissions(value: Any, path: str) -> None:
    if isinstance(value, bool) or not str(value).isdigit():
        raise MisuseError(f"{value!r} is no set of permissions.", path, "BITFIELD_TYPE_INVALID")


_COMMAND: dict[str, Check] = {
    "id": snowflake,
    "type": integer(1, 3),
    "name!": text(32, 1),
    "name_localizations": _locales(text(32, 1)),
    "description": text(100),
    "description_localizations": _locales(_description),
    "default_member_permissions": _permissions,
    "dm_permission": boolean,
    "nsfw": boolean,
    "contexts": listed(one_of(0, 1, 2), 3),
    "integration_types": listed(one_of(0, 1), 2),
} | _OPTIONS


def get_commands(ask: Ask) -> list[Json]:
    """Tell the commands of everywhere, or of a guild."""
    return ask.world.commands.get(_scope(ask), [])


def put_commands(ask: Ask) -> list[Json]:
    """Set all commands of everywhere, or of a guild. Raises MisuseError."""
    scope = _scope(ask)
    listed(anything, SLASH_MOST + 2 * MENU_MOST)(ask.values, "")
    for place, command in enumerate(ask.values):
        _check_command(command, str(place))
    _check_counts(ask.values)
    before = {(command["name"], command["type"]): command["id"] for command in ask.world.commands.get(scope, [])}
    made = [_made(ask, command, scope) for command in ask.values]
    for command in made:
        command["id"] = before.get((command["name"], command["type"]), command["id"])
    ask.world.commands[scope] = made
    ask.world.changed.fire()
    return made


def _scope(ask: Ask) -> int | None:
    if ask.id("application_id") != ask.world.me.id:
        raise unknown("application command")
    return ask.guild().id if "guild_id" in ask.call.ids else None


def _made(ask: Ask, command: Json, scope: int | None) -> Json:
    head: Json = {"id": str(ask.world.ids.new()), "application_id": str(ask.world.me.id), "type": CHAT_INPUT}
    head |= {"version": str(ask.world.ids.new()), "nsfw": False, "description": "", "options": []}
    head |= {"default_member_permissions": None, "contexts": None, "integration_types": [0]}
    given = {name: value for name, value in command.items() if value is not None}
    if "default_member_permissions" in given:
        given["default_member_permissions"] = str(given["default_member_permissions"])
    return head | given | ({"guild_id": str(scope)} if scope is not None else {})


def _check_counts(commands: list[Json]) -> None:
    named = [(command.get("type") or CHAT_INPUT, command["name"]) for command in commands]
    if len(set(named)) < len(named):
        raise MisuseError("Application command names must be unique", "", "APPLICATION_COMMANDS_DUPLICATE_NAME")
    for kind, most in ((CHAT_INPUT, SLASH_MOST), (ON_USER, MENU_MOST), (ON_MESSAGE, MENU_MOST)):
        if sum(found == kind for found, _ in named) > most:
            raise MisuseError(f"Maximum number of application commands reached ({most})", code=30032)


def _check_command(command: Any, path: str) -> None:
    form(_COMMAND)(command, path)
    if (command.get("type") or CHAT_INPUT) != CHAT_INPUT:
        if command.get("description") or command.get("options"):
            raise MisuseError("A menu command has no description and no options.", path, "APPLICATION_COMMAND_INVALID")
        return
    _name(command["name"], f"{path}.name")
    _lowercase(command, path)
    _description(command.get("description", ""), f"{path}.description")
    _check_options(command.get("options") or [], f"{path}.options", depth=0)
    if _words(command) > WORDS_MOST:
        raise MisuseError(f"Command exceeds maximum size ({WORDS_MOST})", path, "APPLICATION_COMMAND_TOO_LARGE")


def _lowercase(part: Json, path: str) -> None:
    for name in (part["name"], *(part.get("name_localizations") or {}).values()):
        if name != name.lower():
            raise MisuseError("Command name is invalid: lower case only.", path, "APPLICATION_COMMAND_INVALID_NAME")


def _check_options(options: list[Any], path: str, depth: int) -> None:
    for place, option in enumerate(options):
        here = f"{path}.{place}"
        kind = option.get("type") if isinstance(option, dict) else None
        if kind not in FORMS:
            raise MisuseError("Value is no option type.", f"{here}.type", "BASE_TYPE_CHOICES")
        form(FORMS[kind])(option, here)
        _lowercase(option, here)
        if kind in {SUBCOMMAND, GROUP} and (depth > 1 or (depth == 1 and kind == GROUP)):
            raise MisuseError("Subcommands are nested too deep.", here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID")
        if option.get("autocomplete") and option.get("choices"):
            raise MisuseError("Choices exclude autocomplete.", here, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID")
        _check_options(option.get("options") or [], f"{here}.options", 2 if kind == SUBCOMMAND else depth + 1)
    _check_order(options, path.removesuffix(".options"))


def _check_order(options: list[Json], path: str) -> None:
    names = [option["name"] for option in options]
    if len(set(names)) < len(names):
        raise MisuseError("Option names must be unique", path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS")
    nested = [option["type"] in {SUBCOMMAND, GROUP} for option in options]
    if any(nested) and not all(nested):
        raise MisuseError("Subcommands exclude other options", path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        what = "Required options must be placed before non-required options"
        raise MisuseError(what, path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID")


def _words(part: Json) -> int:
    own = len(part["name"]) + len(part.get("description") or "")
    chosen = sum(len(choice["name"]) + len(str(choice["value"])) for choice in part.get("choices") or [])
    return own + chosen + sum(map(_words, part.get("options") or []))

"""Methods about the bot, its updates, its chats and its files."""

import json
import re
from collections.abc import Awaitable
from typing import Any

from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.errors import ApiError, MisuseError, bad_request
from limner.tests.fakes.telegram.updates import ANSWER_MOST
from limner.tests.fakes.telegram.world import Ask, Webhook

COMMANDS_MOST = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION_MOST = 256
WIDE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
SCOPES = frozenset({*WIDE_SCOPES, "chat", "chat_administrators", "chat_member"})


def get_me(ask: Ask) -> Json:
    """Tell who the bot is."""
    able = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return ask.world.me.json() | able | {"can_connect_to_business": False, "has_main_web_app": False}


def get_updates(ask: Ask) -> Awaitable[list[Json]]:
    """Wait for updates; see `Updates.poll`."""
    if ask.world.webhook.url:
        what = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        raise ApiError(409, f"Conflict: {what}")
    ask.world.updates.allow(ask.get("allowed_updates"))
    limit = min(max(ask.get("limit", ANSWER_MOST), 1), ANSWER_MOST)
    return ask.world.updates.poll(ask.get("offset", 0), limit, min(ask.get("timeout", 0), 50))


def set_webhook(ask: Ask) -> bool:
    """Have updates pushed to an address; unlike Telegram this server takes plain http on this machine."""
    secret = ask.get("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise MisuseError("secret token contains unallowed characters")
    if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]|$", ask.values["url"]):
        raise MisuseError("bad webhook: an HTTPS URL must be provided for webhook")
    ask.world.updates.allow(ask.get("allowed_updates"))
    return _hook(ask, Webhook(ask.values["url"], secret))


def delete_webhook(ask: Ask) -> bool:
    """Have updates pushed no more."""
    return _hook(ask, Webhook())


def _hook(ask: Ask, webhook: Webhook) -> bool:
    if ask.get("drop_pending_updates"):
        ask.world.updates.drop()
    ask.world.webhook = webhook
    ask.world.updates.arrived.fire()
    return True


def get_webhook_info(ask: Ask) -> Json:
    """Tell where updates are pushed to and how many wait."""
    world = ask.world
    found: Json = {"url": world.webhook.url, "has_custom_certificate": False}
    found["pending_update_count"] = len(world.updates.pending)
    return found | ({"last_error_message": world.webhook.last_error} if world.webhook.last_error else {})


def get_chat(ask: Ask) -> Json:
    """Tell about a chat."""
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return ask.chat().json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_administrators(ask: Ask) -> list[Json]:
    """Tell who runs a group: here its owner, if it has one; 400 for a private chat."""
    chat = ask.chat()
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    owner = ask.world.people.get(chat.owner or 0)
    return [] if owner is None else [{"status": "creator", "user": owner.json(), "is_anonymous": False}]


def get_file(ask: Ask) -> Json:
    """Tell the path of a file of at most 20 MB."""
    return ask.world.files.publish(ask.values["file_id"])


def set_my_commands(ask: Ask) -> bool:
    """Set the commands of a scope and language."""
    commands = ask.values["commands"]
    if len(commands) > COMMANDS_MOST:
        raise MisuseError("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    ask.world.commands[_scope(ask)] = commands
    return True


def delete_my_commands(ask: Ask) -> bool:
    """Forget the commands of a scope and language."""
    ask.world.commands.pop(_scope(ask), None)
    return True


def get_my_commands(ask: Ask) -> list[Json]:
    """Tell the commands of a scope and language."""
    return ask.world.commands.get(_scope(ask), [])


def _check_command(command: Any) -> None:
    if not isinstance(command, dict) or command.keys() - {"command", "description", "is_ephemeral"}:
        raise MisuseError("can't parse BotCommand")
    if not COMMAND.fullmatch(command.get("command", "")):
        raise MisuseError("BOT_COMMAND_INVALID")
    if not 1 <= len(command.get("description", "")) <= DESCRIPTION_MOST:
        raise MisuseError("BOT_COMMAND_DESCRIPTION_INVALID")


def _scope(ask: Ask) -> tuple[str, str]:
    scope = ask.get("scope", {"type": "default"})
    if scope.get("type") not in SCOPES:
        raise MisuseError("can't parse BotCommandScope")
    language = ask.get("language_code", "")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise MisuseError("LANG_CODE_INVALID")
    name = scope["type"] if len(scope) == 1 else json.dumps(scope, sort_keys=True)
    return name, language

"""What comes after the first answer, by the interaction's token: more messages, edits, deletions, for fifteen minutes.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages.
"""

from limner.tests.fakes.discord.callbacks import answer
from limner.tests.fakes.discord.content import ANSWER, BASE, apply, read_draft
from limner.tests.fakes.discord.errors import ApiError, MisuseError, invalid_token, unknown
from limner.tests.fakes.discord.fields import Check, anything
from limner.tests.fakes.discord.places import LOADING, Json, Message
from limner.tests.fakes.discord.rendering import message_json, tell_deleted, tell_message
from limner.tests.fakes.discord.world import Ask, Interaction

# For an app that only its user has installed, not the guild.
OUTSIDE_MOST = 5
FOLLOWUP: dict[str, Check] = ANSWER
EDIT: dict[str, Check] = BASE | {"tts": anything}


def create_followup(ask: Ask) -> Json:
    """Write one more message; the first after a deferred answer becomes that answer. Raises ApiError."""
    interaction = _open(ask)
    waiting = interaction.original
    if waiting is not None and waiting.flags & LOADING and waiting.id in waiting.channel.messages:
        return _edit(ask, interaction, waiting)
    outside = interaction.channel.guild is not None and "0" not in interaction.owners
    if outside and len(interaction.followups) >= OUTSIDE_MOST:
        raise ApiError(400, 40094, "This interaction has reached its maximum number of follow up messages")
    draft = read_draft(ask.values, ask.uploads, interaction.size_limit)
    message = answer(ask.world, interaction, draft.flags)
    apply(ask.world, draft, message)
    interaction.followups.append(message)
    interaction.channel.messages[message.id] = message
    tell_message(ask.world, "MESSAGE_CREATE", message)
    return message_json(ask.world, message)


def get_followup(ask: Ask) -> Json:
    """Read one of the answers. Raises ApiError."""
    interaction = _open(ask)
    return message_json(ask.world, _find(ask, interaction))


def edit_followup(ask: Ask) -> Json:
    """Edit one of the answers, also one that only one person sees. Raises ApiError and MisuseError."""
    interaction = _open(ask)
    return _edit(ask, interaction, _find(ask, interaction))


def delete_followup(ask: Ask) -> None:
    """Take one of the answers away. Raises ApiError."""
    message = _find(ask, _open(ask))
    del message.channel.messages[message.id]
    tell_deleted(ask.world, message)


def _open(ask: Ask) -> Interaction:
    if ask.id("application_id") != ask.world.me.id:
        raise unknown("Webhook")
    interaction = ask.world.interactions.get(ask.call.ids["interaction_token"])
    if interaction is None or ask.world.now() - interaction.asked_at > ask.world.token_life_s:
        raise invalid_token()
    if interaction.answer is None:
        raise unknown("Webhook")
    return interaction


def _find(ask: Ask, interaction: Interaction) -> Message:
    wanted = ask.call.ids["message_id"]
    known = [interaction.original] if wanted == "@original" else [interaction.original, *interaction.followups]
    for message in known:
        if message is not None and wanted in {"@original", str(message.id)} and message.id in message.channel.messages:
            return message
    if wanted != "@original" and not wanted.isdigit():
        raise MisuseError(f"Value {wanted!r} is not snowflake.", "message_id", "NUMBER_TYPE_COERCE")
    raise unknown("Message")


def _edit(ask: Ask, interaction: Interaction, message: Message) -> Json:
    draft = read_draft(ask.values, ask.uploads, interaction.size_limit, message)
    apply(ask.world, draft, message)
    if not message.flags & LOADING:
        message.edited_at = ask.world.now()
    message.flags &= ~LOADING
    tell_message(ask.world, "MESSAGE_UPDATE", message)
    return message_json(ask.world, message)

"""The first answer to an interaction: in three seconds, once, and of a kind that fits.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response.
"""

from typing import Any

from limner.tests.fakes.discord.commands import VALUES, choices
from limner.tests.fakes.discord.content import ANSWER, apply, read_draft
from limner.tests.fakes.discord.errors import ApiError, MisuseError, unknown
from limner.tests.fakes.discord.fields import Check, anything, form, integer, one_of
from limner.tests.fakes.discord.modals import read_modal
from limner.tests.fakes.discord.permissions import BITS
from limner.tests.fakes.discord.places import COMMAND, EPHEMERAL, LOADING, REPLY, Json, Message
from limner.tests.fakes.discord.rendering import message_json, tell_message
from limner.tests.fakes.discord.world import Ask, Interaction, World

PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
ON_COMMAND, ON_COMPONENT, ON_TYPING, ON_MODAL = 2, 3, 4, 5
# Which answers fit which interactions; those to a component fit a modal too that a component has opened.
FITTING = {
    ON_COMMAND: (MESSAGE, DEFERRED, MODAL),
    ON_COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    ON_TYPING: (CHOICES,),
    ON_MODAL: (MESSAGE, DEFERRED),
}
CALLBACK: dict[str, Check] = {"type!": one_of(PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL)}
CALLBACK |= {"data": anything}


def create_callback(ask: Ask) -> Json | None:
    """Answer an interaction. Raises ApiError and MisuseError; after a refusal it may be answered still."""
    interaction = _open(ask)
    kind = ask.values["type"]
    _check_fitting(interaction, kind)
    data = ask.get("data", {})
    ask.call.files = {upload.name: len(upload.data) for upload in ask.uploads.values()}
    message = ANSWERS[kind](ask, interaction, data)
    interaction.answer, interaction.answered_at = kind, ask.world.now()
    ask.world.changed.fire()
    if ask.call.query.get("with_response", "").lower() not in {"1", "true"}:
        return None
    return _told(ask.world, interaction, message)


def _open(ask: Ask) -> Interaction:
    interaction = ask.world.interactions.get(ask.call.ids["interaction_token"])
    if interaction is None or interaction.id != ask.id("interaction_id"):
        raise unknown("interaction")
    if interaction.answer is not None:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    if ask.world.now() - interaction.asked_at > ask.world.answer_within_s:
        raise unknown("interaction")
    return interaction


def _check_fitting(interaction: Interaction, kind: int) -> None:
    fitting = FITTING[interaction.kind]
    if interaction.kind == ON_MODAL and interaction.source is not None:
        fitting = (*fitting, DEFERRED_UPDATE, UPDATE)
    if kind not in fitting:
        raise MisuseError(f"Value must be one of {fitting} here.", "type", "INTERACTION_CALLBACK_TYPE_INVALID")


def answer(world: World, interaction: Interaction, flags: int) -> Message:
    """Make an answer without content, seen by all or, with the flag, by the one who asked."""
    channel, user = interaction.channel, interaction.user
    message = Message(world.ids.new(), channel, world.me, world.now(), kind=COMMAND)
    if interaction.kind != ON_COMMAND:
        message.kind, message.reference = REPLY, interaction.source
    outside = channel.guild is not None and "0" not in interaction.owners
    hushed = outside and not channel.may(user) & BITS["USE_EXTERNAL_APPS"]
    if flags & EPHEMERAL or hushed:
        message.only_for, message.flags = user.id, EPHEMERAL
    message.metadata = {"id": str(interaction.id), "type": interaction.kind, "user": user.json()}
    message.metadata |= {"authorizing_integration_owners": interaction.owners}
    return message


def _message(ask: Ask, interaction: Interaction, data: Json) -> Message:
    form(ANSWER)(data, "data")
    draft = read_draft(data, ask.uploads, interaction.size_limit)
    message = answer(ask.world, interaction, draft.flags)
    apply(ask.world, draft, message)
    return _placed(ask.world, interaction, message)


def _deferred(ask: Ask, interaction: Interaction, data: Json) -> Message:
    form({"flags": integer()})(data, "data")
    if data.get("flags", 0) & ~EPHEMERAL:
        raise MisuseError("Only EPHEMERAL can be set here.", "data.flags", "BITFIELD_TYPE_INVALID")
    message = answer(ask.world, interaction, data.get("flags", 0))
    message.flags |= LOADING
    return _placed(ask.world, interaction, message)


def _placed(world: World, interaction: Interaction, message: Message) -> Message:
    interaction.original = message
    interaction.channel.messages[message.id] = message
    tell_message(world, "MESSAGE_CREATE", message)
    return message


def _deferred_update(ask: Ask, interaction: Interaction, data: Json) -> Message | None:
    form({})(data, "data")
    interaction.original = interaction.source
    return interaction.source


def _update(ask: Ask, interaction: Interaction, data: Json) -> Message | None:
    form(ANSWER)(data, "data")
    source = interaction.source
    assert source is not None
    if source.id not in source.channel.messages:
        raise unknown("Message")
    apply(ask.world, read_draft(data, ask.uploads, interaction.size_limit, source), source)
    source.edited_at = ask.world.now()
    interaction.original = source
    tell_message(ask.world, "MESSAGE_UPDATE", source)
    return source


def _choices(ask: Ask, interaction: Interaction, data: Json) -> None:
    form({"choices!": choices(VALUES[interaction.typing])})(data, "data")
    interaction.choices = data["choices"]


def _modal(ask: Ask, interaction: Interaction, data: Json) -> None:
    interaction.modal = read_modal(data)


ANSWERS: dict[int, Any] = {
    MESSAGE: _message,
    DEFERRED: _deferred,
    DEFERRED_UPDATE: _deferred_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


def _told(world: World, interaction: Interaction, message: Message | None) -> Json:
    found: Json = {"id": str(interaction.id), "type": interaction.kind}
    resource: Json = {"type": interaction.answer}
    if message is not None:
        found |= {"response_message_id": str(message.id), "response_message_loading": bool(message.flags & LOADING)}
        found |= {"response_message_ephemeral": message.only_for is not None}
        if interaction.answer in {MESSAGE, UPDATE}:
            resource["message"] = message_json(world, message)
    return {"interaction": found, "resource": resource}

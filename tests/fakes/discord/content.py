"""What a message is made of: read from the body of any call that writes one.

Source: https://docs.discord.com/developers/resources/message#create-message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from limner.tests.fakes.discord.components import read_components, walk
from limner.tests.fakes.discord.errors import MisuseError, too_large
from limner.tests.fakes.discord.fields import (
    Check,
    anything,
    boolean,
    form,
    integer,
    listed,
    one_of,
    snowflake,
    text,
)
from limner.tests.fakes.discord.files import Upload
from limner.tests.fakes.discord.places import EPHEMERAL, V2, Json, Message
from limner.tests.fakes.discord.rendering import SCHEME
from limner.tests.fakes.discord.world import World

CONTENT_MOST, FILES_MOST, EMBEDS_MOST, EMBED_WORDS_MOST = 2000, 10, 10, 6000
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12

ATTACHMENT = form(
    {
        "id!": snowflake,
        "filename": text(1024, 1),
        "description": text(1024),
        # What a client sends back of a file that is kept.
        **dict.fromkeys(("url", "proxy_url", "content_type"), text(4096)),
        **dict.fromkeys(("size", "width", "height", "flags"), integer()),
        "spoiler": boolean,
        "ephemeral": boolean,
    }
)
MENTIONS = form(
    {
        "parse": listed(one_of("roles", "users", "everyone"), 3),
        "roles": listed(snowflake, 100),
        "users": listed(snowflake, 100),
        "replied_user": boolean,
    }
)
_URL = form({"url!": text(2048, 1)})
EMBED = form(
    {
        "title": text(256),
        "type": one_of("rich"),
        "description": text(4096),
        "url": text(2048),
        "timestamp": text(64, 10),
        "color": integer(0, 0xFFFFFF),
        "footer": form({"text!": text(2048, 1), "icon_url": text(2048)}),
        "image": _URL,
        "thumbnail": _URL,
        "author": form({"name!": text(256, 1), "url": text(2048), "icon_url": text(2048)}),
        "fields": listed(form({"name!": text(256, 1), "value!": text(1024, 1), "inline": boolean}), 25),
        "flags": integer(),
    }
)
BASE: dict[str, Check] = {
    "content": text(CONTENT_MOST),
    "embeds": listed(EMBED, EMBEDS_MOST),
    "allowed_mentions": MENTIONS,
    "components": anything,
    "attachments": listed(ATTACHMENT, FILES_MOST),
    "flags": integer(),
}
# A callback and a followup take this; what only a message in a channel has stands beside its route.
ANSWER = BASE | {"tts": boolean}


@dataclass(slots=True)
class Draft:
    """What a call wrote; None where it said nothing of it. `kept` are files of before that stay."""

    flags: int
    content: str | None = None
    embeds: list[Json] | None = None
    components: list[Json] | None = None
    kept: list[int] | None = None
    added: tuple[tuple[Upload, str | None], ...] = ()


def read_draft(values: Json, uploads: Mapping[int, Upload], limit: int, before: Message | None = None) -> Draft:
    """Read the content of a new message, or of an edit of the one `before`. Raises ApiError and MisuseError."""
    if any(len(upload.data) > limit for upload in uploads.values()):
        raise too_large()
    flags = values.get("flags") or 0
    new = bool((flags | (before.flags if before else 0)) & V2)
    if flags & ~(EPHEMERAL | V2 | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS):
        raise MisuseError("Only some flags can be set.", "flags", "BITFIELD_TYPE_INVALID")
    draft = Draft(flags)
    if "content" in values:
        draft.content = values["content"] or ""
    if "embeds" in values:
        draft.embeds = _embeds(values["embeds"] or [])
    if "components" in values:
        parts = values["components"]
        draft.components = read_components([] if parts is None else parts, new=new)
    _read_files(draft, values, uploads, before)
    _check_whole(draft, before, new=new)
    return draft


def _embeds(embeds: list[Json]) -> list[Json]:
    def length(embed: Json) -> int:
        inner = [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
        fields = [field[name] for field in embed.get("fields") or [] for name in ("name", "value")]
        return sum(len(part or "") for part in (embed.get("title"), embed.get("description"), *inner, *fields))

    if sum(map(length, embeds)) > EMBED_WORDS_MOST:
        what = f"Embed size exceeds maximum size of {EMBED_WORDS_MOST}"
        raise MisuseError(what, "embeds", "MAX_EMBED_SIZE_EXCEEDED")
    return embeds


def _read_files(draft: Draft, values: Json, uploads: Mapping[int, Upload], before: Message | None) -> None:
    described: dict[int, Json] = {}
    had = before.files if before else []
    if values.get("attachments") is not None:
        draft.kept = []
        for part in values["attachments"]:
            if int(part["id"]) in uploads:
                described[int(part["id"])] = part
            elif int(part["id"]) in had:
                draft.kept.append(int(part["id"]))
            else:
                raise MisuseError(f"No file has the id {part['id']}.", "attachments", "ATTACHMENT_NOT_FOUND")
    draft.added = tuple(
        (
            Upload(described.get(number, {}).get("filename") or upload.name, upload.data),
            described.get(number, {}).get("description"),
        )
        for number, upload in sorted(uploads.items())
    )
    if len(draft.added) + len(had if draft.kept is None else draft.kept) > FILES_MOST:
        raise MisuseError(f"Must be {FILES_MOST} or fewer in length.", "attachments", "BASE_TYPE_MAX_LENGTH")


def _check_whole(draft: Draft, before: Message | None, *, new: bool) -> None:
    content = draft.content if draft.content is not None else before.content if before else ""
    embeds = draft.embeds if draft.embeds is not None else before.embeds if before else []
    components = draft.components if draft.components is not None else before.components if before else []
    had = before.files if before else []
    files = len(draft.added) + len(had if draft.kept is None else draft.kept)
    if new and (content or embeds):
        what = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        raise MisuseError(what, "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
    if not (content.strip() or embeds or components or files):
        raise MisuseError("Cannot send an empty message", code=50006)


def check_references(world: World, message: Message) -> None:
    """Raise MisuseError where a component or an embed names a file that is not there."""
    names = {world.files.get(id_).name for id_ in message.files}
    for url in _urls([message.embeds, *walk(message.components)]):
        if url.startswith(SCHEME) and url.removeprefix(SCHEME) not in names:
            kind = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
            raise MisuseError(f"The referenced attachment {url!r} was not found.", "components", kind)


def _urls(part: Any) -> Iterable[str]:
    if isinstance(part, list):
        for item in part:
            yield from _urls(item)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "url" and isinstance(value, str):
                yield value
            yield from _urls(value)


def apply(world: World, draft: Draft, message: Message) -> None:
    """Write a draft into a message; nothing is changed where it turns out wrong. Raises MisuseError."""
    before = (message.content, message.embeds, message.components, message.files)
    message.content = message.content if draft.content is None else draft.content
    message.embeds = message.embeds if draft.embeds is None else draft.embeds
    message.components = message.components if draft.components is None else draft.components
    kept = message.files if draft.kept is None else draft.kept
    hidden = message.only_for is not None
    message.files = kept + [
        world.files.add(world.ids.new(), message.channel.id, upload, words, ephemeral=hidden)
        for upload, words in draft.added
    ]
    message.flags |= draft.flags & ~EPHEMERAL
    try:
        check_references(world, message)
    except MisuseError:
        message.content, message.embeds, message.components, message.files = before
        raise

"""The Bot API server keeps Telegram's limits: of texts, buttons, albums, pictures, files, and time."""

from typing import Any

import pytest

from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg
from limner.tests.fakes.telegram.errors import MisuseError
from limner.tests.fakes.telegram.files import MB, FileStore, Upload

ANN = 1001
# One letter, two UTF-16 units, four bytes.
CLEF = "\N{MUSICAL SYMBOL G CLEF}"


@pytest.fixture(autouse=True)
def ann(server: TelegramServer) -> None:
    """Have a person to write to."""
    server.person(ANN)


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    """Make a keyboard of one row."""
    return {"inline_keyboard": [list(buttons)]}


def album(count: int, kind: str = "photo") -> dict[str, Any]:
    """Make the parameters of an album of uploads."""
    names = [f"file{number}" for number in range(count)]
    media = [{"type": kind, "media": f"attach://{name}"} for name in names]
    return {"files": {name: jpeg() for name in names}, "chat_id": ANN, "media": str(media).replace("'", '"')}


async def test_a_text_has_1_to_4096_units(call: Caller) -> None:
    """4,096 UTF-16 units pass, one more does not, nor does a text of nothing but space; tags do not count."""
    await call("sendMessage", chat_id=ANN, text=f"<b>{CLEF * 2048}</b>", parse_mode="HTML")
    assert await call.misused("sendMessage", chat_id=ANN, text=CLEF * 2048 + "x") == "Bad Request: message is too long"
    for nothing in (" \n ", "<b> </b>"):
        empty = await call.misused("sendMessage", chat_id=ANN, text=nothing, parse_mode="HTML")
        assert empty == "Bad Request: message text is empty"


async def test_a_caption_has_at_most_1024_units(call: Caller) -> None:
    """1,024 UTF-16 units pass, one more does not."""
    await call("sendPhoto", {"photo": jpeg()}, chat_id=ANN, caption="x" * 1024)
    too_long = await call.misused("sendPhoto", {"photo": jpeg()}, chat_id=ANN, caption="x" * 1025)
    assert too_long == "Bad Request: message caption is too long"


async def test_callback_data_has_1_to_64_bytes(call: Caller) -> None:
    """64 bytes pass, one more does not, nor do none; what counts is bytes."""
    await call("sendMessage", chat_id=ANN, text="Hi", reply_markup=keyboard({"text": "A", "callback_data": "é" * 32}))
    for data in ("é" * 32 + "x", ""):
        markup = keyboard({"text": "A", "callback_data": data})
        refused = await call.misused("sendMessage", chat_id=ANN, text="Hi", reply_markup=markup)
        assert refused == "Bad Request: BUTTON_DATA_INVALID"


@pytest.mark.parametrize(
    "button",
    [
        {"text": "", "callback_data": "a"},
        {"text": "A"},
        {"text": "A", "callback_data": "a", "url": "https://x.y"},
        {"text": "A", "url": "x.y"},
        {"text": "A", "calback_data": "a"},
        "A",
    ],
    ids=str,
)
async def test_a_button_has_words_and_one_action(call: Caller, button: Any) -> None:
    """A button without words, without an action, with two, with an unknown field, or that is none, is refused."""
    await call.misused("sendMessage", chat_id=ANN, text="Hi", reply_markup=keyboard(button))


async def test_a_keyboard_has_at_most_100_buttons_and_8_in_a_row(call: Caller) -> None:
    """What clients do not show is refused."""
    row = [{"text": "A", "callback_data": "a"}] * 8
    await call("sendMessage", chat_id=ANN, text="Hi", reply_markup={"inline_keyboard": [row] * 12})
    for rows in ([row] * 13, [row * 2]):
        await call.misused("sendMessage", chat_id=ANN, text="Hi", reply_markup={"inline_keyboard": rows})


@pytest.mark.parametrize("count", [2, 10])
async def test_an_album_of_2_to_10_is_shown(call: Caller, count: int) -> None:
    """Each item becomes a message, all with one media_group_id."""
    messages = await call("sendMediaGroup", **album(count))
    assert len(messages) == count
    assert len({message["media_group_id"] for message in messages}) == 1


@pytest.mark.parametrize("count", [1, 11])
async def test_an_album_of_fewer_or_more_is_refused(server: TelegramServer, call: Caller, count: int) -> None:
    """One item is no album and eleven are too many; nothing is shown."""
    await call.misused("sendMediaGroup", **album(count))
    assert server.person(ANN).messages == []


async def test_an_album_has_no_keyboard(call: Caller) -> None:
    """An album takes no reply_markup, and none can be put on it later."""
    markup = keyboard({"text": "A", "callback_data": "a"})
    assert "'reply_markup'" in await call.misused("sendMediaGroup", **album(2), reply_markup=str(markup))
    first, _ = await call("sendMediaGroup", **album(2))
    await call.misused("editMessageReplyMarkup", chat_id=ANN, message_id=first["message_id"], reply_markup=markup)


async def test_an_album_is_of_one_kind(call: Caller) -> None:
    """Documents do not go with photos, and other types are not known."""
    assert len(await call("sendMediaGroup", **album(2, "document"))) == 2
    mixed = album(2)
    mixed["media"] = mixed["media"].replace("photo", "document", 1)
    assert "can't be mixed" in await call.misused("sendMediaGroup", **mixed)
    await call.misused("sendMediaGroup", **album(2, "sticker"))


async def test_a_photo_is_a_picture_of_at_most_10_mb(call: Caller) -> None:
    """Ten megabytes pass, one byte more does not, nor does what is no picture."""
    full = jpeg() + bytes(10 * MB - len(jpeg()))
    await call("sendPhoto", {"photo": full}, chat_id=ANN)
    assert "too big for a photo" in await call.misused("sendPhoto", {"photo": full + b"\0"}, chat_id=ANN)
    assert "IMAGE_PROCESS_FAILED" in await call.misused("sendPhoto", {"photo": b"no picture"}, chat_id=ANN)


@pytest.mark.parametrize("width, height, passes", [(200, 10, True), (210, 10, False), (9990, 20, False)])
async def test_a_photo_has_bounded_sides(call: Caller, width: int, height: int, passes: bool) -> None:  # noqa: FBT001
    """Width and height are at most 10,000 together and their ratio at most 20."""
    files = {"photo": jpeg(width, height)}
    if passes:
        await call("sendPhoto", files, chat_id=ANN)
    else:
        assert "PHOTO_INVALID_DIMENSIONS" in await call.misused("sendPhoto", files, chat_id=ANN)


def test_a_photo_of_too_many_pixels_in_width_and_height_is_refused() -> None:
    """The sum of the sides is bounded even where their ratio is harmless."""
    assert FileStore().photo(jpeg(9500, 500))
    with pytest.raises(MisuseError, match="PHOTO_INVALID_DIMENSIONS"):
        FileStore().photo(jpeg(9501, 500))


def test_a_document_has_1_byte_to_50_mb() -> None:
    """Fifty megabytes pass, one byte more does not, nor does an empty file."""
    assert FileStore().document(Upload("a.png", bytes(50 * MB)))["file_size"] == 50 * MB
    with pytest.raises(MisuseError, match="too big"):
        FileStore().document(Upload("a.png", bytes(50 * MB + 1)))
    with pytest.raises(MisuseError, match="non-empty"):
        FileStore().document(Upload("a.png", b""))


async def test_a_body_beyond_all_limits_is_refused(call: Caller) -> None:
    """What is far above 50 MB is refused before it is read."""
    answer = await call.misused("sendDocument", {"document": bytes(61 * MB)}, chat_id=ANN)
    assert answer == "Request Entity Too Large"


async def test_a_file_of_up_to_20_mb_is_told_its_path(server: TelegramServer, call: Caller) -> None:
    """One byte more than 20 MB is refused by getFile, and so are ids that it does not know."""
    for size, described in ((20 * MB, None), (20 * MB + 1, "Bad Request: file is too big")):
        sent = await server.person(ANN).document(bytes(size), "a.heic", "image/heic")
        file_id = server.world.chats[ANN].messages[sent]["document"]["file_id"]
        assert (await call.body("getFile", file_id=file_id)).get("description") == described
    assert "wrong file_id" in await call.refused("getFile", file_id="AgAC")


async def test_a_file_is_sent_again_by_its_id(server: TelegramServer, call: Caller) -> None:
    """Any size stands for its photo; a document is no photo, a photo no document, and an unknown id is nothing."""
    photo = (await call("sendPhoto", {"photo": jpeg(400, 300)}, chat_id=ANN))["photo"]
    document = (await call("sendDocument", {"document": b"x"}, chat_id=ANN))["document"]
    again = await call("sendPhoto", chat_id=ANN, photo=photo[0]["file_id"])
    assert again["photo"] == photo
    assert (await call("sendDocument", chat_id=ANN, document=document["file_id"]))["document"] == document
    assert "as Photo" in await call.refused("sendPhoto", chat_id=ANN, photo=document["file_id"])
    assert "as Document" in await call.refused("sendDocument", chat_id=ANN, document=photo[0]["file_id"])
    assert "wrong file identifier" in await call.refused("sendPhoto", chat_id=ANN, photo="AgAC")
    assert len(server.person(ANN).messages) == 4

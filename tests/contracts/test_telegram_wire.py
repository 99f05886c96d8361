"""The Bot API server reads what the documentation says, and refuses what it does not say."""

import json
from typing import Any

import pytest
from aiohttp import FormData

from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg

ANN = 1001


@pytest.fixture(autouse=True)
def ann(server: TelegramServer) -> None:
    """Have a person to write to."""
    server.person(ANN)


async def test_a_method_that_is_unknown_is_a_problem(call: Caller) -> None:
    """A misspelt method is refused and noted."""
    assert "'sendMesage' is not known" in await call.misused("sendMesage", chat_id=ANN, text="Hi")


async def test_a_parameter_that_is_unknown_is_a_problem(call: Caller) -> None:
    """A parameter that the documentation no longer has, and any other unknown one, is refused and noted."""
    assert "'reply_to_message_id'" in await call.misused("sendMessage", chat_id=ANN, text="Hi", reply_to_message_id=1)
    assert "'caption'" in await call.misused("sendMessage", chat_id=ANN, text="Hi", caption="Hi")


async def test_a_parameter_that_is_missing_is_a_problem(call: Caller) -> None:
    """A required parameter has to be there."""
    assert '"text" is required' in await call.misused("sendMessage", chat_id=ANN)


@pytest.mark.parametrize(
    "parameters",
    [
        {"chat_id": "Ann"},
        {"message_id": "one"},
        {"message_id": True},
        {"text": ["Hi"]},
        {"link_preview_options": "[]"},
        {"entities": "{"},
        {"entities": {}},
    ],
    ids=str,
)
async def test_a_parameter_of_another_type_is_a_problem(call: Caller, parameters: dict[str, Any]) -> None:
    """Every parameter has the documented type."""
    right: dict[str, Any] = {"chat_id": ANN, "message_id": 1, "text": "Hi"}
    await call.misused("editMessageText", **(right | parameters))


async def test_a_boolean_is_a_boolean(call: Caller) -> None:
    """What is neither true nor false is refused."""
    await call.misused("sendMessage", chat_id=ANN, text="Hi", disable_notification="perhaps")


async def test_a_field_that_is_unknown_is_a_problem(call: Caller) -> None:
    """Objects within parameters have only the documented fields too."""
    wrong: list[dict[str, Any]] = [{"link_preview_options": {"disabled": True}}, {"reply_parameters": {"id": 1}}]
    for parameters in wrong:
        assert "has a field" in await call.misused("sendMessage", chat_id=ANN, text="Hi", **parameters)


async def test_a_file_that_nothing_names_is_a_problem(call: Caller) -> None:
    """An upload belongs to a parameter, or an attach:// refers to it; an attach:// without an upload is refused too."""
    assert "'spare'" in await call.misused("sendMessage", {"spare": b"x"}, chat_id=ANN, text="Hi")
    await call.misused("sendPhoto", chat_id=ANN, photo="attach://nothing")


async def test_json_form_and_query_say_the_same(server: TelegramServer, call: Caller) -> None:
    """Parameters may come as JSON, as a form or in the query, with objects as JSON text within the last two."""
    keyboard = {"inline_keyboard": [[{"text": "Done", "callback_data": "v:done"}]]}
    first = await call("sendMessage", chat_id=ANN, text="1", reply_markup=keyboard)
    url, form = f"{server.api_base}{server.token}/sendMessage", {"text": "2", "reply_markup": json.dumps(keyboard)}
    async with call.session.post(url, params={"chat_id": ANN}, data=FormData(form)) as response:
        second = (await response.json())["result"]
    async with call.session.get(url, params={"chat_id": ANN, "text": "3"}) as response:
        third = (await response.json())["result"]
    assert first["reply_markup"] == second["reply_markup"] == keyboard
    assert [first["text"], second["text"], third["text"]] == ["1", "2", "3"]


async def test_another_token_is_unauthorised(server: TelegramServer, call: Caller) -> None:
    """Who has not the token gets a 401, and no file."""
    async with call.session.get(f"{server.api_base}42:wrong/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")
    async with call.session.get(f"{server.file_base}42:wrong/photos/file_0.jpg") as response:
        assert response.status == 401


async def test_every_call_is_recorded(server: TelegramServer, call: Caller) -> None:
    """The record has method, chat, parameters, sizes of files, what came of it, and times that never go back."""
    await call("sendPhoto", {"photo": jpeg()}, chat_id=ANN, caption="Hi")
    await call.refused("sendMessage", chat_id=5, text="Hi")
    photo, text = server.calls
    assert (photo.method, photo.chat_id, photo.status, photo.messages) == ("sendPhoto", ANN, 200, 1)
    assert photo.parameters == {"chat_id": str(ANN), "caption": "Hi"}
    assert photo.files == {"photo": len(jpeg())}
    assert (text.status, text.description, text.messages) == (400, "Bad Request: chat not found", 0)
    assert photo.at <= text.at
    assert server.calls_of("sendPhoto", ANN) == [photo]
    assert server.calls_of("sendPhoto", 5) == []


async def test_a_test_with_problems_fails() -> None:
    """Leaving the server with a problem that nobody has looked at raises AssertionError."""
    server = TelegramServer()
    with pytest.raises(AssertionError, match="sendMesage"):
        async with server:
            server.problems.append("sendMesage: is not known")


HTML_ERRORS = {
    "<b>Hi": 'Can\'t find end tag corresponding to start tag "b"',
    "a < b": "Unclosed start tag at byte offset 2",
    "é<p>": 'Unsupported start tag "p" at byte offset 2',
    "<b>Hi</i>": 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"',
    "Hi</b>": "Unexpected end tag at byte offset 2",
    "<b>Hi</b": "Unclosed end tag at byte offset 5",
    "<span>Hi</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 0',
    "<a href=x y=>Hi</a>": "Unclosed start tag at byte offset 0",
}


@pytest.mark.parametrize("source", HTML_ERRORS)
async def test_html_has_to_be_well_formed(call: Caller, source: str) -> None:
    """What Telegram's parser refuses is refused with its words."""
    described = await call.misused("sendMessage", chat_id=ANN, text=source, parse_mode="HTML")
    assert described == f"Bad Request: can't parse entities: {HTML_ERRORS[source]}"


async def test_html_becomes_text_and_entities(call: Caller) -> None:
    """Tags become entities, whose offsets count UTF-16 units; the four names and numbers are unescaped, no others."""
    source = '\N{MUSICAL SYMBOL G CLEF} <b>a <i>b</i></b> &lt;&amp;&#33; &copy; <a href="https://x.y/?a=1&amp;b">z</a>'
    message = await call("sendMessage", chat_id=ANN, text=source, parse_mode="HTML")
    assert message["text"] == "\N{MUSICAL SYMBOL G CLEF} a b <&! &copy; z"
    assert message["entities"] == [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "italic", "offset": 5, "length": 1},
        {"type": "text_link", "offset": 18, "length": 1, "url": "https://x.y/?a=1&b"},
    ]


async def test_other_markups_are_not_read(call: Caller) -> None:
    """A parse mode that the server does not read is refused, not shown as it is."""
    assert "reads HTML" in await call.misused("sendMessage", chat_id=ANN, text="*Hi*", parse_mode="MarkdownV2")

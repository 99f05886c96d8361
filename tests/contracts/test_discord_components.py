"""The Discord of the tests takes only components and modals that Discord takes, and persons use them as clients do."""

from typing import Any

import pytest

from limner.tests.fakes.discord import PersonError, Upload
from limner.tests.fakes.discord.caller import Bot

V2 = 1 << 15


@pytest.fixture
def post(bot: Bot) -> str:
    """Give the route of a new message."""
    return f"POST /channels/{bot.general.id}/messages"


def button(number: int = 0, **more: Any) -> dict[str, Any]:
    """Describe a button."""
    return {"type": 2, "style": 1, "label": f"B{number}", "custom_id": f"b{number}"} | more


def row(*parts: Any) -> dict[str, Any]:
    """Describe a row."""
    return {"type": 1, "components": list(parts)}


def select(count: int = 2, **more: Any) -> dict[str, Any]:
    """Describe a select."""
    options = [{"label": f"L{number}", "value": f"v{number}"} for number in range(count)]
    return {"type": 3, "custom_id": "s", "options": options} | more


def words(text: str = "Words") -> dict[str, Any]:
    """Describe a text."""
    return {"type": 10, "content": text}


def label(**field: Any) -> dict[str, Any]:
    """Describe a labelled field of a modal."""
    return {"type": 18, "label": "Field", "component": {"custom_id": "f"} | field}


async def test_there_are_at_most_five_rows_of_five_buttons(bot: Bot, post: str) -> None:
    """25 buttons pass; a sixth row, a sixth button and a select beside a button do not."""
    rows = [row(*(button(5 * line + place) for place in range(5))) for line in range(5)]
    await bot.rest(post, {"components": rows})
    for wrong in ([*rows, row(button(99))], [row(*map(button, range(6)))], [row(button(), select())], [row()]):
        await bot.rest.misused(post, {"components": wrong})


@pytest.mark.parametrize(
    "part",
    [
        button(custom_id="x" * 101),
        button(custom_id=""),
        button(custom_id=None),
        button(label=None),
        button(label="x" * 81),
        button(url="https://x.y"),
        button(style=5),
        button(style=7),
        button(custom_id=None, style=5, url="x.y"),
        button(colour="red"),
        select(0),
        select(26),
        select(placeholder="x" * 151),
        select(min_values=2),
        select(options=[{"label": "x" * 101, "value": "v"}]),
        {"type": 4, "custom_id": "t", "style": 1, "label": "Name"},
        {"type": 99},
        "button",
    ],
    ids=str,
)
async def test_a_component_has_its_form(bot: Bot, post: str, part: Any) -> None:
    """Identifiers, words, styles, options and types are checked."""
    await bot.rest.misused(post, {"components": [row(part)]})


async def test_identifiers_are_unique(bot: Bot, post: str) -> None:
    """Two components of one message share neither custom_id nor id; who has no id is given one."""
    assert "custom_id" in await bot.rest.misused(post, {"components": [row(button(), button())]})
    assert "id" in await bot.rest.misused(post, {"components": [row(button(0, id=7), button(1, id=7))]})
    sent = await bot.rest(post, {"components": [row(button(0, id=1), button(1))]})
    parts = sent["components"][0]
    assert (parts["id"], [each["id"] for each in parts["components"]]) == (2, [1, 3])


async def test_newer_components_exclude_the_older_fields(bot: Bot, post: str) -> None:
    """With the flag neither content nor embeds go along, without it no newer component; the flag stays."""
    sent = await bot.rest(post, {"flags": V2, "components": [words()]})
    assert sent["flags"] & V2
    for wrong in ({"content": "x"}, {"embeds": [{"title": "x"}]}):
        await bot.rest.misused(post, {"flags": V2, "components": [words()]} | wrong)
    await bot.rest.misused(post, {"components": [words()]})
    edit = f"PATCH /channels/{bot.general.id}/messages/{sent['id']}"
    await bot.rest.misused(edit, {"content": "x"})
    await bot.rest(edit, {"components": [words("Other")]})
    assert bot.ann.messages(bot.general)[0].text == "Other"


async def test_there_are_at_most_40_newer_components(bot: Bot, post: str) -> None:
    """Forty pass, those in others counted; one more does not, nor more than 4,000 characters."""
    frame = {"type": 17, "components": [words() for _ in range(38)]}
    await bot.rest(post, {"flags": V2, "components": [words(), frame]})
    for wrong in ([words(), words(), frame], [words("x" * 2001)] * 2):
        await bot.rest.misused(post, {"flags": V2, "components": wrong})


@pytest.mark.parametrize(
    "part",
    [
        {"type": 17, "components": [{"type": 17, "components": [words()]}]},
        {"type": 9, "components": [words()]},
        {"type": 9, "components": [words()] * 4, "accessory": button()},
        {"type": 9, "components": [words()], "accessory": select()},
        {"type": 12, "items": []},
        {"type": 12, "items": [{"media": {"url": "attachment://none.png"}}]},
        {"type": 13, "file": {"url": "https://x.y/a.png"}},
        {"type": 14, "spacing": 3},
        words(""),
        button(),
    ],
    ids=str,
)
async def test_a_newer_component_has_its_form_and_place(bot: Bot, post: str, part: Any) -> None:
    """What stands in what is checked, and that files are there."""
    await bot.rest.misused(post, {"flags": V2, "components": [part]})


async def test_sections_galleries_and_files(bot: Bot, post: str) -> None:
    """A section with a picture, a gallery, a file and a frame pass, and a button in a section can be pressed."""
    media = {"url": "attachment://a.png"}
    parts = [
        {"type": 9, "components": [words("One")], "accessory": button()},
        {"type": 9, "components": [words("Two")], "accessory": {"type": 11, "media": media}},
        {"type": 12, "items": [{"media": media}]},
        {"type": 13, "file": media},
        {"type": 14, "divider": True, "spacing": 2},
    ]
    await bot.rest(post, {"flags": V2, "components": parts}, {"a.png": b"x"})
    assert bot.ann.messages(bot.general)[0].text == "One\nTwo"
    assert (await bot.ann.press("B0", at=bot.general)).interaction.answer is None


async def test_buttons_and_selects_are_used_as_clients_let_one(bot: Bot, post: str) -> None:
    """Disabled ones, links, unknown values and wrong numbers of values are not for using."""
    parts = [
        row(button(0, disabled=True), button(1, custom_id=None, style=5, url="https://x.y"), button(2)),
        row(select(3, min_values=2, max_values=2)),
    ]
    await bot.rest(post, {"components": parts})
    for name in ("B0", "B1", "B9"):
        with pytest.raises(PersonError):
            await bot.ann.press(name, at=bot.general)
    for values in (["v0"], ["v0", "v1", "v2"], ["v0", "v9"]):
        with pytest.raises(PersonError):
            await bot.ann.choose(values, at=bot.general)
    asked = await bot.ann.choose(["v0", "L2"], at=bot.general)
    assert asked.interaction.source is not None
    await bot.ann.press("B2", at=bot.general)


MODALS: list[Any] = [
    label(type=4, style=1, label="Own"),
    label(type=4, style=3),
    label(type=4, style=1, max_length=4001),
    label(type=4, style=1, min_length=9, max_length=8),
    label(type=4, style=1, custom_id="x" * 101),
    label(type=19, max_values=11),
    label(type=19, min_values=0),
    label(type=19, min_values=3, max_values=2),
    label(type=21, options=[{"label": "a", "value": "a"}]),
    label(type=22, options=[]),
    label(type=23, required=True),
    label(type=3, options=[{"label": "a", "value": "a"}], disabled=True),
    label(type=2, style=1, label="Button"),
    label(type=4, style=1) | {"label": "x" * 46},
    label(type=4, style=1) | {"description": "x" * 101},
    row(button()),
    row({"type": 4, "custom_id": "t", "style": 1}),
    {"type": 19, "custom_id": "f"},
]


@pytest.mark.parametrize("part", MODALS, ids=str)
async def test_a_modal_has_its_form(bot: Bot, part: Any) -> None:
    """Fields, their labels and their bounds are checked; nothing is shown and the answer may still be given."""
    asked = await bot.asked()
    data = {"custom_id": "m", "title": "M", "components": [part]}
    await bot.rest.misused(bot.callback(asked), {"type": 9, "data": data})
    await bot.answer(asked, 5)


async def test_a_modal_has_a_title_and_one_to_five_parts(bot: Bot) -> None:
    """A title of 45 characters and five parts pass; more, none, and a lacking or long custom_id do not."""
    asked = await bot.asked()
    parts = [label(type=4, style=1, custom_id=f"f{number}") for number in range(6)]
    fine = {"custom_id": "x" * 100, "title": "x" * 45, "components": parts[:5]}
    wrongs: list[dict[str, Any]] = [
        {"components": parts},
        {"components": []},
        {"title": "x" * 46},
        {"title": ""},
        {"custom_id": "x" * 101},
        {"custom_id": None},
        {"components": [parts[0], parts[0]]},
    ]
    for wrong in wrongs:
        await bot.rest.misused(bot.callback(asked), {"type": 9, "data": fine | wrong})
    await bot.answer(asked, 9, **fine)


@pytest.mark.parametrize(
    "field, given, sent",
    [
        ({"type": 4, "style": 1, "max_length": 3}, "abc", "abc"),
        ({"type": 4, "style": 1, "max_length": 3}, "abcd", None),
        ({"type": 4, "style": 1}, "", None),
        ({"type": 4, "style": 1, "required": False, "min_length": 5}, "", ""),
        ({"type": 23}, True, True),
        ({"type": 23, "default": True}, None, True),
        ({"type": 21, "options": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]}, "b", "b"),
        ({"type": 21, "options": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]}, None, None),
        ({"type": 22, "options": [{"label": "A", "value": "a"}], "required": False}, [], []),
        ({"type": 22, "options": [{"label": "A", "value": "a"}]}, [], None),
        ({"type": 3, "options": [{"label": "A", "value": "a", "default": True}]}, None, ["a"]),
        ({"type": 3, "options": [{"label": "A", "value": "a"}]}, ["b"], None),
    ],
    ids=str,
)
async def test_fields_are_filled_in_as_clients_let_one(bot: Bot, field: Any, given: Any, sent: Any) -> None:
    """Defaults count where nothing is given; what lacks or does not fit is not sent."""
    asked = await bot.modal(label(**field))
    values = {} if given is None else {"Field": given}
    if sent is None:
        with pytest.raises(PersonError):
            await bot.ann.submit(asked, values)
        return
    submitted = await bot.ann.submit(asked, values)
    [part] = submitted.interaction.data["components"]
    assert part["component"].get("value", part["component"].get("values")) == sent


async def test_files_of_a_modal_are_few_and_small(bot: Bot) -> None:
    """Below the least, above the most and above the limit of size nothing is sent; files go along as attachments."""
    asked = await bot.modal(label(type=19, min_values=3, max_values=10))
    photo = Upload("a.png", b"x")
    for files in ([photo] * 2, [photo] * 11, [photo] * 2 + [Upload("b.png", bytes(11 * 1024 * 1024))]):
        with pytest.raises(PersonError):
            await bot.ann.submit(asked, {"Field": files})
    data = (await bot.ann.submit(asked, {"f": [photo] * 10})).interaction.data
    assert data["components"][0]["component"]["values"] == list(data["resolved"]["attachments"])
    assert all(each["ephemeral"] for each in data["resolved"]["attachments"].values())

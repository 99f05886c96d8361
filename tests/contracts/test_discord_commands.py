"""The Discord of the tests takes only commands that Discord takes, and offers them where Discord offers them."""

import asyncio
from typing import Any

import pytest

from limner.tests.fakes.discord import PersonError, Upload
from limner.tests.fakes.discord.caller import Bot, command

STRING, INTEGER, NUMBER, FILE = 3, 4, 10, 11


@pytest.fixture
def put(bot: Bot) -> str:
    """Give the route that sets the commands of everywhere."""
    return f"PUT /applications/{bot.rest.server.application_id}/commands"


def option(kind: int = STRING, name: str = "style", **more: Any) -> dict[str, Any]:
    """Describe an option."""
    return {"type": kind, "name": name, "description": "Which"} | more


def choices(count: int) -> list[dict[str, Any]]:
    """Describe so many choices."""
    return [{"name": f"c{number}", "value": f"v{number}"} for number in range(count)]


async def test_commands_are_replaced_as_a_whole_and_keep_their_ids(bot: Bot, put: str) -> None:
    """What is not sent again is gone; what is sent again has its id, and reading gives the same."""
    [first] = await bot.rest(put, [command("one")])
    both = await bot.rest(put, [command("two"), command("one")])
    assert [each["name"] for each in both] == ["two", "one"]
    assert both[1]["id"] == first["id"]
    assert await bot.rest(put.replace("PUT", "GET")) == both


async def test_a_guild_has_commands_of_its_own(bot: Bot, put: str) -> None:
    """They are offered there alone, before those of everywhere."""
    assert bot.general.guild is not None
    guild = bot.general.guild.id
    await bot.rest(put.replace("/commands", f"/guilds/{guild}/commands"), [command("here")])
    assert bot.ann.commands(bot.general) == ["here", "go"]
    assert bot.ann.commands() == ["go"]
    assert await bot.rest.refused(put.replace("/commands", "/guilds/5/commands"), []) == (404, 10004)


async def test_there_are_at_most_100_commands(bot: Bot, put: str) -> None:
    """A hundred pass, one more does not, nor do two of one name, nor six for users."""
    await bot.rest(put, [command(f"c{number}") for number in range(100)])
    await bot.rest.refused(put, [command(f"c{number}") for number in range(101)])
    await bot.rest.refused(put, [command("one"), command("one")])
    await bot.rest.refused(put, [{"name": f"Look {number}", "type": 2} for number in range(6)])
    assert len(bot.rest.server.problems) == 3
    bot.rest.server.problems.clear()
    assert len(await bot.rest(put.replace("PUT", "GET"))) == 100


async def test_options_and_choices_have_their_numbers(bot: Bot, put: str) -> None:
    """25 options of 25 choices pass, 26 of either do not; a command is bounded as a whole too."""
    names = [option(name=f"o{number}", choices=choices(25)) for number in range(25)]
    await bot.rest(put, [command("go", *names)])
    for wrong in ([*names, option(name="more")], [option(choices=choices(26))]):
        await bot.rest.misused(put, [command("go", *wrong)])
    long = [option(name=f"o{number}", choices=[{"name": "n" * 100, "value": "v" * 100}] * 2) for number in range(20)]
    assert "maximum size" in await bot.rest.misused(put, [command("go", *long)])


@pytest.mark.parametrize(
    "wrong",
    [
        command("Go"),
        command("go away"),
        command("x" * 33),
        command(""),
        command("go", description=""),
        command("go", description="x" * 101),
        command("go", name_localizations={"de": "LOS"}),
        command("go", name_localizations={"xx": "los"}),
        command("go", description_localizations={"de": "x" * 101}),
        command("go", contexts=[3]),
        command("go", integration_types=["guild"]),
        command("go", default_member_permissions="all"),
        command("go", permission="all"),
        command("go", option(), option()),
        command("go", option(name="Style")),
        command("go", option(kind=12)),
        command("go", option(name="a"), option(name="b", required=True)),
        command("go", option(choices=choices(1), autocomplete=True)),
        command("go", option(INTEGER, choices=choices(1))),
        command("go", option(FILE, choices=choices(1))),
        command("go", option(1, "sub"), option()),
        command("go", option(1, "sub", options=[option(1, "deep")])),
        command("go", option(min_length=-1)),
        {"name": "Look", "type": 2, "description": "Menus have none"},
        {"description": "nameless"},
        "go",
    ],
    ids=str,
)
async def test_a_command_has_its_form(bot: Bot, put: str, wrong: Any) -> None:
    """Names, descriptions, localisations, options and their order are checked, and the old commands stay."""
    assert await bot.rest.refused(put, [wrong]) == (400, 50035)
    assert len(bot.rest.server.problems) == 1
    bot.rest.server.problems.clear()
    assert bot.ann.commands(bot.general) == ["go"]


async def test_autocompletion_offers_at_most_25_choices(bot: Bot, put: str) -> None:
    """25 pass, 26 do not; each has a name and a value of the option's type."""
    await bot.rest(put, [command("go", option(INTEGER, autocomplete=True))])
    offered = [{"name": f"c{number}", "value": number} for number in range(25)]
    typing = asyncio.create_task(bot.ann.autocomplete("go", "style", "1", at=bot.general))
    while not (asked := bot.rest.server.world.interactions):
        await bot.rest.server.world.changed.wait()
    [interaction] = asked.values()
    route = f"POST /interactions/{interaction.id}/{interaction.token}/callback"
    for wrong in ([*offered, offered[0]], [{"name": "a", "value": "b"}], [{"name": "", "value": 1}]):
        await bot.rest.misused(route, {"type": 8, "data": {"choices": wrong}})
    await bot.rest.misused(route, {"type": 4, "data": {"content": "x"}})
    await bot.rest(route, {"type": 8, "data": {"choices": offered}})
    assert await typing == offered


async def test_a_client_checks_what_is_filled_in(bot: Bot, put: str) -> None:
    """Missing and unknown options, wrong types, lengths, choices and too large files never reach the bot."""
    options = [
        option(FILE, "photo", required=True),
        option(choices=choices(1)),
        option(INTEGER, "count", min_value=1, max_value=4),
        option(STRING, "words", max_length=5),
    ]
    await bot.rest(put, [command("go", *options), command("sub", option(1, "one"))])
    photo = {"photo": Upload("a.png", b"x")}
    wrong: list[dict[str, Any]] = [
        {},
        {"photo": "a.png"},
        {"photo": Upload("a.png", bytes(11 * 1024 * 1024))},
        photo | {"hat": "red"},
        photo | {"style": "oil"},
        photo | {"count": 5},
        photo | {"count": "1"},
        photo | {"words": "abcdef"},
    ]
    for values in wrong:
        with pytest.raises(PersonError):
            await bot.ann.invoke("go", values, at=bot.general)
    for name in ("sub", "sub two", "other"):
        with pytest.raises(PersonError):
            await bot.ann.invoke(name, at=bot.general)
    await bot.ann.invoke("go", photo | {"style": "v0", "count": 4, "words": "abcde"}, at=bot.general)
    await bot.ann.invoke("sub one", at=bot.general)


async def test_commands_are_offered_where_they_belong(bot: Bot, put: str) -> None:
    """Contexts, installations and permissions decide who sees a command where."""
    server = bot.rest.server
    eve = server.person("eve", installed=True)
    away = server.channel(server.guild("Elsewhere", [eve], installed=False), "general")
    await bot.rest(
        put,
        [
            command("anywhere", integration_types=[0, 1], contexts=[0, 1]),
            command("guilds", contexts=[0]),
            command("dms", contexts=[1]),
            command("mine", integration_types=[1]),
            command("managers", default_member_permissions=str(1 << 5)),
        ],
    )
    assert bot.ann.commands(bot.general) == ["anywhere", "guilds"]
    assert bot.ann.commands() == ["anywhere", "dms", "managers"]
    assert eve.commands(away) == ["anywhere", "mine"]
    assert bot.general.guild is not None
    server.join(bot.general.guild, eve)
    through = [(await eve.invoke(name, at=bot.general)).interaction.owners for name in ("anywhere", "guilds", "mine")]
    guild, user = {"0": str(bot.general.guild.id)}, {"1": str(eve.id)}
    assert through == [guild | user, guild, user]
    server.let(bot.general.guild, bot.ann, "MANAGE_GUILD")
    assert bot.ann.commands(bot.general) == ["anywhere", "guilds", "managers"]

"""What a person fills in: options of a command, fields of a modal, with the checks that Discord's own clients make."""

from collections.abc import Mapping
from typing import Any

from limner.tests.fakes.discord import commands
from limner.tests.fakes.discord.components import CHECKBOX, CHECKS, CHOICE, INPUT, LABEL, RADIO, ROW, UPLOAD
from limner.tests.fakes.discord.errors import PersonError
from limner.tests.fakes.discord.files import Upload
from limner.tests.fakes.discord.messages import upload_most
from limner.tests.fakes.discord.places import Channel, Json, User
from limner.tests.fakes.discord.world import World

GROUPS = (commands.SUBCOMMAND, commands.GROUP)
# What the selects for users, for users and roles, and for channels give.
PICKED = {5: commands.USER, 7: commands.MENTIONABLE, 8: commands.CHANNEL}
TYPES: dict[int, Any] = {
    commands.STRING: str,
    commands.INTEGER: int,
    commands.BOOLEAN: bool,
    commands.NUMBER: (int, float),
}


class Filling:
    """Fills in, for one person in one channel; `resolved` is what the values refer to."""

    def __init__(self, world: World, channel: Channel) -> None:
        self.resolved: Json = {}
        self._world = world
        self._channel = channel

    def options(self, known: list[Json], values: Mapping[str, Any], typing: str | None = None) -> list[Json]:
        """Fill in the options of a command; `typing` is the one that is being typed. Raises PersonError."""
        names = {option["name"]: option for option in known}
        for name in values.keys() - names.keys():
            raise PersonError(f"The command has no option {name!r}; it has {sorted(names)}.")
        for name, option in names.items():
            if option.get("required") and name not in values and typing is None:
                raise PersonError(f"The option {name!r} is required.")
        return [
            {"name": name, "type": names[name]["type"]}
            | ({"value": value, "focused": True} if name == typing else {"value": self._value(names[name], value)})
            for name, value in values.items()
        ]

    def _value(self, option: Json, value: Any) -> Any:
        kind, name = option["type"], option["name"]
        if kind == commands.ATTACHMENT:
            return self.upload(value)
        if kind in {commands.USER, commands.MENTIONABLE}:
            return self._user(value)
        if kind == commands.CHANNEL:
            self.resolved.setdefault("channels", {})[str(value.id)] = value.json() | {"permissions": "0"}
            return str(value.id)
        if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != commands.BOOLEAN):
            raise PersonError(f"The option {name!r} does not take {value!r}.")
        _check_bounds(option, value)
        return value

    def _user(self, user: User) -> str:
        self.resolved.setdefault("users", {})[str(user.id)] = user.json()
        if self._channel.guild is not None and user.id in self._channel.guild.members:
            member = self._channel.guild.members[user.id].json() | {"permissions": str(self._channel.may(user))}
            self.resolved.setdefault("members", {})[str(user.id)] = _without(member, "user")
        return str(user.id)

    def upload(self, upload: Upload) -> str:
        """Upload a file, which goes away with the interaction. Raises PersonError above the limit."""
        if not isinstance(upload, Upload):
            raise PersonError(f"A file is needed, not {upload!r}.")
        if len(upload.data) > upload_most(self._channel):
            raise PersonError(f"Your file {upload.name!r} is too powerful: {len(upload.data)} bytes.")
        id_ = self._world.files.add(self._world.ids.new(), self._channel.id, upload, ephemeral=True)
        self.resolved.setdefault("attachments", {})[str(id_)] = self._world.files.json(id_)
        return str(id_)

    def modal(self, modal: Json, values: Mapping[str, Any]) -> Json:
        """Fill in a modal; values by the labels or the custom_ids of its fields. Raises PersonError."""
        left, parts = dict(values), []
        for part in modal["components"]:
            head: Json = {"type": part["type"], "id": part["id"]}
            if part["type"] == LABEL:
                head["component"] = self._field(part["component"], part["label"], left)
            elif part["type"] == ROW:
                inner = part["components"][0]
                head["components"] = [self._field(inner, inner.get("label", ""), left)]
            parts.append(head)
        if left:
            raise PersonError(f"The modal has no fields {sorted(left)}.")
        found: Json = {"custom_id": modal["custom_id"], "components": parts}
        return found | ({"resolved": self.resolved} if self.resolved else {})

    def _field(self, field: Json, label: str, left: dict[str, Any]) -> Json:
        name = next((name for name in (label, field["custom_id"]) if name in left), None)
        given = left.pop(name) if name is not None else None
        head: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
        if field["type"] == INPUT:
            return head | {"value": _text(field, label, field.get("value", "") if given is None else given)}
        if field["type"] == CHECKBOX:
            return head | {"value": bool(field.get("default") if given is None else given)}
        if field["type"] == RADIO:
            chosen = _chosen(field, label, given, 1)
            return head | {"value": chosen[0] if chosen else None}
        if field["type"] == UPLOAD:
            files = list(given or [])
            _check_count(field, label, len(files), 1)
            return head | {"values": [self.upload(file) for file in files]}
        if field["type"] in {CHOICE, CHECKS}:
            most = len(field["options"]) if field["type"] == CHECKS else 1
            return head | {"values": _chosen(field, label, given, most)}
        values = list(given or [])
        _check_count(field, label, len(values), 1)
        return head | {"values": [self.picked(field["type"], each) for each in values]}

    def picked(self, select: int, value: Any) -> str:
        """Pick a user or a channel in a select of a type. Raises PersonError."""
        if select not in PICKED:
            raise PersonError("These guilds have no roles to choose from.")
        return str(self._value({"type": PICKED[select], "name": "select"}, value))


def _check_bounds(option: Json, value: Any) -> None:
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise PersonError(f"The option {option['name']!r} offers {choices}, not {value!r}.")
    size = len(value) if isinstance(value, str) else value
    least = option.get("min_length" if isinstance(value, str) else "min_value")
    most = option.get("max_length" if isinstance(value, str) else "max_value", 6000 if isinstance(value, str) else None)
    if (least is not None and size < least) or (most is not None and size > most):
        raise PersonError(f"The option {option['name']!r} takes {least} to {most}, not {value!r}.")


def _text(field: Json, label: str, value: str) -> str:
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not value and field.get("required", True):
        raise PersonError(f"The field {label!r} is required.")
    if value and not least <= len(value) <= most:
        raise PersonError(f"The field {label!r} takes {least} to {most} characters.")
    return value


def _chosen(field: Json, label: str, given: Any, most: int) -> list[str]:
    options = {option["value"]: option for option in field["options"]}
    if given is None:
        given = [value for value, option in options.items() if option.get("default")]
    chosen = [given] if isinstance(given, str) else list(given)
    for value in chosen:
        if value not in options:
            raise PersonError(f"The field {label!r} offers {sorted(options)}, not {value!r}.")
    _check_count(field, label, len(chosen), most)
    return chosen


def _check_count(field: Json, label: str, count: int, most: int) -> None:
    required = field.get("required", True)
    least = field.get("min_values")
    least = (1 if required else 0) if least is None else least
    most = field.get("max_values") or most
    if count == 0 and not required:
        return
    if not least <= count <= most:
        raise PersonError(f"The field {label!r} takes {least} to {most}, not {count}.")


def _without(found: Json, name: str) -> Json:
    return {key: value for key, value in found.items() if key != name}

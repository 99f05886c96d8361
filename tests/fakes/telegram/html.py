"""Read the HTML of messages as strictly as the Bot API does: texts of its errors and offsets in bytes included.

Source: https://core.telegram.org/bots/api#html-style and the parser of tdlib (td/telegram/MessageEntity.cpp).
Knows no custom emoji and no dates.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from limner.tests.fakes.telegram.errors import MisuseError

ENTITIES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
# The four named ones and all numbers; any other `&name;` stays as it is written.
_ESCAPED = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]+|#[xX][0-9a-fA-F]+);?")
_START = re.compile(r"<([^\s>]*)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[\w.-]+))?)*)\s*>")
_END = re.compile(r"</([^\s>]*)\s*>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+)))?")


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    offset: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reader:
    source: str
    at: int = 0
    text: str = ""
    open: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> None:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._end_tag()
            elif self.source[self.at] == "<":
                self._start_tag()
            else:
                self._words()
        if self.open:
            raise _unreadable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')

    def _words(self) -> None:
        end = self.source.find("<", self.at)
        end = len(self.source) if end < 0 else end
        self.text += _ESCAPED.sub(lambda found: unescape(found[0]), self.source[self.at : end])
        self.at = end

    def _start_tag(self) -> None:
        found, where = _START.match(self.source, self.at), self._where()
        if found is None:
            raise _unreadable(f"Unclosed start tag {where}")
        name = found[1].lower()
        if name not in ENTITIES:
            raise _unreadable(f'Unsupported start tag "{name}" {where}')
        values = {one[1].lower(): one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(found[2])}
        if name == "span" and values.get("class") != "tg-spoiler":
            raise _unreadable(f'Tag "span" must have class "tg-spoiler" {where}')
        self.open.append(_Open(name, units(self.text), values))
        self.at = found.end()

    def _end_tag(self) -> None:
        found, where = _END.match(self.source, self.at), self._where()
        if not self.open:
            raise _unreadable(f"Unexpected end tag {where}")
        if found is None:
            raise _unreadable(f"Unclosed end tag {where}")
        tag = self.open.pop()
        if found[1] and found[1].lower() != tag.name:
            raise _unreadable(f'Unmatched end tag {where}, expected "</{tag.name}>", found "</{found[1]}>"')
        self._close(tag)
        self.at = found.end()

    def _close(self, tag: _Open) -> None:
        length = units(self.text) - tag.offset
        if not length or (tag.name == "a" and "href" not in tag.attributes):
            return
        entity = {"type": ENTITIES[tag.name], "offset": tag.offset, "length": length}
        self.entities.append(entity | ({"url": unescape(tag.attributes["href"])} if tag.name == "a" else {}))

    def _where(self) -> str:
        return f"at byte offset {len(self.source[: self.at].encode())}"


def units(text: str) -> int:
    """Count the UTF-16 code units of a text: the unit of all lengths and offsets of the Bot API."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Split HTML into its text and its entities, ordered by place, the longer first.

    Raises MisuseError for a tag that is unknown, not closed or closed twice.
    """
    reader = _Reader(source)
    reader.read()
    return reader.text, sorted(reader.entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _unreadable(why: str) -> MisuseError:
    return MisuseError(f"can't parse entities: {why}")

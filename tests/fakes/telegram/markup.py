"""Check keyboards: shape, sizes and the 64 bytes of a button.

Source: https://core.telegram.org/bots/api#inlinekeyboardbutton and the methods' `reply_markup`.
"""

from typing import Any

from limner.tests.fakes.telegram.errors import MisuseError

ACTIONS = frozenset({"url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"})
LOOKS = frozenset({"text", "style", "icon_custom_emoji_id"})
# What clients show; more is refused as "reply markup is too long".
ROW_MOST = 8
BUTTONS_MOST = 100
DATA_MOST_BYTES = 64
# Keyboards that stand below the input field instead of below a message.
OTHER_KEYBOARDS = {
    "keyboard": {"is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective"},
    "remove_keyboard": {"selective"},
    "force_reply": {"input_field_placeholder", "selective"},
}


def read_markup(markup: Any, *, inline_only: bool = False) -> dict[str, Any] | None:
    """Return the keyboard to be shown below the message, None where there is none.

    Raises MisuseError if it is malformed. A keyboard below the input field is accepted where `inline_only` is false,
    and not shown.
    """
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise MisuseError("object expected as reply markup")
    if "inline_keyboard" in markup:
        _only(markup, {"inline_keyboard"})
        return _inline(markup["inline_keyboard"])
    kind = next((kind for kind in OTHER_KEYBOARDS if kind in markup), None)
    if kind is None or inline_only:
        raise MisuseError("inline keyboard expected")
    _only(markup, {kind} | OTHER_KEYBOARDS[kind])
    return None


def _inline(rows: Any) -> dict[str, Any] | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise MisuseError("can't parse inline keyboard: an Array of Arrays of buttons is expected")
    if any(len(row) > ROW_MOST for row in rows) or sum(map(len, rows)) > BUTTONS_MOST:
        raise MisuseError("reply markup is too long")
    for row in rows:
        for button in row:
            _button(button)
    shown = [row for row in rows if row]
    return {"inline_keyboard": shown} if shown else None


def _button(button: Any) -> None:
    if not isinstance(button, dict):
        raise MisuseError("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    _only(button, ACTIONS | LOOKS)
    if not button.get("text"):
        raise MisuseError("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(ACTIONS & button.keys()) != 1:
        raise MisuseError(f"can't parse inline keyboard button: {button['text']!r} needs exactly one action")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_MOST_BYTES:
        raise MisuseError("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise MisuseError("inline keyboard button URL is invalid: BUTTON_URL_INVALID")


def _only(found: dict[str, Any], known: set[str] | frozenset[str]) -> None:
    for name in found.keys() - known:
        raise MisuseError(f"reply_markup has a field {name!r} that the Bot API does not know")

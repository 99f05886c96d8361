"""All methods of the server: what each takes, and who does it. A parameter whose type ends with `!` is required.

The parameters are those of https://core.telegram.org/bots/api (version 10) that a bot like limner can have a use for.
What is not listed is refused and noted as a problem, since a silent server would hide a misspelt name. (Telegram takes
an unknown method for a 404 and overlooks an unknown parameter.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from limner.tests.fakes.telegram import about, answering, editing, sending
from limner.tests.fakes.telegram.world import Ask

PLACE = {
    "chat_id": "Chat!",
    "message_thread_id": "Integer",
    "disable_notification": "Boolean",
    "protect_content": "Boolean",
    "allow_paid_broadcast": "Boolean",
    "message_effect_id": "String",
    "reply_parameters": "Object",
}
CAPTION = {
    "caption": "String",
    "parse_mode": "String",
    "caption_entities": "Array",
    "show_caption_above_media": "Boolean",
}
MARKUP = {"reply_markup": "Object"}
MESSAGE = {"chat_id": "Chat", "message_id": "Integer"}
TEXT = {"text": "String!", "parse_mode": "String", "entities": "Array", "link_preview_options": "Object"}
SCOPE = {"scope": "Object", "language_code": "String"}


@dataclass(frozen=True, slots=True)
class Method:
    """A method: who does it, and the types of its parameters by their names."""

    handle: Callable[[Ask], Any]
    parameters: Mapping[str, str]


METHODS: dict[str, Method] = {
    "getMe": Method(about.get_me, {}),
    "getUpdates": Method(
        about.get_updates,
        {"offset": "Integer", "limit": "Integer", "timeout": "Integer", "allowed_updates": "Array"},
    ),
    "setWebhook": Method(
        about.set_webhook,
        {
            "url": "String!",
            "ip_address": "String",
            "max_connections": "Integer",
            "allowed_updates": "Array",
            "drop_pending_updates": "Boolean",
            "secret_token": "String",
        },
    ),
    "deleteWebhook": Method(about.delete_webhook, {"drop_pending_updates": "Boolean"}),
    "getWebhookInfo": Method(about.get_webhook_info, {}),
    "getChatAdministrators": Method(about.get_chat_administrators, {"chat_id": "Chat!"}),
    "getChat": Method(about.get_chat, {"chat_id": "Chat!"}),
    "getFile": Method(about.get_file, {"file_id": "String!"}),
    "setMyCommands": Method(about.set_my_commands, {"commands": "Array!"} | SCOPE),
    "deleteMyCommands": Method(about.delete_my_commands, SCOPE),
    "getMyCommands": Method(about.get_my_commands, SCOPE),
    "sendMessage": Method(sending.send_message, PLACE | TEXT | MARKUP),
    "sendPhoto": Method(sending.send_photo, PLACE | CAPTION | MARKUP | {"photo": "File!", "has_spoiler": "Boolean"}),
    "sendDocument": Method(
        sending.send_document,
        PLACE
        | CAPTION
        | MARKUP
        | {"document": "File!", "thumbnail": "File", "disable_content_type_detection": "Boolean"},
    ),
    "sendMediaGroup": Method(sending.send_media_group, PLACE | {"media": "Array!"}),
    "sendInvoice": Method(
        sending.send_invoice,
        PLACE
        | MARKUP
        | {
            "title": "String!",
            "description": "String!",
            "payload": "String!",
            "currency": "String!",
            "prices": "Array!",
            "provider_token": "String",
            "start_parameter": "String",
        },
    ),
    "sendChatAction": Method(
        sending.send_chat_action, {"chat_id": "Chat!", "message_thread_id": "Integer", "action": "String!"}
    ),
    "editMessageText": Method(editing.edit_message_text, MESSAGE | TEXT | MARKUP),
    "editMessageCaption": Method(editing.edit_message_caption, MESSAGE | CAPTION | MARKUP),
    "editMessageMedia": Method(editing.edit_message_media, MESSAGE | MARKUP | {"media": "Object!"}),
    "editMessageReplyMarkup": Method(editing.edit_message_reply_markup, MESSAGE | MARKUP),
    "deleteMessage": Method(editing.delete_message, {"chat_id": "Chat!", "message_id": "Integer!"}),
    "deleteMessages": Method(editing.delete_messages, {"chat_id": "Chat!", "message_ids": "Array!"}),
    "answerCallbackQuery": Method(
        answering.answer_callback_query,
        {
            "callback_query_id": "String!",
            "text": "String",
            "show_alert": "Boolean",
            "url": "String",
            "cache_time": "Integer",
        },
    ),
    "answerPreCheckoutQuery": Method(
        answering.answer_pre_checkout_query,
        {"pre_checkout_query_id": "String!", "ok": "Boolean!", "error_message": "String"},
    ),
    "refundStarPayment": Method(
        answering.refund_star_payment, {"user_id": "Integer!", "telegram_payment_charge_id": "String!"}
    ),
}

"""The settings, read once from the environment by the composition root.

Nothing is read at import, and no other module of limner reads the environment.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from limner.deploy.errors import SettingsError
from limner.deploy.machine import usable_cores
from limner.engine.models.running import Precision, Quantise, Running
from limner.engine.signing import Algorithm, Credentials

# What the hub's library takes for a yes.
_YES = {"1", "ON", "YES", "TRUE"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is, and the few numbers an operator may choose.

    `web_names` are the names besides localhost that the web chat answers to; `web_https` says that people reach it over
    HTTPS. One address may bring `web_new_an_hour` people to it; `web_proxied` has it asked of a proxy's header.
    `offline` keeps `limner models pull` from asking the network; nothing else of limner fetches models.
    `style_folders` are those that styles are read from besides the built-in ones, and `new_styles` is the one where
    `limner styles` puts a new one; it need not exist yet.
    `deletions_url` is None where the deletion log's second place is the object store.
    `redis_url` is None when limner starts its own server. Tokens are None where no bot is wanted. The Telegram bases
    are prefixes to which the token is appended, None for Telegram's own server; with a webhook's URL and its secret
    the bot listens instead of asking. Discord's API and gateway are None for its own servers. `insightface_pack` is
    None where dlib finds faces, `face_parser` where the masks need no network. `controlnet` is loaded only where a pose
    is asked for. `signing` is None where pictures are not signed; only the engine's processes open its files, so that
    these need not exist where a bot runs alone.
    """

    home: Path
    database_url: str
    object_store_url: str
    deletions_url: str | None
    redis_url: str | None
    base_model: str
    running: Running
    controlnet: Path | None
    insightface_pack: str | None
    face_parser: str | None
    signing: Credentials | None
    offline: bool
    modelscope_endpoint: str
    style_folders: tuple[Path, ...]
    new_styles: Path
    web_host: str
    web_port: int
    web_names: tuple[str, ...]
    web_https: bool
    web_new_an_hour: int
    web_proxied: bool
    free_portraits: int
    daily_portraits: int
    retention_days: int
    youngest_age: int
    """In years, as the analyser guesses it; 0 asks nobody. dlib cannot tell."""
    engine_threads: int
    seats: int
    """How many requests a worker trains and draws at once; the command line's own work has one."""
    master_key: str | None
    master_key_command: str | None
    master_key_file: Path
    telegram_token: str | None
    telegram_api_base: str | None
    telegram_file_base: str | None
    telegram_webhook_url: str | None
    telegram_webhook_secret: str | None
    telegram_webhook_host: str
    telegram_webhook_port: int
    discord_token: str | None
    discord_api_base: str | None
    discord_gateway_url: str | None

    @property
    def shelf(self) -> Path:
        """Where limner keeps the base models that it fetched."""
        return self.home / "models"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings, with defaults that need nothing but a home folder.

        Raises SettingsError for a value that cannot be used.
        """
        home = _home(environ)
        listed = _folders(environ.get("LIMNER_STYLES", ""))
        own_styles = home / "styles"
        return cls(
            home=home,
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{home / 'limner.db'}",
            object_store_url=environ.get("OBJECT_STORE_URL") or (home / "objects").as_uri(),
            deletions_url=environ.get("LIMNER_DELETIONS_URL") or None,
            redis_url=environ.get("REDIS_URL") or None,
            base_model=environ.get("LIMNER_BASE_MODEL") or "nano",
            running=_running(environ),
            controlnet=_path(environ, "LIMNER_CONTROLNET"),
            insightface_pack=_insightface_pack(environ),
            face_parser=environ.get("LIMNER_FACE_PARSER") or None,
            signing=_signing(environ),
            # The hub's library has a name of its own for it; whoever sets one of them means both.
            offline=_yes_or_no(environ, "LIMNER_OFFLINE") or environ.get("HF_HUB_OFFLINE", "").upper() in _YES,
            modelscope_endpoint=environ.get("MODELSCOPE_ENDPOINT") or "https://www.modelscope.cn",
            style_folders=(*([own_styles] if own_styles.is_dir() else []), *listed),
            new_styles=listed[0] if listed else own_styles,
            web_host=environ.get("LIMNER_WEB_HOST") or "127.0.0.1",
            web_port=_whole_number(environ, "LIMNER_WEB_PORT", 8484, lowest=0, highest=65535),
            web_names=tuple(name.strip() for name in environ.get("LIMNER_WEB_NAMES", "").split(",") if name.strip()),
            web_https=_yes_or_no(environ, "LIMNER_WEB_HTTPS"),
            # A household or a class, and no loop that makes itself free portraits.
            web_new_an_hour=_whole_number(environ, "LIMNER_WEB_NEW_AN_HOUR", 20, lowest=1, highest=1_000_000),
            web_proxied=_yes_or_no(environ, "LIMNER_WEB_PROXY"),
            # 24 portraits are three requests of eight: enough to try, not enough to fill a disk.
            free_portraits=_whole_number(environ, "LIMNER_FREE_PORTRAITS", 24, lowest=0, highest=1_000_000),
            # Off: an operator decides what a day may cost.
            daily_portraits=_whole_number(environ, "LIMNER_DAILY_PORTRAITS", 0, lowest=0, highest=1_000_000),
            # A month to come back for another style; what was learned of a face is not kept without end.
            retention_days=_whole_number(environ, "LIMNER_RETENTION_DAYS", 30, lowest=0, highest=36_500),
            youngest_age=_whole_number(environ, "LIMNER_YOUNGEST_AGE", 0, lowest=0, highest=120),
            # One core is left to the chats: threads beyond the cores make a busy machine several times slower.
            engine_threads=_whole_number(
                environ, "LIMNER_ENGINE_THREADS", max(1, usable_cores() - 1), lowest=1, highest=1024
            ),
            # A seat of nano takes 33 MB, one of Stable Diffusion 1.5 181 (docs/performance.md), and no GPU has run any.
            seats=_whole_number(
                environ,
                "LIMNER_SEATS",
                4 if (environ.get("LIMNER_BASE_MODEL") or "nano") == "nano" else 1,
                lowest=1,
                highest=64,
            ),
            master_key=environ.get("LIMNER_MASTER_KEY") or None,
            master_key_command=environ.get("LIMNER_MASTER_KEY_COMMAND") or None,
            master_key_file=Path(environ.get("LIMNER_MASTER_KEY_FILE") or home / "keys/master.key").expanduser(),
            telegram_token=environ.get("TELEGRAM_BOT_TOKEN") or None,
            telegram_api_base=environ.get("TELEGRAM_API_BASE") or None,
            telegram_file_base=environ.get("TELEGRAM_FILE_BASE") or None,
            telegram_webhook_url=environ.get("TELEGRAM_WEBHOOK_URL") or None,
            telegram_webhook_secret=environ.get("TELEGRAM_WEBHOOK_SECRET") or None,
            telegram_webhook_host=environ.get("TELEGRAM_WEBHOOK_HOST") or "127.0.0.1",
            telegram_webhook_port=_whole_number(environ, "TELEGRAM_WEBHOOK_PORT", 8443, lowest=0, highest=65535),
            discord_token=environ.get("DISCORD_BOT_TOKEN") or None,
            discord_api_base=environ.get("DISCORD_API_BASE") or None,
            discord_gateway_url=environ.get("DISCORD_GATEWAY_URL") or None,
        )


def _home(environ: Mapping[str, str]) -> Path:
    if chosen := environ.get("LIMNER_HOME"):
        return Path(chosen).expanduser().absolute()
    share = Path(environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return share / "limner"


def _insightface_pack(environ: Mapping[str, str]) -> str | None:
    """Return the pack of the analyser that was chosen; its licence must be named, so that nobody overlooks it."""
    analyser = environ.get("LIMNER_ANALYSER") or "dlib"
    if analyser not in {"dlib", "insightface"}:
        raise SettingsError("LIMNER_ANALYSER", analyser, "dlib or insightface")
    if analyser == "dlib":
        return None
    licence = environ.get("LIMNER_INSIGHTFACE_LICENCE", "")
    if licence != "non-commercial":
        wanted = (
            "non-commercial if you use limner for non-commercial research only, as InsightFace's model packs demand; "
            "else set LIMNER_ANALYSER to dlib"
        )
        raise SettingsError("LIMNER_INSIGHTFACE_LICENCE", licence, wanted)
    return environ.get("LIMNER_INSIGHTFACE_PACK") or "buffalo_l"


def _signing(environ: Mapping[str, str]) -> Credentials | None:
    certificate, key = (environ.get(f"LIMNER_C2PA_{name}", "").strip() for name in ("CERTIFICATE", "KEY"))
    if not (certificate or key):
        return None
    if not (certificate and key):
        name, other = ("CERTIFICATE", "KEY") if key else ("KEY", "CERTIFICATE")
        wanted = f"a PEM file, as LIMNER_C2PA_{other} is set; pictures are signed with both or not at all"
        raise SettingsError(f"LIMNER_C2PA_{name}", "", wanted)
    time_url = environ.get("LIMNER_C2PA_TIME_URL", "").strip()
    if time_url and not time_url.startswith(("http://", "https://")):
        raise SettingsError(
            "LIMNER_C2PA_TIME_URL", time_url, "the http:// or https:// address of a time stamp authority"
        )
    algorithm = cast("Algorithm", _one_of(environ, "LIMNER_C2PA_ALGORITHM", get_args(Algorithm)))
    return Credentials(
        Path(certificate).expanduser().absolute(), Path(key).expanduser().absolute(), algorithm, time_url or None
    )


def _folders(value: str) -> tuple[Path, ...]:
    folders = tuple(Path(part).expanduser() for part in value.split(":") if part)
    for folder in folders:
        if not folder.is_dir():
            raise SettingsError("LIMNER_STYLES", value, f"folders that exist, with ':' between them; {folder} does not")
    return folders


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.exists():
        raise SettingsError(name, text, "a file or folder that exists")
    return path


def _running(environ: Mapping[str, str]) -> Running:
    device = environ.get("LIMNER_DEVICE", "").strip() or "auto"
    if not re.fullmatch(r"auto|cpu|mps|(cuda|xpu)(:\d+)?", device):
        raise SettingsError("LIMNER_DEVICE", device, "auto, cpu, cuda, or cuda:1 for the second GPU")
    return Running(
        device=device,
        precision=cast("Precision", _one_of(environ, "LIMNER_PRECISION", get_args(Precision))),
        offload=_yes_or_no(environ, "LIMNER_OFFLOAD"),
        quantise=cast("Quantise", _one_of(environ, "LIMNER_QUANTISE", get_args(Quantise))),
        compile=_yes_or_no(environ, "LIMNER_COMPILE"),
        few_step_lora=_path(environ, "LIMNER_FEW_STEP_LORA"),
        face_adapter=_path(environ, "LIMNER_IP_ADAPTER"),
    )


def _one_of(environ: Mapping[str, str], name: str, words: Sequence[str]) -> str:
    """Read a word; the first one is the default."""
    text = environ.get(name, "").strip() or words[0]
    if text not in words:
        raise SettingsError(name, text, f"one of {', '.join(words)}")
    return text


def _whole_number(environ: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise SettingsError(name, text, f"a whole number from {lowest} to {highest}")
    return int(text)


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip()
    if text not in {"", "0", "1"}:
        raise SettingsError(name, text, "1 for yes or 0 for no")
    return text == "1"

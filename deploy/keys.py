"""The master key that wraps every person's data key.

Made at the first start, mode 600. Whoever loses it loses every stored photo and portrait, which is what it is for.
"""

import base64
import os
import shlex
import subprocess
from pathlib import Path

from limner.deploy.errors import SettingsError, UserMistakeError
from limner.deploy.settings import Settings

# AES-256.
KEY_BYTES = 32
_COMMAND_S = 30.0


def master_key(settings: Settings) -> bytes:
    """Return the 32 bytes of the master key, made now if there is none.

    LIMNER_MASTER_KEY (base64) wins over LIMNER_MASTER_KEY_COMMAND, which prints it (a key service's client, say), and
    that over the file. Two processes that start at once get the same key.
    Raises SettingsError for a key of the wrong form or a command that fails, and UserMistakeError for a key file that
    others may read.
    """
    if settings.master_key is not None:
        return _decoded(settings.master_key, "LIMNER_MASTER_KEY")
    if settings.master_key_command is not None:
        return _decoded(_printed(settings.master_key_command), "LIMNER_MASTER_KEY_COMMAND")
    path = settings.master_key_file
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise UserMistakeError(f"Other users may read the master key {path}. Run: chmod 600 {path}")
    return _decoded(path.read_text(encoding="ascii", errors="replace").strip(), str(path))


def _printed(command: str) -> str:
    """Run a command, without a shell, and return what it prints. Its own errors go where ours go."""
    try:
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, check=True, timeout=_COMMAND_S, text=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        wanted = f"a command that prints the key; it failed ({type(error).__name__}), try it by hand"
        raise SettingsError("LIMNER_MASTER_KEY_COMMAND", command, wanted) from error
    return done.stdout.strip()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a name exists: a second process can never replace a key that is in use.
        path.hardlink_to(whole)
    except FileExistsError:
        pass
    finally:
        whole.unlink()


def _decoded(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, or not ASCII at all
        key = b""
    if len(key) != KEY_BYTES:
        # The value itself is a secret: the message names where it stands.
        raise SettingsError(name, "(hidden)", f"{KEY_BYTES} bytes in base64, as from: openssl rand -base64 {KEY_BYTES}")
    return key

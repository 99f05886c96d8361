"""The embedded server: one for a home, found again, and it keeps what it was given."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from limner.queue.embedded import is_well, start_embedded, stop_embedded

START = """
import sys
from pathlib import Path
from limner.queue.embedded import start_embedded
print(start_embedded(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give a home whose server is stopped afterwards."""
    yield tmp_path / "a home"
    stop_embedded(tmp_path / "a home")


def server_pid(url: str) -> int:
    """Ask the server which process it is."""
    with Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def test_it_answers_on_a_socket_that_is_ours_alone(home: Path) -> None:
    """The server answers on a unix socket of mode 700, in a folder of mode 700, and on no TCP port."""
    url = start_embedded(home)
    with Redis.from_url(url) as client:
        assert client.ping()
        assert client.config_get("port") == {"port": "0"}
    assert (home / "valkey" / "valkey.sock").stat().st_mode & 0o777 == 0o700
    assert (home / "valkey").stat().st_mode & 0o777 == 0o700


def test_it_is_found_again_after_its_starter_was_killed(home: Path) -> None:
    """A starter killed by SIGKILL leaves the server running, and the next one gets the same server."""
    starter = subprocess.Popen(
        [sys.executable, "-c", START, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with starter:
        assert starter.stdout is not None
        url = starter.stdout.readline().strip()
        pid = server_pid(url)
        starter.kill()
    assert start_embedded(home) == url
    assert server_pid(url) == pid


def test_data_survive_the_death_of_the_server(home: Path) -> None:
    """What was written is there again after the server itself was killed by SIGKILL."""
    url = start_embedded(home)
    with Redis.from_url(url) as client:
        client.set("kept", "yes")
    os.kill(server_pid(url), signal.SIGKILL)
    with Redis.from_url(start_embedded(home)) as client:
        assert client.get("kept") == b"yes"


def test_many_starters_get_one_server(home: Path) -> None:
    """Starters in several processes at once all get the same server."""
    home.mkdir()
    with ThreadPoolExecutor(4) as threads:
        run = [sys.executable, "-c", START, str(home)]
        started = list(threads.map(lambda _: subprocess.run(run, input="", capture_output=True, text=True), range(4)))  # noqa: PLW1510
    urls = {process.stdout.strip() for process in started}
    assert len(urls) == 1, [process.stderr for process in started]
    with Redis.from_url(urls.pop()) as client:
        assert client.ping()


def test_a_long_home_is_no_obstacle(tmp_path: Path) -> None:
    """A home whose path is longer than a socket's may be gets a server, found again like any other."""
    home = tmp_path / ("long" * 40)
    try:
        url = start_embedded(home)
        assert start_embedded(home) == url
        assert Path((home / "valkey" / "socket").read_text(encoding="utf-8")).parent.stat().st_mode & 0o777 == 0o700
    finally:
        stop_embedded(home)


@pytest.mark.parametrize("swept", [False, True], ids=["killed", "swept"])
def test_a_long_home_keeps_its_address(tmp_path: Path, *, swept: bool) -> None:
    """A server with a long home that was killed comes back where its clients look, its socket's folder swept or not."""
    home = tmp_path / ("long" * 40)
    try:
        url = start_embedded(home)
        os.kill(server_pid(url), signal.SIGKILL)
        if swept:
            shutil.rmtree(Path((home / "valkey" / "socket").read_text(encoding="utf-8")).parent)
        assert start_embedded(home) == url
        with Redis.from_url(url) as client:
            assert client.ping()
    finally:
        stop_embedded(home)


def test_a_folder_that_others_may_enter_is_not_used(tmp_path: Path) -> None:
    """Where somebody else could have put a socket meanwhile, a long home's next server gets a new folder."""
    home = tmp_path / ("long" * 40)
    try:
        url = start_embedded(home)
        os.kill(server_pid(url), signal.SIGKILL)
        Path((home / "valkey" / "socket").read_text(encoding="utf-8")).parent.chmod(0o777)
        assert start_embedded(home) != url
    finally:
        stop_embedded(home)


def test_it_is_well_while_people_can_reach_it(home: Path) -> None:
    """A server is well from its start until it dies or its socket is gone; a home without one is not well."""
    assert not is_well(home)
    url = start_embedded(home)
    assert is_well(home)
    (home / "valkey" / "valkey.sock").unlink()
    assert not is_well(home)
    start_embedded(home)
    os.kill(server_pid(url), signal.SIGKILL)
    stop_embedded(home)
    assert not is_well(home)


def test_a_swept_socket_is_made_anew(home: Path) -> None:
    """When somebody deleted the socket, the unreachable server makes room for one that has the same data."""
    url = start_embedded(home)
    with Redis.from_url(url) as client:
        client.set("kept", "yes")
    (home / "valkey" / "valkey.sock").unlink()
    with Redis.from_url(start_embedded(home)) as client:
        assert client.get("kept") == b"yes"


def test_stopping_ends_it_and_keeps_the_data(home: Path) -> None:
    """A stopped server answers no more; started again it has what it had."""
    url = start_embedded(home)
    with Redis.from_url(url) as client:
        client.set("kept", "yes")
    stop_embedded(home)
    with Redis.from_url(url) as client, pytest.raises(RedisConnectionError):
        client.ping()
    with Redis.from_url(start_embedded(home)) as client:
        assert client.get("kept") == b"yes"


def test_stopping_what_does_not_run_does_nothing(home: Path) -> None:
    """Stopping twice, or before any start, changes nothing."""
    stop_embedded(home)
    start_embedded(home)
    stop_embedded(home)
    stop_embedded(home)

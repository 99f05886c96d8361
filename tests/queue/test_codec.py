"""What travels through Redis comes out as it went in, and nothing else comes out at all."""

import asyncio
import os
import pickle
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.queue.codec import RemoteError, from_map, pack, pack_news, to_map, unpack, unpack_news
from limner.queue.errors import BadMessageError
from limner.queue.messages import FAILURES, REASONS, REFUSALS, Command, ExaminePhoto, MakePortraits, News

# msgpack's whole numbers have 64 bits.
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
COMMANDS = st.one_of([st.from_type(kind) for kind in get_args(Command)])
NEWS = st.one_of([st.from_type(kind) for kind in get_args(News)])


class Crafted:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@given(COMMANDS)
def test_commands_travel(command: Command) -> None:
    """Every command is itself again after the journey."""
    kind: Any = type(command)
    assert from_map(kind, unpack(pack(to_map(command)))) == command


@given(NEWS.filter(lambda news: getattr(news, "eta_s", 0) == getattr(news, "eta_s", 0)))
def test_news_travel(news: News) -> None:
    """Every kind of news is itself again after the journey (not-a-number equals nothing, so it is left out)."""
    assert unpack_news(pack_news(news)) == news


@given(st.binary(max_size=200))
def test_garbage_is_told_apart(data: bytes) -> None:
    """Any bytes are either news or a BadMessageError, never another error."""
    try:
        unpack_news(data)
    except BadMessageError:
        return


def test_a_pickle_does_not_run(tmp_path: Path) -> None:
    """A crafted pickle is refused and what it wanted does not happen."""
    target = tmp_path / "pwned"
    with pytest.raises(BadMessageError):
        unpack_news(pickle.dumps(Crafted(target)))
    assert not target.exists()


@pytest.mark.parametrize(
    "value", [None, [], {}, {"photo_id": "p"}, {"photo_id": "p", "user_id": 1}, {"photo_id": None, "user_id": "u"}]
)
def test_a_command_with_wrong_fields_is_refused(value: object) -> None:
    """A missing field or one of another type is a BadMessageError."""
    with pytest.raises(BadMessageError):
        from_map(ExaminePhoto, value)


def test_a_command_with_new_fields_is_understood() -> None:
    """A field that a newer process added does not stop an older one."""
    command = MakePortraits("r", "u", 1)
    assert from_map(MakePortraits, {**to_map(command), "tip": "thanks"}) == command


def test_a_command_of_an_older_process_is_understood() -> None:
    """A request that was enqueued before there were events is of none, and is taken to need its training."""
    old = unpack(pack({"request_id": "r", "user_id": "u", "attempt": 1}))
    assert from_map(MakePortraits, old) == MakePortraits("r", "u", 1, event_id=None, trained=False)


def test_exceptions_travel_as_words() -> None:
    """An exception comes back with its name and words, as an exception that cannot do anything."""
    back = unpack(pack({"r": ValueError("no such thing")}))["r"]
    assert isinstance(back, RemoteError)
    assert str(back) == "ValueError: no such thing"


def test_a_cancellation_stays_one() -> None:
    """What arq stores for an aborted job is still a CancelledError for its reader."""
    assert isinstance(unpack(pack({"r": asyncio.CancelledError()}))["r"], asyncio.CancelledError)


def test_objects_do_not_travel() -> None:
    """An object that is neither plain nor an exception is refused when it is sent."""
    with pytest.raises(TypeError, match="Path"):
        pack({"path": Path("/")})


def test_reasons_are_told_apart() -> None:
    """A word is the reason of a refused photo or of a failed request, never of both."""
    assert REASONS == REFUSALS | FAILURES
    assert not REFUSALS & FAILURES

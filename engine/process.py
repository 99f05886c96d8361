"""The engine as a child process: `python -m limner.engine.process examiner|painter`.

Frames (see `frames`) come on stdin: `{"id", "call", "args"}`, and `{"id", "stop": true}` to have the training of a call
end at its next step, with a checkpoint and the error `stopped`; what is drawn is drawn to its end. Answers go to
stdout: `{"id", "begun": true}` when the libraries are loaded and the call's turn has come, any number of
`{"id", "progress"}`, `{"id", "checkpoint"}` and `{"id", "preview"}`, `{"id", "trained"}` between a training and its
rendering, then one `{"id", "result"}` or `{"id", "error": {"reason", "message"}}`. From the moment a call is heard to
its last answer `{"id", "alive": true}` comes every 5 s (see `pulse`). One call at a time.

To cancel a call, kill the process. When stdin ends, its parent is gone or has no more use for it, and it ends at once,
in the middle of a call too. Knows no queue and no storage.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING

import msgspec

from limner.engine.errors import BadFrameError, EngineError, MissingModelsError, SigningError, is_memory
from limner.engine.frames import read_frame
from limner.engine.pulse import ALIVE_EVERY_S, Pulse
from limner.engine.quiet import quiet
from limner.engine.signing import add_arguments, credentials_of, signing_with

if TYPE_CHECKING:
    # Its module loads numpy, which reads the number of threads once.
    from limner.engine.calls import Answer, Servant

_log = logging.getLogger("limner.engine.process")

#: Enough for dlib's models and the largest photo that is decoded; a photo that asks for more ends in `no_memory`.
EXAMINER_MEMORY_MIB = 2048


class Call(msgspec.Struct, frozen=True):
    """One frame from the parent."""

    id: str
    call: str
    args: msgspec.Raw


class Head(msgspec.Struct, frozen=True):
    """What tells the two kinds of frames from the parent apart: a call, and a stop of one."""

    id: str
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """Writes what belongs to one call; fulfils `limner.engine.calls.Sender`. `stopped` has calls that are to stop."""

    pulse: Pulse
    id: str
    stopped: Container[str] = ()

    def should_stop(self) -> bool:
        """Tell whether the parent wants this call's training to end."""
        return self.id in self.stopped

    def begun(self) -> None:
        """Say that the call's turn has come."""
        self.pulse.write({"id": self.id, "begun": True})

    def progress(self, progress: Mapping[str, object]) -> None:
        """Tell how far the call is."""
        self.pulse.write({"id": self.id, "progress": progress})

    def checkpoint(self, data: bytes) -> None:
        """Hand over what a restart needs."""
        self.pulse.write({"id": self.id, "checkpoint": data})

    def preview(self, png: bytes) -> None:
        """Hand over a first sketch."""
        self.pulse.write({"id": self.id, "preview": png})

    def trained(self, learned: Mapping[str, object]) -> None:
        """Hand over the Face LoRA, before anything is drawn with it."""
        self.pulse.write({"id": self.id, "trained": learned})

    def result(self, result: Mapping[str, object]) -> None:
        """End the call well."""
        self.pulse.write({"id": self.id, "result": result})

    def error(self, reason: str, message: str) -> None:
        """End the call with a reason."""
        self.pulse.write({"id": self.id, "error": {"reason": reason, "message": message}})


def main(argv: Sequence[str] | None = None) -> None:
    """Serve calls until stdin ends."""
    told = _arguments(argv)
    pulse = Pulse(claim_stdout())
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    # Before numpy and torch are imported: they read it once.
    threads = told.threads or (1 if told.kind == "examiner" else usable_cores())
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    calls: SimpleQueue[bytes] = SimpleQueue()
    stopped: set[str] = set()
    pulse.start(told.alive_every)
    listening = (sys.stdin.buffer, calls, stopped, pulse)
    threading.Thread(target=_listen, args=listening, name="stdin", daemon=True).start()
    try:
        # OpenMP allows a list, one figure for each level.
        servant = _servant(told, int(os.environ["OMP_NUM_THREADS"].split(",")[0]))
    except (MissingModelsError, SigningError) as error:
        _log.error("%s", error)
        # Not sys.exit: Python aborts when a thread still waits for stdin.
        os._exit(1)
    while True:
        serve(servant, calls.get(), pulse, stopped)


def serve(servant: Servant, frame: bytes, pulse: Pulse, stopped: Container[str] = ()) -> None:
    """Answer one frame; whatever happens in it, one result or one error goes back."""
    call = _read_call(frame)
    answers = Answers(pulse, call.id, stopped)
    answers.begun()
    try:
        result = _call(servant, call, answers)
    except EngineError as error:
        answers.error(error.reason, str(error))
    except Exception as error:  # noqa: BLE001  the rim: one call's failure never ends the process
        answers.error(*_explain(call, error))
    else:
        answers.result(result)


def _call(servant: Servant, call: Call, answers: Answers) -> Answer:
    if call.call not in servant.calls:
        raise BadFrameError(f"there is no call {call.call!r} here")
    return servant.calls[call.call](bytes(call.args), answers)


def _explain(call: Call, error: Exception) -> tuple[str, str]:
    """Give the reason and the sentence for an exception that nobody foresaw."""
    if is_memory(error):
        return "no_memory", "There was not enough memory."
    # The traceback names no photo and holds no pixels.
    _log.error("The call %s failed.", call.call, exc_info=error)
    return "internal", f"The engine failed with {type(error).__name__}."


def claim_stdout() -> IO[bytes]:
    """Keep stdout for frames: whatever a library prints from now on goes to stderr."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return pipe


def usable_cores() -> int:
    """Count the cores this process may use: its affinity, and its cgroup's share (version 2), at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return max(1, cores)
    return max(1, cores if quota == "max" else min(cores, int(quota) // int(period)))


def _listen(pipe: IO[bytes], calls: SimpleQueue[bytes], stopped: set[str], pulse: Pulse) -> None:
    """Read frames beside the work, so that a stop and the end of stdin are seen in the middle of a call."""
    try:
        while (frame := read_frame(pipe)) is not None:
            head = _read_head(frame)
            if head is not None and head.stop:
                stopped.add(head.id)
                continue
            if head is not None:
                pulse.heard(head.id)
            calls.put(frame)
    except BadFrameError as error:
        _log.error("%s", error)
    os._exit(0)


def _read_head(frame: bytes) -> Head | None:
    try:
        return msgspec.msgpack.decode(frame, type=Head)
    except msgspec.DecodeError:
        return None


def _read_call(frame: bytes) -> Call:
    try:
        return msgspec.msgpack.decode(frame, type=Call)
    except msgspec.DecodeError:
        # Without an id nobody waits for an answer, and what follows in the pipe cannot be trusted.
        _log.exception("A frame is not a call.")
        sys.exit(2)


def _servant(told: argparse.Namespace, threads: int) -> Servant:
    if told.kind == "examiner":
        limit_memory(told.memory_mib)
        from limner.engine.analysers import make_analyser
        from limner.engine.calls import Examiner
        from limner.engine.preprocess.quality import Thresholds

        # On the processor: CUDA reserves more addresses than the limit leaves, and the painter needs the GPU.
        needed = Thresholds(age=told.youngest_age)
        sign = signing_with(credentials_of(told))
        return Examiner(make_analyser(told.insightface_pack, threads=threads), needed, sign)
    _be_patient()
    from limner.engine.analysers import make_analyser, make_parser
    from limner.engine.calls import Painter
    from limner.engine.models.running import Running, device_of

    running = Running(
        told.device,
        told.precision,
        told.offload,
        told.quantise,
        told.compile,
        few_step_lora=told.few_step_lora,
        face_adapter=told.face_adapter,
    )
    device = device_of(running)
    analyser = make_analyser(told.insightface_pack, device=device, threads=threads)
    sign = signing_with(credentials_of(told))
    return Painter(running, analyser, make_parser(told.face_parser, device=device), sign)


def limit_memory(mib: int) -> None:
    """Limit the address space: a photo that unpacks to gigabytes ends in MemoryError, not in the machine's trouble."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))


def _be_patient() -> None:
    """Let bots and database go first on a shared machine, spin no idle threads on it, and keep the log short."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.nice(5)
    quiet()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="limner.engine.process", description="The engine as a child process.")
    parser.add_argument("kind", choices=["examiner", "painter"])
    parser.add_argument("--memory-mib", type=int, default=EXAMINER_MEMORY_MIB, help="the examiner's address space")
    parser.add_argument("--alive-every", type=float, default=ALIVE_EVERY_S, help="seconds between two signs of life")
    parser.add_argument("--threads", type=int, default=0, help="threads to compute with; 0 finds out")
    parser.add_argument("--device", default="auto", help="cpu, cuda, cuda:1 or auto")
    parser.add_argument("--precision", default="auto", help="float32, bfloat16, float16 or auto")
    parser.add_argument("--offload", action="store_true", help="text encoders and VAE wait in the processor's memory")
    parser.add_argument("--quantise", default="none", help="int8 or none")
    parser.add_argument("--compile", action="store_true", help="compile the denoiser's repeated blocks")
    parser.add_argument("--few-step-lora", type=Path, help="an LCM-LoRA for the base (safetensors)")
    parser.add_argument("--face-adapter", type=Path, help="an IP-Adapter-FaceID: its file or folder (safetensors)")
    parser.add_argument("--insightface-pack", help="its folder or name, if insightface is to find faces, not dlib")
    parser.add_argument("--youngest-age", type=int, default=0, help="whoever looks younger is refused by the examiner")
    parser.add_argument("--face-parser", help="folder or hub id of a SegFormer that draws the painter's masks")
    add_arguments(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()

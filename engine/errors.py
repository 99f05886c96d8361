"""The engine's errors, drawn as a tree.

    EngineError
    ├── UnknownBaseError       no such base model on this machine, or not of a kind that can be used
    │   └── IncompleteBaseError    a file of it is missing or damaged
    ├── PullError              a base model could not be fetched
    ├── UnknownStyleError      no such style; knows the names there are
    ├── BadStyleError          a style's entry or file is wrong
    ├── BadRecipeError         a base's own training figures are wrong
    ├── BadLoraError           a LoRA file is damaged or does not fit the base model
    ├── BadFaceAdapterError    an IP-Adapter-FaceID is damaged, or fits neither base nor face analyser
    ├── DivergedError          a training's numbers are no longer finite
    ├── StoppedError           somebody asked to stop
    ├── BadReferenceError      what was kept of a sitter cannot be read
    ├── BlockedError           no candidate may be shown
    ├── BadAspectError         the base does not draw pictures of this aspect ratio
    ├── TemplateError          a template cannot be used with these sitters; knows its reason
    ├── PoseError              a pose cannot be had: the picture, the base or the ControlNet does not do
    ├── FloorError             the floor was laid out for other layers or lower ranks
    ├── MissingModelsError     the model files of the analyser or parser are not here
    ├── PhotoRefusedError      a photo cannot be used; knows its reason
    ├── SigningError           pictures cannot be signed as the operator wishes
    ├── BadFrameError          the child process was told something it does not understand
    └── TooFewPhotosError      fewer good photos than a portrait needs

Each message is a finished sentence. `reason` is the word that crosses the process border.
"""

from __future__ import annotations

from collections.abc import Sequence

from limner.engine.refusal import Reason, Refusal


class EngineError(Exception):
    """Any failure of the engine that has a reason to tell."""

    reason: str = "internal"


class UnknownBaseError(EngineError):
    """No such base model on this machine, or not of a kind that can be used. `advice` is a sentence: what to do."""

    reason = "unknown_base"

    def __init__(self, name: str, why: str, advice: str = "") -> None:
        super().__init__(f"The base model {name!r} cannot be used: {why}. {advice}".rstrip())
        self.name = name
        self.why = why
        self.advice = advice


class IncompleteBaseError(UnknownBaseError):
    """A file of a base model is missing or damaged; whoever knows where the model came from says how to mend it."""


class PullError(EngineError):
    """A base model could not be fetched. `advice` is a sentence: what to do."""

    def __init__(self, name: str, why: str, advice: str) -> None:
        super().__init__(f"The base model {name!r} was not fetched: {why}. {advice}")
        self.name = name


class UnknownStyleError(EngineError):
    """No such style."""

    reason = "unknown_style"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no style {name!r}; there are {', '.join(sorted(known))}.")
        self.name = name
        self.known = tuple(sorted(known))


class BadStyleError(EngineError):
    """A style's entry or file is wrong."""

    reason = "bad_style"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"The style in {where} cannot be used: {why}.")
        self.where = where
        self.why = why


class BadRecipeError(EngineError):
    """A base's own training figures are wrong."""

    reason = "bad_recipe"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"The training recipe in {where} cannot be used: {why}.")
        self.where = where
        self.why = why


class BadLoraError(EngineError):
    """A LoRA file is damaged or does not fit the base model."""

    reason = "bad_lora"

    def __init__(self, why: str) -> None:
        super().__init__(f"The LoRA file cannot be used: {why}.")
        self.why = why


class BadFaceAdapterError(EngineError):
    """An IP-Adapter-FaceID is damaged, or fits neither base nor face analyser; caught where a preview is drawn."""

    reason = "bad_face_adapter"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"The IP-Adapter in {where} cannot be used: {why}.")
        self.where = where
        self.why = why


class DivergedError(EngineError):
    """A training's numbers are no longer finite."""

    reason = "nan"

    def __init__(self, step: int) -> None:
        super().__init__(f"The training went astray at step {step}: its numbers are no longer finite.")
        self.step = step


class StoppedError(EngineError):
    """Somebody asked to stop; what was checkpointed before is kept."""

    reason = "stopped"

    def __init__(self, stage: str, done: int) -> None:
        super().__init__(f"The {stage} was stopped after {done} steps, as asked.")
        self.stage = stage
        self.done = done


class BadReferenceError(EngineError):
    """What was kept of a sitter cannot be read, or was measured by another analyser."""

    reason = "bad_lora"  # people are told the same as of a damaged Face LoRA: to begin with new photos

    def __init__(self) -> None:
        super().__init__("What was kept of the sitter cannot be read: send the photos again.")


class BlockedError(EngineError):
    """No candidate may be shown (`limner.engine.fuse.safety`)."""

    reason = "blocked"

    def __init__(self, candidates: int) -> None:
        super().__init__(f"None of the {candidates} candidates can be shown.")
        self.candidates = candidates


class BadAspectError(EngineError):
    """The base does not draw pictures of this aspect ratio."""

    reason = "bad_aspect"

    def __init__(self, aspect: str, why: str) -> None:
        super().__init__(f"The aspect ratio {aspect!r} cannot be had: {why}.")
        self.aspect = aspect


class TemplateError(EngineError):
    """A template cannot be used with these sitters; the message says what to do.

    `reason` is "template_" and one of: unreadable, no_face, too_few_sitters, too_many_sitters, bad_choice.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = f"template_{reason}"


class PoseError(EngineError):
    """A pose cannot be had from this picture, with this base or with this ControlNet; the message says what to do."""

    reason = "bad_pose"


class FloorError(EngineError):
    """What is to be trained or drawn does not fit the floor as it was laid out. The message names both sides."""

    reason = "bad_lora"


class BadFrameError(EngineError):
    """The child process was told something it does not understand."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The call is not understood: {why}.")
        self.why = why


class TooFewPhotosError(EngineError):
    """Fewer good photos than a portrait needs."""

    reason = "too_few_photos"

    def __init__(self, good: int, needed: int, refusals: Sequence[Refusal | None] = ()) -> None:
        super().__init__(f"Only {good} of the photos can be used, and {needed} are needed.")
        self.refusals = tuple(refusals)
        """Parallel to the photos; None for a good one."""
        self.good = good
        self.needed = needed


class MissingModelsError(EngineError):
    """The model files of the face analyser or of the face parser are not here; the message says which and where to."""

    reason = "missing_models"


class SigningError(EngineError):
    """Pictures cannot be signed as the operator wishes, and so do not go out; the message says what to do."""


class PhotoRefusedError(EngineError):
    """A photo cannot be used; raised and caught within preprocess, where one photo's refusal spares the rest."""

    def __init__(self, reason: Reason, **detail: float | str) -> None:
        figures = ", ".join(f"{name} {value}" for name, value in detail.items())
        super().__init__(f"The photo was refused: {reason.value.replace('_', ' ')}{figures and f' ({figures})'}.")
        self.refusal = Refusal(reason, detail)


def is_memory(error: Exception) -> bool:
    """Tell whether an exception means that memory ran out; torch has three ways to say so, dlib and numpy one."""
    words = str(error)
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "allocate memory" in words
        or "bad allocation" in words
        or "bad_alloc" in words
    )

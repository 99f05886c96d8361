"""Other systems' way of training and drawing, plainly: a picture at a time, nothing encoded in advance, squared error.

One loop for all of them, steered by a :class:`limner.engine.bench.recipe.BenchRecipe`; each recipe's file says what
was taken over and what not. Only for bases with one text encoder.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from peft import LoraConfig

from limner.engine.bench.recipe import BenchRecipe
from limner.engine.bench.rows import Spent
from limner.engine.errors import DivergedError
from limner.engine.faces import Analyser, Face, Pixels
from limner.engine.fuse.adapters import Fusion, fused
from limner.engine.fuse.candidates import candidate_seeds, score
from limner.engine.fuse.pipeline import way_of_drawing
from limner.engine.fuse.recipe import render_recipe_for
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.sampler import Sampling, sample
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import decode_latents, encode_images, encode_prompts, fit
from limner.engine.models.lora import dump, fresh_lora
from limner.engine.styles import Style
from limner.engine.train.learner import Values
from limner.engine.words import name_sitter, plain_caption, sitter_of

_ADAPTER = "face"
#: How many pictures are drawn at once.
_BATCH = 8
#: From here on the mask of a face means head and hair; shoulders are below it.
_HEAD = 0.85
#: Quick portraits by which checkpoints are compared, and how many of the best are averaged.
_QUICK, _BEST = 4, 3


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What a training knows after some steps: the denoiser's LoRA as a file, the text encoder's by parameter."""

    step: int
    spent: Spent
    lora: bytes
    text: Values


@dataclass(slots=True, eq=False)
class _Course:
    """A training on its way: what learns, the three best checkpoints, and what it took so far."""

    denoiser: Mapping[str, torch.nn.Parameter]
    text: Mapping[str, torch.nn.Parameter]
    best: list[tuple[float, Values, Values]]
    spent: Spent = field(default_factory=Spent)

    def now(self) -> tuple[Values, Values]:
        """Copy the weights, or average those of the best checkpoints, if they are compared."""
        if not self.best:
            return _copy(self.denoiser), _copy(self.text)
        return _average([one[1] for one in self.best]), _average([one[2] for one in self.best])


def train_plainly(
    base: BaseModel, faces: Sequence[Face], analyser: Analyser, recipe: BenchRecipe, *, seed: int
) -> Iterator[Snapshot]:
    """Train and give what is known at each mark and at the end. Raises DivergedError.

    What it took is told of the training alone, its own comparisons included, without what a mark's reader does.
    """
    total = recipe.steps(len(faces))
    with ExitStack() as stack:
        denoiser = stack.enter_context(
            fresh_lora(base, _ADAPTER, rank=recipe.rank, alpha=recipe.alpha, targets=recipe.targets, seed=seed)
        )
        text = stack.enter_context(_text_lora(base, recipe, seed))
        course = _Course(denoiser, text, [])
        everything = [*denoiser.values(), *text.values()]
        optimizer = torch.optim.AdamW(everything, lr=recipe.lr, weight_decay=1e-2)
        for step in range(total):
            began = Spent.now()
            _learn(base, faces, recipe, course, optimizer, seed=seed, step=step, total=total)
            if recipe.average_every and (step + 1) % recipe.average_every == 0:
                _compare(base, faces, analyser, course, text)
            course.spent += Spent.now() - began
            if (step + 1) % recipe.mark_every == 0 or step + 1 == total:
                values, text_values = course.now()
                yield Snapshot(step + 1, course.spent, dump(base, _ADAPTER, values=values), text_values)


def draw_plainly(
    base: BaseModel,
    learned: Snapshot,
    style: Style,
    faces: Sequence[Face],
    analyser: Analyser,
    recipe: BenchRecipe,
    *,
    count: int,
    seed: int,
) -> list[Pixels]:
    """Draw candidates with classifier-free guidance and give the best `count` by likeness to the photos.

    They begin where the style says, as the engine's own do: from noise, or from the sitter's aligned photo.
    """
    _, style = way_of_drawing(base, style)
    prompt = name_sitter(style.prompt, sitter_of([face.caption for face in faces]))
    style_file = None if style.lora is None else style.lora.read_bytes()
    seeds = candidate_seeds(seed, max(count, recipe.candidates))
    how = Sampling(recipe.draw_steps, style.guidance or 1.0, classifier_free=True)
    with fused(base, face=learned.lora, style=style_file) as fusion, _text_put_back(base, recipe, learned.text):
        fusion.scale(face=recipe.face_scale, style=recipe.style_scale)
        words, start, strength = [prompt, style.negative_prompt], _start(base, style, faces), style.start_strength
        pictures = [one for part in _parts(seeds) for one in _draw(base, words, how, part, start, strength)]
    if recipe.candidates:
        known = [face.embedding for face in faces]
        pictures.sort(key=lambda picture: score(picture, analyser, known), reverse=True)
    return pictures[:count]


def whitened(face: Face) -> Pixels:
    """Paint everything but head and hair white."""
    head = np.clip((face.mask - _HEAD) / 0.1 + 0.5, 0, 1)[..., None]
    return (face.image * head + 255 * (1 - head)).round().astype(np.uint8)


def _learn(
    base: BaseModel,
    faces: Sequence[Face],
    recipe: BenchRecipe,
    course: _Course,
    optimizer: torch.optim.Optimizer,
    *,
    seed: int,
    step: int,
    total: int,
) -> None:
    rate = recipe.lr * (1 + math.cos(math.pi * step / total)) / 2 if recipe.falling else recipe.lr
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = 0.0
    for part in range(recipe.accumulate):
        chance = torch.Generator().manual_seed((seed * 1_000_003 + step * recipe.accumulate + part) % (1 << 63))
        one = _loss(base, faces[int(torch.randint(len(faces), (), generator=chance))], faces, recipe, chance)
        (one / recipe.accumulate).backward()
        loss += one.item()
    if not math.isfinite(loss):
        raise DivergedError(step)
    torch.nn.utils.clip_grad_norm_([*course.denoiser.values(), *course.text.values()], 1.0)
    optimizer.step()
    optimizer.zero_grad()


def _loss(
    base: BaseModel, face: Face, faces: Sequence[Face], recipe: BenchRecipe, chance: torch.Generator
) -> torch.Tensor:
    """Encode one picture and its words anew, as those systems do at every step, and take the squared error."""
    caption = face.caption if recipe.own_captions else plain_caption(sitter_of([one.caption for one in faces]))
    image = whitened(face) if recipe.white_background else face.image
    clean = encode_images(base, fit(image, base.size)[None])
    words = base.family.encode_prompt(caption, base.device)
    timesteps = base.schedule.to_learn(torch.rand(1, generator=chance))
    noise = torch.randn(clean.shape, generator=chance).to(base.device)
    made = base.predict(base.schedule.add_noise(clean, noise, timesteps), timesteps, words)
    return (made - base.schedule.target(clean, noise, timesteps)).square().mean()


def _compare(
    base: BaseModel,
    faces: Sequence[Face],
    analyser: Analyser,
    course: _Course,
    text: Mapping[str, torch.nn.Parameter],
) -> None:
    """Draw quick portraits with the weights as they are, and keep the weights if they are among the three best."""
    known = [face.embedding for face in faces]
    prompt = plain_caption(sitter_of([face.caption for face in faces]))
    own = render_recipe_for(base.name, base.family.name, base.directory)
    if text:
        base.prompts.clear()
    drawn = _draw(base, [prompt, ""], Sampling(own.steps, own.guidance, classifier_free=True), list(range(_QUICK)))
    alike = float(np.mean([score(picture, analyser, known) for picture in drawn]))
    course.best.append((alike, _copy(course.denoiser), _copy(course.text)))
    course.best.sort(key=lambda one: one[0], reverse=True)
    del course.best[_BEST:]


def _start(base: BaseModel, style: Style, faces: Sequence[Face]) -> torch.Tensor | None:
    if style.start_strength >= 1:
        return None
    return encode_images(base, fit(Reference.of(faces).image, base.size)[None])


def _draw(
    base: BaseModel,
    prompts: Sequence[str],
    how: Sampling,
    seeds: Sequence[int],
    start: torch.Tensor | None = None,
    strength: float = 1.0,
) -> list[Pixels]:
    words, count = encode_prompts(base, prompts), len(seeds)
    said, unsaid = (words.rows(slice(row, row + 1)).repeat(count) for row in (0, 1))
    begin = None if start is None else start.repeat(count, 1, 1, 1)
    drawn = sample(Fusion(base), said, unsaid, how, seeds=seeds, start=begin, strength=strength)
    return list(decode_latents(base, drawn))


def _parts(seeds: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(seeds), _BATCH):
        yield seeds[start : start + _BATCH]


@contextmanager
def _text_lora(base: BaseModel, recipe: BenchRecipe, seed: int) -> Iterator[dict[str, torch.nn.Parameter]]:
    """Put a new LoRA into the text encoder, if the recipe has one, and take it out at the end."""
    if not recipe.text_targets:
        yield {}
        return
    (encoder,) = base.family.text_encoders
    config = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(recipe.text_targets))
    base.prompts.clear()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder.add_adapter(config, adapter_name=_ADAPTER)
    try:
        yield {name: weight for name, weight in encoder.named_parameters() if "lora_" in name}
    finally:
        encoder.delete_adapter(_ADAPTER)
        base.prompts.clear()


@contextmanager
def _text_put_back(base: BaseModel, recipe: BenchRecipe, values: Values) -> Iterator[None]:
    with _text_lora(base, recipe, seed=0) as parameters, torch.no_grad():
        for name, weight in parameters.items():
            weight.copy_(values[name])
        yield


def _copy(parameters: Mapping[str, torch.nn.Parameter]) -> Values:
    return {name: weight.detach().clone() for name, weight in parameters.items()}


def _average(all_values: Sequence[Values]) -> Values:
    return {name: torch.stack([values[name] for values in all_values]).mean(0) for name in all_values[0]}

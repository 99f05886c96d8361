"""Eight portraits of eight users: through the floor, by diffusers one after the other, by peft in a mixed batch.

Peers are called as they document it: diffusers' `load_lora_weights`, `set_adapters` and the pipeline; peft's
`adapter_names` ("Inference with different LoRA adapters in the same batch") on `get_peft_model`, with face and style
put together by `add_weighted_adapter(combination_type="cat")`. Everybody encodes the words and decodes the pictures.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.utils import convert_unet_state_dict_to_peft, set_weights_and_activate_adapters
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict

from limner.engine.bench.floor_base import pipeline_of, twin
from limner.engine.bench.floor_world import User, World
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.sampler import Sampling, Work, sample
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import decode_latents, encode_prompts
from limner.engine.models.lora import read_lora

#: So far may latents be apart that were drawn from the same noise in float32.
TOLERANCE = 1e-3


def draw_seated(
    base: BaseModel, user: User, how: Sampling, on_step: Callable[[int, int], None] | None = None
) -> torch.Tensor:
    """Draw one user's latents wherever the base leads: from the LoRAs' bytes on."""
    assert user.style.lora is not None
    with fused(base, face=user.face, style=user.style.lora.read_bytes()) as fusion:
        fusion.scale(**user.scales)
        words = encode_prompts(base, [user.prompt, user.style.negative_prompt])
        said, unsaid = words.rows(slice(0, 1)), words.rows(slice(1, 2))
        return sample(fusion, said, unsaid, how, seeds=[user.seed], on_step=on_step)


def draw_on_floor(world: World, how: Sampling, *, decode: bool = True) -> torch.Tensor:
    """Draw everybody at once, each request in a thread of its own, as the painter does; give the latents."""

    def one(user: User) -> torch.Tensor:
        with world.seats.taken(user.name) as base:
            latents = draw_seated(base, user, how)
            if decode:
                decode_latents(base, latents)
            return latents

    world.base.prompts.clear()
    with ThreadPoolExecutor(len(world.users)) as pool:
        return torch.cat(list(pool.map(one, world.users)))


class Diffusers:
    """diffusers' pipeline, one user after the other."""

    def __init__(self, world: World) -> None:
        self.world, self.base = world, twin(world.base)
        self.pipeline = pipeline_of(self.base)

    def draw(self, *, decode: bool = True) -> torch.Tensor | None:
        """Draw everybody; give the latents, or None where they were decoded."""
        drawn = [self._one(user, decode=decode) for user in self.world.users]
        return None if decode else torch.cat(drawn)

    @contextmanager
    def switched(self, user: User) -> Iterator[None]:
        """Have a user's LoRAs in the pipeline, and take them out at the end."""
        self.load(user)
        try:
            yield
        finally:
            self.pipeline.unload_lora_weights()

    def load(self, user: User) -> None:
        """Switch to a user whose LoRAs are not in the pipeline."""
        with warnings.catch_warnings():
            # peft warns of several adapters in one model, which is what is wanted.
            warnings.filterwarnings("ignore", "Already found a `peft_config`")
            for name, file in user.files.items():
                self.pipeline.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name=name)
        names, scales = list(user.scales), list(user.scales.values())
        if isinstance(self.pipeline.unet.config.layers_per_block, int):
            self.pipeline.set_adapters(names, scales)
        else:
            # diffusers 0.42 fails where blocks differ in their number of layers; this is what it ends in.
            set_weights_and_activate_adapters(self.pipeline.unet, names, scales)

    def _one(self, user: User, *, decode: bool) -> Any:
        with self.switched(user):
            return self.pipeline(
                user.prompt,
                negative_prompt=user.style.negative_prompt,
                num_inference_steps=self.world.effort.steps,
                guidance_scale=self.world.guidance,
                latents=first_noise(self.base, [user]).to(self.base.dtype),
                output_type="np" if decode else "latent",
            ).images


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """peft's mixed batch, everybody's adapters resident; answers what `sample` asks, the base alone as `__base__`."""

    world: World
    base: BaseModel
    model: Any

    @classmethod
    def of(cls, world: World) -> Mixed:
        """Put every user's face and style into one model, and a concatenation of both."""
        base = twin(world.base)
        model = get_peft_model(base.denoiser, _config(base, world.users[0].face))
        styles = {user.style.name: user.style.lora.read_bytes() for user in world.users if user.style.lora}
        for name, data in [*styles.items(), *((user.name, user.face) for user in world.users)]:
            _add(model, base, name, data)
        for user in world.users:
            parts, scales = [user.name, user.style.name], list(user.scales.values())
            model.add_weighted_adapter(parts, scales, f"{user.name} in style", combination_type="cat")
        return cls(world, base, model.eval())

    def draw(self, *, decode: bool = True) -> torch.Tensor:
        """Draw everybody in one batch; give the latents."""
        users, base = self.world.users, self.base
        base.prompts.clear()
        said = encode_prompts(base, [user.prompt for user in users])
        unsaid = encode_prompts(base, [user.style.negative_prompt for user in users])
        latents = sample(self, said, unsaid, self.world.how(), seeds=[user.seed for user in users])
        if decode:
            decode_latents(base, latents)
        return latents

    def run(self, work: Work) -> None:
        """See `limner.engine.fuse.sampler.Speaker`."""
        names = [f"{user.name} in style" for user in self.world.users]
        device, dtype = self.base.device, self.base.dtype
        while (asked := work.ask()) is not None:
            adapters = [*names, *["__base__"] * (len(asked.latents) - asked.adapted)]
            latents = asked.latents.to(device, dtype).contiguous(memory_format=torch.channels_last)
            hidden, timesteps = asked.prompts.hidden.to(device, dtype), asked.timesteps.to(device)
            answer = self.model(latents, timesteps, hidden, return_dict=False, adapter_names=adapters)[0]
            work.take(answer.float())


def differences(world: World, diffusers: Diffusers, mixed: Mixed) -> dict[str, float]:
    """See whether everybody draws the same from the same noise; give the largest differences.

    The world's base is in float32: half precision rounds more than a wrong Face LoRA would change. Raises RuntimeError
    where they do not: nothing that is measured would mean anything then.
    """
    alone = diffusers.draw(decode=False)
    assert alone is not None
    found = {
        "diffusers": _apart(draw_on_floor(world, world.how(classifier_free=True), decode=False), alone.float()),
        "peft": _apart(draw_on_floor(world, world.how(), decode=False), mixed.draw(decode=False)),
    }
    for peer, far in found.items():
        if not far <= TOLERANCE:
            raise RuntimeError(f"From the same noise {peer} draws latents that differ from ours by {far:.1e}.")
    return found


def first_noise(base: BaseModel, users: Sequence[User]) -> torch.Tensor:
    """Give the noise that `sample` makes of the users' seeds."""
    drawn = [torch.randn(base.latent_shape, generator=torch.Generator().manual_seed(user.seed)) for user in users]
    return torch.stack(drawn).to(base.device)


def _apart(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours - theirs).abs().max())


def _config(base: BaseModel, data: bytes) -> LoraConfig:
    """Make peft's configuration of a LoRA file from its layers."""
    downs = {key: value for key, value in _state(base, data).items() if ".lora_A." in key}
    rank = len(next(iter(downs.values())))
    modules = [key.removesuffix(".lora_A.weight") for key in downs]
    return LoraConfig(r=rank, lora_alpha=rank, target_modules=modules)


def _add(model: Any, base: BaseModel, name: str, data: bytes) -> None:
    model.add_adapter(name, _config(base, data))
    state = {f"base_model.model.{key}": value for key, value in _state(base, data).items()}
    set_peft_model_state_dict(model, state, adapter_name=name)


def _state(base: BaseModel, data: bytes) -> dict[str, torch.Tensor]:
    state, _, _ = read_lora(base, data)
    prefix = f"{base.family.prefix}."
    own = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
    return own if any("lora_A" in key for key in own) else dict(convert_unet_state_dict_to_peft(own))

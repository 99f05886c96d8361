"""Z-Image and Z-Image-Turbo: a single-stream flow transformer with Qwen3 as its text encoder.

Chosen among the flow transformers of diffusers for its licence (Apache-2.0), its 6 B parameters, and because it takes
LoRAs of people well; docs/models.md says more. Cai et al. 2025, arXiv 2511.22699.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline

from limner.engine.models.family import Loading, Parts, State
from limner.engine.models.prompts import Prompts
from limner.engine.models.schedule import FlowSchedule

#: Tokens of a prompt, as in diffusers' pipeline.
TOKENS = 512


@dataclass(frozen=True, slots=True, eq=False)
class ZImage:
    """Fulfils `limner.engine.models.family.Family`."""

    tokenizer: Any
    text_encoder: Any
    timesteps: int
    """Of its schedule: at that one there is only noise."""
    name: str = "zimage"
    prefix: str = "transformer"

    @property
    def text_encoders(self) -> Sequence[Any]:
        """See `Family`."""
        return (self.text_encoder,)

    def encode_prompt(self, text: str, device: torch.device) -> Prompts:
        """See `Family`; (1, tokens, 2560): as many tokens as the prompt has in the chat's template."""
        asked = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True, enable_thinking=True
        )
        tokens = self.tokenizer(asked, max_length=TOKENS, truncation=True, return_tensors="pt").to(device)
        read = self.text_encoder(
            input_ids=tokens.input_ids, attention_mask=tokens.attention_mask, output_hidden_states=True
        )
        return Prompts(read.hidden_states[-2].float(), used=tokens.attention_mask.bool())

    def knows(self, word: str) -> bool:
        """See `Family`."""
        return len(self.tokenizer(word, add_special_tokens=False).input_ids) == 1

    def predict(self, denoiser: Any, latents: torch.Tensor, timesteps: torch.Tensor, prompts: Prompts) -> torch.Tensor:
        """See `Family`. The transformer counts time from noise to picture, and looks the same way."""
        assert prompts.used is not None
        words = [
            hidden[used].to(latents.device, latents.dtype)
            for hidden, used in zip(prompts.hidden, prompts.used, strict=True)
        ]
        when = 1 - timesteps.to(latents.device).float() / self.timesteps
        towards = denoiser(list(latents.unsqueeze(2)), when, words, return_dict=False)[0]
        return -torch.stack([one.float() for one in towards]).squeeze(2)

    def grid(self, denoiser: Any) -> int:
        """See `Family`: the transformer reads them in patches."""
        return min(int(side) for side in denoiser.config.all_patch_size)

    def read_lora(self, tensors: State, denoiser: Any) -> tuple[State, Mapping[str, float] | None]:
        """See `Family`."""
        state: State = ZImagePipeline.lora_state_dict(tensors)
        return state, None


def load(directory: Path, how: Loading) -> Parts:
    """Load a directory in the layout of ZImagePipeline. Raises what diffusers raises."""
    pipeline = ZImagePipeline.from_pretrained(**how.arguments(directory, "transformer"))
    patch = min(int(side) for side in pipeline.transformer.config.all_patch_size)
    scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipeline.scheduler.config)
    return Parts(
        family=ZImage(pipeline.tokenizer, pipeline.text_encoder, int(scheduler.config.num_train_timesteps)),
        denoiser=pipeline.transformer,
        vae=pipeline.vae,
        schedule=FlowSchedule(scheduler, how.device, patch),
        # The transformer's configuration does not say; its VAE's does, 1024.
        size=int(pipeline.vae.config.sample_size),
    )

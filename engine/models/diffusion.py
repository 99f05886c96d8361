"""The arithmetic of a noise schedule, for bases that predict noise (epsilon) and bases that predict velocity.

With a = alphas_cumprod[t]: x_t = sqrt(a) x_0 + sqrt(1 - a) e and v = sqrt(a) e - sqrt(1 - a) x_0
(Salimans and Ho 2022, arXiv 2202.00512, appendix D). Which of the two a base predicts stands in its scheduler's
configuration.
"""

from __future__ import annotations

import torch

from limner.engine.models.base import BaseModel


def predict(base: BaseModel, latents: torch.Tensor, timesteps: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    """Call the UNet: (n, c, h, w) latents, (n,) timesteps, (n, tokens, width) text; the prediction in float32."""
    dtype = base.unet.dtype
    inputs = latents.to(base.device, dtype).contiguous(memory_format=torch.channels_last)
    output = base.unet(inputs, timesteps.to(base.device), text.to(base.device, dtype), return_dict=False)[0]
    prediction: torch.Tensor = output.float()
    return prediction


def alphas(base: BaseModel, timesteps: torch.Tensor) -> torch.Tensor:
    """Give alphas_cumprod at (n,) timesteps as (n, 1, 1, 1) on the base's device."""
    table = base.scheduler.alphas_cumprod.to(base.device)
    picked: torch.Tensor = table[timesteps.to(base.device)].float().view(-1, 1, 1, 1)
    return picked


def training_timesteps(base: BaseModel) -> int:
    """Tell how many timesteps the base was trained with."""
    return int(base.scheduler.config.num_train_timesteps)


def predicts_velocity(base: BaseModel) -> bool:
    """Tell whether the base predicts v; otherwise it predicts the noise."""
    return bool(base.scheduler.config.prediction_type == "v_prediction")


def add_noise(base: BaseModel, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
    """Bring clean latents to their timesteps."""
    a = alphas(base, timesteps)
    return a.sqrt() * clean + (1 - a).sqrt() * noise


def target(base: BaseModel, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
    """Give what the UNet should predict."""
    if not predicts_velocity(base):
        return noise
    a = alphas(base, timesteps)
    return a.sqrt() * noise - (1 - a).sqrt() * clean


def loss_weights(base: BaseModel, timesteps: torch.Tensor, gamma: float | None) -> torch.Tensor:
    """Weigh (n,) timesteps by min-SNR (Hang et al. 2023, arXiv 2303.09556, section 3.4); None weighs all alike.

    For noise: min(snr, gamma) / snr. For velocity the loss is (snr + 1) times the loss on x_0, and the same
    rule is min(snr + 1, gamma) / (snr + 1): the paper's min(snr, gamma) / (snr + 1) is nought at snr 0, and a base with
    zero terminal SNR would then never learn the sitter's hair and colours, which are settled in exactly those steps.
    """
    if gamma is None:
        return torch.ones(len(timesteps), device=base.device)
    a = alphas(base, timesteps).flatten()
    snr = a / (1 - a).clamp(min=1e-8)
    if predicts_velocity(base):
        return (snr + 1).clamp(max=gamma) / (snr + 1)
    # A tiny floor: an epsilon base with zero terminal SNR has nothing to divide by at its last timestep.
    snr = snr.clamp(min=1e-8)
    return snr.clamp(max=gamma) / snr

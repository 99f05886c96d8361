"""What a LoRA file says of its layers' alphas: peft's configuration in the metadata, as diffusers writes it.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: peft's configuration in the metadata of a file that diffusers wrote.
CONFIG = "lora_adapter_metadata"


def alpha_of(config: Mapping[str, Any], prefix: str, module: str, rank: int) -> float:
    """Look a layer's alpha up as peft does: its own, else that of all; without either it is the rank."""
    own = config.get(f"{prefix}.alpha_pattern") or {}
    known = next((value for name, value in own.items() if module == name or module.endswith(f".{name}")), None)
    found = known if known is not None else config.get(f"{prefix}.lora_alpha")
    return float(rank if found is None else found)

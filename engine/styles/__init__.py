"""The styles there are: built-in ones and those of an operator's folders. Loads no torch.

Table of contents: `registry` reads and validates entries, `writing` writes them, `weights` looks into LoRA files. Each
built-in style is a folder here: `style.yaml`, and, where it has them, `lora.safetensors` and `preview.jpg`.
"""

from limner.engine.styles.registry import BUILT_IN, Style, find_style, is_name, load_styles
from limner.engine.styles.weights import LoraFacts, check_lora
from limner.engine.styles.writing import write_style

__all__ = ["BUILT_IN", "LoraFacts", "Style", "check_lora", "find_style", "is_name", "load_styles", "write_style"]

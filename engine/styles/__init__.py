"""The styles there are: built-in ones and those of an operator's folders. Loads no torch.

Table of contents: `registry` reads and validates entries, `weights` looks into LoRA files. Each built-in style is a
folder here: `style.yaml`, and, where it has them, `lora.safetensors` and `preview.jpg`.
"""

from limner.engine.styles.registry import Style, find_style, load_styles
from limner.engine.styles.weights import check_lora

__all__ = ["Style", "check_lora", "find_style", "load_styles"]

"""Base models: a Stable Diffusion directory loaded once, and the arithmetic of its noise schedule.

Table of contents: `base` loads it, `coding` turns words and pictures into tensors and back, `diffusion` knows noise,
`lora` puts LoRA layers in and takes them out. Importing this package loads no torch.
"""

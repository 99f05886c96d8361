"""Train a Face LoRA (or a Style LoRA) on a frozen base.

Table of contents: `pipeline` is the way of one sitter; `recipe` its figures, `dataset` the cached latents, `loop` what
a step looks at, `learner` who takes the steps, `checkpoint` what a restart needs, `judge` the likeness that picks the
weights, `style` the same for a style. Importing this package loads no torch.
"""

"""nano: the embedded base model and the recipe that made it.

The journey: people -> augment (stylise) -> pictures -> vae -> unet -> ship -> style_loras.
"""

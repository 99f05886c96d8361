"""Base models: a directory in diffusers' layout loaded once, whatever its family.

Table of contents: `base` loads it, `running` says how, `family` is the seam that `sd15`, `sdxl` and `zimage` fulfil;
`coding` turns words and pictures into tensors and back, `prompts` are words encoded, `schedule` knows noise, `vae` its
configuration; `lora` puts LoRA layers in and takes them out, `interchange` renames their files for other programs,
`face_adapter` is IP-Adapter-FaceID, `controlnet` lets a base draw after a pose. Importing this package loads no torch.
"""

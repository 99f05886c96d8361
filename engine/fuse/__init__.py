"""Face LoRA and Style LoRA on one base, to portraits.

Table of contents: `pipeline` is the way of one request; `reference` is what is kept of a sitter, `adapters` puts the
LoRAs in, `sampler` draws, `guard` asks for style and safety, `candidates` picks, `marks` writes the PNG, `sheet` the
contact sheet. Importing this package loads no torch.
"""

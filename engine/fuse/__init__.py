"""Face LoRA and Style LoRA on one base, to portraits.

Table of contents: `pipeline` is the way of one request, `template` that of one with a template; `reference` is what is
kept of a sitter, `places` says who goes where in a template, `region` cuts a face out and puts it back, `repaint` draws
it anew, `drawing` draws candidates and judges them: `adapters` puts the LoRAs in, `aspect` says how large, `sampler`
draws, `guard` asks for the style and `safety` whether it may be shown, `candidates` picks, `pose` draws a face's
landmarks for a ControlNet, `background` cuts the sitter out. `marks` writes the PNG, `sheet` the contact sheet,
`gallery` draws what stands for a style. Importing this package loads no torch.
"""

"""Photos of one person in, prepared faces out; a photo that cannot be used is refused with its reason.

Start reading at `pipeline`. Knows no chat, no model and no torch.
"""

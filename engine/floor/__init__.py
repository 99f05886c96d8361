"""One device, many sitters, in one batch: the Face LoRAs of several people are trained and drawn with at once.

    layers     stacked LoRA layers on a denoiser: K slots, and which slot each sample of a batch is in
    loading    LoRA files into slots and out of them
    optimizer  AdamW for each slot alone
    plans      the samplers' arithmetic, a row of figures for each step

Knows no queue, no chat and no storage.
"""

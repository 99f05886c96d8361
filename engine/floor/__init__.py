"""One device, many sitters, in one batch: the Face LoRAs of several people are trained and drawn with at once.

    layout     how large a floor is on a base
    seats      who trains and draws there: `place` its slot and what it draws with, `learning` a training in it
    floor      the thread that owns the device, and whose turn it is (`fairness`)
    turns      what a turn computes for its `errands`
    loading    LoRA files in a slot's form
    layers     stacked LoRA layers, and which slot each sample of a batch is in
    optimizer  AdamW for each slot alone

Knows no queue, no chat and no storage.
"""

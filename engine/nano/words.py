"""Nano's words: a tokenizer in which every caption word is one token, and other ways to say a caption."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from limner.engine.nano.people import EXPRESSIONS
from limner.engine.nano.stylise import STYLISE

#: Longest caption in tokens, both ends included.
LENGTH = 24

_WORDS = """
a an the of in with on and sks photo picture drawing painting photograph portrait studio art style man woman person
short curly straight long black brown blond red grey hair beard dark light smiling neutral mouth open eyes closed
coloured background outside neon city night paper ink colours graphite canvas warm blurred low quality face white blue
green soft bright glasses hat close up looking at camera
noir pop poster print cyanotype chalk renaissance sunset winter gold silver red yellow pink violet orange white
"""

_SYNONYMS = {
    "happy": "smiling",
    "playful": "mouth open",
    "surprised": "mouth open",
    "shocked": "mouth open",
    "black hair": "dark hair",
    "brown hair": "dark hair",
    "blond hair": "light hair",
    "grey hair": "light hair",
}
"""What preprocess says for what openpeople says: half of the captions say it so."""


def vary(caption: str, rng: np.random.Generator) -> str:
    """Say a caption in preprocess's words half of the time."""
    for word, other in _SYNONYMS.items():
        if word in caption and rng.random() < 0.5:
            caption = caption.replace(word, other)
    return caption


def build_tokenizer(directory: Path) -> CLIPTokenizer:
    """Make the tokenizer and keep it in ``directory``; one that is there already is the one to use.

    Two runs number equally frequent tokens differently, and a text encoder has learned one numbering.
    """
    if (directory / "tokenizer.json").exists():
        return CLIPTokenizer.from_pretrained(directory)
    words = sorted({*_WORDS.split(), *EXPRESSIONS, *(w for begin, _ in STYLISE.values() for w in begin.split())})
    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>"))  # noqa: S106  a token of text, not a secret
    bpe.normalizer = normalizers.Lowercase()
    bpe.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)
    letters = [chr(c) for c in range(33, 127)]
    trainer = trainers.BpeTrainer(
        vocab_size=4000,
        min_frequency=1,
        special_tokens=["<|startoftext|>", "<|endoftext|>"],
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    bpe.train_from_iterator([*words, *letters], trainer)
    model = json.loads(bpe.to_str())["model"]
    tokenizer = CLIPTokenizer(vocab=model["vocab"], merges=[tuple(m) for m in model["merges"]], model_max_length=LENGTH)
    split = [word for word in words if len(tokenizer(word).input_ids) != 3]
    if split:
        message = f"These words are more than one token: {split}."
        raise ValueError(message)
    tokenizer.save_pretrained(directory)
    return tokenizer

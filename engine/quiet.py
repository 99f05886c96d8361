"""Keep the libraries' own progress bars and advice out of ours."""

from __future__ import annotations

import logging


def quiet() -> None:
    """Silence what diffusers and transformers say while they load; loads both."""
    # torchao tells of each of its kernels that another kind of GPU would need.
    for library in ("transformers", "torchao"):
        logging.getLogger(library).setLevel(logging.ERROR)
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()

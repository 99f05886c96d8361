"""What these tests share: the real analyser, loaded once."""

import pytest

from limner.engine.preprocess.analyser import DlibAnalyser
from limner.tests.fakes.analyser import dlib_analyser


@pytest.fixture(scope="session")
def analyser() -> DlibAnalyser:
    """Return dlib's analyser; its models (120 MB) load at first use."""
    return dlib_analyser()

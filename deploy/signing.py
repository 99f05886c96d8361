"""Whether pictures can be signed as is set, found out by one of the engine's processes."""

import subprocess
import sys
from datetime import datetime

from limner.engine.signing import Credentials


def signing_problem(credentials: Credentials | None) -> str | None:
    """Say in a sentence or two why pictures cannot be signed and what to do, or None where they can or need not.

    This process never opens the key. A time stamp authority is asked, too.
    """
    if credentials is None:
        return None
    command = (sys.executable, "-P", "-m", "limner.engine.signing", *credentials.arguments())
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return None
    return done.stdout.strip() or f"The trial signature ended with code {done.returncode}: its errors are above."


def good_until(credentials: Credentials) -> datetime:
    """Read when the first certificate of a chain that has no problem expires."""
    from cryptography.x509 import load_pem_x509_certificates

    return load_pem_x509_certificates(credentials.certificate.read_bytes())[0].not_valid_after_utc

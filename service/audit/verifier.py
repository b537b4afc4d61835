"""The program that a case bundle is verified with, as it is handed out; its digest is published beside it."""

import hashlib
from pathlib import Path

VERIFIER = Path(__file__).resolve().parent / "handout" / "verify.py"


def verifier_digest() -> str:
    """The SHA-256 (hex) of the program: whoever gets a bundle compares it before they run what came with it."""
    return hashlib.sha256(VERIFIER.read_bytes()).hexdigest()

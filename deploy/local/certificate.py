"""A server's certificate, for those that are told to speak TLS."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """PEM files: a certificate for 127.0.0.1 that clients trust as it is, and its key (PKCS 8, no pass phrase)."""

    certificate: Path
    key: Path

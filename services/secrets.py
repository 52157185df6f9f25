"""The installation's secret key: seals what is kept or handed out, so that it tells nothing to who holds it."""

import base64
import hashlib
import os
from pathlib import Path

from streams.errors import InvalidInput


class Seal:
    """Authenticated encryption of short texts under one key."""

    def __init__(self, key: str) -> None:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - heavy, and most commands never seal

        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))

    def close(self, text: str) -> str:
        """Return the sealed text, safe in a URL."""
        return self._fernet.encrypt(text.encode()).decode().rstrip("=")

    def open(self, sealed: str) -> str:
        """Return the text; InvalidInput when it was not sealed here."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        try:
            return self._fernet.decrypt(sealed + "=" * (-len(sealed) % 4)).decode()
        except (InvalidToken, ValueError) as exc:
            raise InvalidInput("this was not sealed by this server") from exc


def key_from(data: Path, configured: str) -> str:
    """Return the configured key, else the one kept in the data folder, made at first use."""
    if configured:
        return configured
    path = data / "secret-key"
    if not path.exists():
        write_private(path, base64.urlsafe_b64encode(os.urandom(32)).decode())
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

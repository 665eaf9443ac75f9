"""The key of this installation, with which it signs what it has verified itself.

Whoever can write into the folder of a memory can plant a chain there, but without the key not
one that counts as verified. The key therefore lies outside, with the user's settings: a memory
that was copied from elsewhere brings its chains, and they wait in quarantine. HMAC-SHA256
(RFC 2104); a symmetric key suffices, because only the installation itself has to be convinced.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import stat
from pathlib import Path

from autoglm_agent.errors import StoreError

log = logging.getLogger(__name__)

VARIABLE = "AUTOGLM_KEY_FILE"
FILE = "memory.key"
SIZE = 32


class Key:
    """Signs digests and recognises its own signatures.

    Args:
        secret: 32 random bytes.
        path: The file that holds it, if one does.
    """

    def __init__(self, secret: bytes, path: Path | None = None) -> None:
        self._secret = secret
        self.path = path

    @property
    def id(self) -> str:
        """A public name of the key; it tells nothing of the secret."""
        return hashlib.sha256(b"autoglm-key-id" + self._secret).hexdigest()[:12]

    def sign(self, digest: str) -> str:
        """Return the signature of a digest, 64 hex digits."""
        return hmac.new(self._secret, f"autoglm-memory:{digest}".encode(), "sha256").hexdigest()

    def signed(self, digest: str, mac: str) -> bool:
        """Whether this key made the signature `mac` of `digest`."""
        return hmac.compare_digest(self.sign(digest).encode(), mac.encode("utf-8", "replace"))


def installation_key(folder: Path) -> Key:
    """Return the key of this installation; make it on first use, for its owner's eyes only.

    It lies in the file that `AUTOGLM_KEY_FILE` names, else in `autoglm-agent/memory.key` below
    the user's configuration folder; where none can be written there, in the memory's folder.

    Args:
        folder: The memory's folder.

    Raises:
        StoreError: If the file is there but holds no key, or none can be written anywhere.
    """
    named = os.environ.get(VARIABLE)
    places = [Path(named)] if named else [_settings() / "autoglm-agent" / FILE, folder / FILE]
    why = ""
    for place in places:
        try:
            return _read_or_make(place)
        except OSError as error:
            why = error.strerror or str(error)
            log.info("The memory's key cannot be kept in %s: %s.", place, why)
    raise StoreError(
        f"No key for the memory can be kept in {places[-1]}: {why}.",
        f"Name a writable file in {VARIABLE}.",
    )


def _settings() -> Path:
    named = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME")
    home = Path(os.path.expanduser("~"))
    return Path(named) if named else home / ("AppData/Roaming" if os.name == "nt" else ".config")


def _read_or_make(path: Path) -> Key:
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(SIZE))
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, path)  # fails if another process was first: its key counts
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> Key:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != SIZE:
        raise StoreError(
            f"{path} holds no key for the memory.",
            "Restore it, or remove it: what it signed then waits in quarantine.",
        )
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        log.warning("%s could be read by others; its mode is now 0600.", path)
        path.chmod(0o600)
    return Key(secret, path)

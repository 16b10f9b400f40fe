"""What has the operator told this installation, and is any of it misspelt?

Everything comes from the environment (names below, prefix FASEPORT_), so that nothing secret lies in a file
of ours except the key that links are derived from. That key is a file of its own: JSON, number → 64
hexadecimal digits, `{"1": "…"}`. A new number is a new key; the old ones stay, since links that were sent
with them still live.
"""

import difflib
import ipaddress
import json
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cli.misuse import BadSettings, KeyFileUnusable
from engine.core.access.table import Portal

PREFIX: Final = "FASEPORT_"
DATABASE: Final = "sqlite:///var/faseport.db"
DEMO_DATABASE: Final = "sqlite:///var/demo.db"
KEY_BYTES: Final = 32


def _database(url: str) -> str:
    url = url.strip().replace("postgres://", "postgresql://", 1)
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("adressen må begynne med sqlite:/// eller postgresql://")
    if url in ("sqlite:///", "sqlite:///:memory:"):
        raise ValueError("en database i minnet holder ikke på noe; oppgi en fil")
    return url


def _base_url(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            "adressen må begynne med https:// (eller http:// på egen maskin) og ikke ha ? eller #"
        )
    if parts.path.strip("/"):
        # Pages, letters and cookies all name their paths from the root of the host.
        raise ValueError(f"Faseport må ha vertsnavnet for seg selv; ta bort «{parts.path}» etter det")
    return url.strip().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Settings(BaseSettings):
    """The environment of an installation; see the reference for what each name means."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: Annotated[str, AfterValidator(_database)] = DATABASE
    smtp_url: str | None = None
    mail_from: str = "Faseport <faseport@localhost>"
    base_url: Annotated[str, AfterValidator(_base_url)] = "http://127.0.0.1:8080"
    secret_key_file: Path = Path("var/secret.key")
    workflows: Path | None = None
    portal: Portal = Portal.SIGNED_IN
    device_days: Annotated[int, Field(ge=0, le=365)] = 30
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None

    @property
    def on_loopback(self) -> bool:
        """Whether people reach this installation from its own machine only."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def is_encrypted(self) -> bool:
        """Whether people reach this installation by https."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def may_be_served(self) -> bool:
        """Links carry what opens a case, so they travel encrypted or not at all."""
        return self.on_loopback or self.is_encrypted


NAMES: Final = tuple(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)
"""Every name that is read from the environment, in whatever letter case."""
_SHORT_NAMES: Final = tuple(name.removeprefix(PREFIX) for name in NAMES)


def load(**defaults: str) -> Settings:
    """The settings of this process. `defaults` hold where the environment says nothing. Raises BadSettings
    with every fault.
    """
    told = {name.upper() for name, value in os.environ.items() if value}
    given: dict[str, Any] = {
        name: value for name, value in defaults.items() if f"{PREFIX}{name.upper()}" not in told
    }
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(tuple(_fault(one["loc"], one["msg"]) for one in error.errors())) from None


def _fault(place: Iterable[int | str], message: str) -> str:
    name = PREFIX + "_".join(str(step) for step in place).upper()
    return f"{name}: {message.removeprefix('Value error, ')}."


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names that look like ours and are not, each with the nearest real one, or ''."""
    found: list[tuple[str, str]] = []
    for name in sorted(environment):
        asked = name.upper()
        if asked in NAMES:
            continue
        if asked.startswith(PREFIX):
            rest = difflib.get_close_matches(asked.removeprefix(PREFIX), _SHORT_NAMES, n=1, cutoff=0.5)
            found.append((name, PREFIX + rest[0] if rest else ""))
        else:
            near = difflib.get_close_matches(asked, NAMES, n=1, cutoff=0.85)
            found += [(name, near[0])] if near else []
    return found


def create_keys(path: Path, *, rotate: bool = False, used: int = 0) -> dict[int, bytes]:
    """Make the key file, or give it one more key; only its owner can read it.

    A new key's number is above every other, `used` included: the highest that links were made with, which
    another key must never take over. Raises KeyFileUnusable for one that is no key file.
    """
    keys = read_keys(path) if path.exists() else {}
    if keys and not rotate:
        return keys
    keys[max(used, *keys, 0) + 1] = secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump({str(kid): key.hex() for kid, key in keys.items()}, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return keys


def read_keys(path: Path) -> dict[int, bytes]:
    """The keys by number. Raises KeyFileUnusable when the file is missing, spoilt, or readable by others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyFileUnusable(path, "missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileUnusable(path, "unreadable", str(error)) from None
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileUnusable(path, "open_to_others", f"{stat.S_IMODE(mode):o}")
    try:
        keys = {int(kid): bytes.fromhex(key) for kid, key in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError):
        raise KeyFileUnusable(path, "spoilt") from None
    if not keys or any(len(key) != KEY_BYTES or not 0 < kid < 1000 for kid, key in keys.items()):
        raise KeyFileUnusable(path, "spoilt")
    return keys

"""Who may come in: the password, the user that a proxy names, where a request really comes from."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from assistant.errors import UsageError
from assistant.settings import Settings

COOKIE = "reader"
_READER = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How readers are told apart and who is let in."""

    password: str = ""
    user_header: str = ""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read it from the settings.

        Raises:
            UsageError: if the password is not of the form user:password, or a proxy is no address.
        """
        password = settings.password.get_secret_value()
        if password and not all(password.partition(":")):
            raise UsageError("The password cannot be used.", "Set ASSISTANT_PASSWORD to user:password.")
        try:
            proxies = tuple(ip_network(one.strip()) for one in settings.proxies.split(",") if one.strip())
        except ValueError as error:
            raise UsageError(
                f"A proxy cannot be used: {error}.", "Set ASSISTANT_PROXIES to addresses."
            ) from error
        return cls(password=password, user_header=settings.user_header, proxies=proxies)

    @property
    def closed(self) -> bool:
        """Whether readers have to say who they are."""
        return bool(self.password or self.user_header)

    def trusted(self, peer: str) -> bool:
        """Tell whether what this peer says about its clients is believed."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)

    def client(self, peer: str, headers: Headers) -> str:
        """Return the address that a request comes from: the last one in its way that is no proxy of ours."""
        forwarded = ",".join(headers.getlist("x-forwarded-for"))
        way = [one.strip() for one in forwarded.split(",") if one.strip()]
        while way and self.trusted(peer):
            peer = way.pop()
        return peer

    def user(self, peer: str, headers: Headers) -> str | None:
        """Return the user's name, "" where none is needed, None for somebody who may not come in."""
        named = headers.getlist(self.user_header) if self.user_header and self.trusted(peer) else []
        if len(named) == 1 and named[0].strip():  # twice: the client's own beside the proxy's
            return named[0].strip()
        if self.password:
            given = _basic(headers.get("authorization", ""))
            return "" if hmac.compare_digest(given, self.password.encode()) else None
        return None if self.user_header else ""


def _basic(header: str) -> bytes:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def own_site(headers: Headers) -> bool:
    """Tell whether a request that changes something comes from our own page, or from no page at all."""
    fetched = headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        host = urlsplit(origin).netloc  # "" of "null", which nothing may be compared with
    except ValueError:
        return False
    return bool(host) and host in (headers.get("host"), headers.get("x-forwarded-host"))


def reader_of(headers: Headers, user: str) -> tuple[str, bool]:
    """Return the reader's id, and whether it was made just now: a named user's, or else the cookie's."""
    if user:
        return f"user-{hashlib.sha256(user.encode()).hexdigest()}", False
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        cookie = None
    if cookie and _READER.fullmatch(cookie.value):
        return cookie.value, False
    return secrets.token_urlsafe(24), True


def with_reader(cookies: str, reader: str) -> str:
    """Return a Cookie header with this reader instead of any other."""
    kept = [one for one in cookies.split(";") if one.partition("=")[0].strip() not in ("", COOKIE)]
    return ";".join([*kept, f" {COOKIE}={reader}"]).strip()

"""Fetching of pages and feeds from addresses that others wrote: only public hosts, bounded in size and time.

The host is resolved here, each of its addresses is checked, and the connection is made to the checked address itself,
so a name that resolves to something else a moment later gains nothing. Every redirect is checked in the same way. What
a site's robots.txt forbids is left alone, and between two pages of a site there is a pause.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from assistant.errors import Rejected
from ingest.manners import Manners

Resolve = Callable[[str, int], list[str]]

_AGENT = "news-assistant/0.1"
_REDIRECTS = {301, 302, 303, 307, 308}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was fetched; `url` is the address after redirects."""

    url: str
    content: bytes
    media_type: str = ""
    charset: str | None = None


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the public internet, also where it hides an IPv4 address in an IPv6 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Fetcher:
    """Fetches http and https addresses.

    Attributes are the limits: bytes after decompression, seconds for the whole of a page, redirects.
    """

    def __init__(
        self,
        allowed_hosts: Collection[str] = (),
        *,
        max_bytes: int = 10_000_000,
        seconds: float = 20.0,
        redirects: int = 5,
        pause: float = 0.5,
        resolve: Resolve = resolve_host,
    ) -> None:
        """Make a fetcher.

        Args:
            allowed_hosts: Names of hosts that may be fetched although their addresses are private.
            max_bytes: Size of a page after decompression that is still read.
            seconds: Time that a page may take, redirects included.
            redirects: How many redirects are followed.
            pause: Seconds between two pages of one server, unless its robots.txt asks for more.
            resolve: Finds the addresses of a host; tests pass their own.
        """
        self.allowed_hosts = frozenset(host.strip().lower() for host in allowed_hosts if host.strip())
        self.max_bytes = max_bytes
        self.seconds = seconds
        self.redirects = redirects
        self._resolve = resolve
        self._manners = Manners(pause)

    def fetch(self, url: str) -> Page:
        """Fetch a page.

        Raises:
            Rejected: The address is not allowed, the server fails or does not want it, or a limit is passed.
        """
        target = str(_web_address(url))
        self._ask(target)
        self._manners.wait(target)
        return self._fetch(target, self._ask)

    def _ask(self, url: str) -> None:
        """Ask the server's robots.txt whether a page may be fetched."""
        if not self._manners.allow(url, self._robots):
            raise Rejected("The site does not want programs to fetch it (robots.txt).")

    def _robots(self, url: str) -> tuple[int, bytes]:
        try:
            return httpx.codes.OK, self._fetch(url, lambda _: None).content
        except _Refused as error:
            return error.status, b""
        except Rejected:  # if the server cannot be reached or is not allowed, the page itself says why
            return 0, b""

    def _fetch(self, url: str, allow: Callable[[str], None]) -> Page:
        deadline = time.monotonic() + self.seconds
        transport = _Transport(_CheckedNetwork(self._addresses, deadline))
        with httpx.Client(transport=transport, trust_env=False, timeout=self.seconds) as client:
            try:
                return self._follow(client, url, deadline, allow)
            except (TimeoutError, httpx.TimeoutException, httpcore.TimeoutException) as error:
                raise Rejected(f"The server did not answer within {self.seconds:g} seconds.") from error
            except (
                httpx.HTTPError,
                httpx.InvalidURL,  # where it redirects to
                httpcore.NetworkError,
                httpcore.ProtocolError,
            ) as error:
                raise Rejected(
                    f"The page cannot be fetched: {str(error) or type(error).__name__}."
                ) from error

    def _follow(self, client: httpx.Client, url: str, deadline: float, allow: Callable[[str], None]) -> Page:
        for hop in range(self.redirects + 1):
            target = _web_address(url)
            if hop:
                allow(str(target))
            headers = {"Accept-Encoding": "gzip", "User-Agent": _AGENT}
            with client.stream("GET", target, headers=headers, follow_redirects=False) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    url = str(target.join(response.headers["location"]))
                    continue
                if response.status_code != httpx.codes.OK:
                    raise _Refused(response.status_code, response.reason_phrase)
                media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                content = self._read(response, deadline)
                return Page(
                    url=str(target), content=content, media_type=media_type, charset=response.charset_encoding
                )
        raise Rejected(f"It redirects more than {self.redirects} times.")

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        content = bytearray()
        for part in _unpacked(response, self.max_bytes):
            content += part
            if len(content) > self.max_bytes:
                raise Rejected(f"The page is bigger than {self.max_bytes / 1e6:g} MB.")
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(content)

    def _addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host that may be connected to."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Rejected(f"The host {host!r} is not known.") from error
        if host.lower() not in self.allowed_hosts and not all(map(is_public, addresses)):
            raise Rejected(
                f"The host {host!r} is in a private network.",
                "Name it in ASSISTANT_ALLOWED_HOSTS if it may be fetched.",
            )
        return addresses


class _Refused(Rejected):
    """The server answered with something else than a page."""

    def __init__(self, status: int, phrase: str) -> None:
        super().__init__(f"The server answered {f'{status} {phrase}'.strip()}.")
        self.status = status


def _web_address(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
        urlsplit(unquote(str(target)))  # as the reader of robots.txt takes it
    except (httpx.InvalidURL, ValueError) as error:
        raise Rejected(f"The address cannot be read: {error}.") from error
    if target.scheme not in ("http", "https") or not target.host:
        raise Rejected("Only http and https addresses are fetched.")
    return (
        target.copy_with(fragment=None, username=None, password=None)
        if target.userinfo
        else target.copy_with(fragment=None)
    )


def _unpacked(response: httpx.Response, most: int) -> Iterator[bytes]:
    """Yield the body, unpacked a bounded piece at a time."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip"):
        raise Rejected(f"The server packed the page as {encoding[:20]!r}, which was not asked for.")
    unpack = zlib.decompressobj(wbits=31)
    try:
        for part in response.iter_raw():
            yield unpack.decompress(part, most + 1)
            if unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, most + 1)
    except zlib.error as error:
        raise Rejected("The packed page is damaged.") from error


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets nothing wait beyond the deadline."""

    def __init__(self, addresses: Callable[[str, int], list[str]], deadline: float) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the host has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._network.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every step must end before the deadline, so that a slow drip of bytes is no way around it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout)),
            self._deadline,
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)


class _Transport(httpx.BaseTransport):
    """Carries the requests of httpx over a pool whose network is our own."""

    def __init__(self, network: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        received = self._pool.handle_request(sent)
        return httpx.Response(
            status_code=received.status,
            headers=received.headers,
            stream=_Body(received),
            extensions=received.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, received: httpcore.Response) -> None:
        self._received = received

    def __iter__(self) -> Iterator[bytes]:
        return self._received.iter_stream()

    def close(self) -> None:
        self._received.close()

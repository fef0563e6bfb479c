from __future__ import annotations

import gzip
import time

import pytest

from assistant.errors import Rejected
from ingest.fetch import Fetcher, is_public
from tests.ingest.web import answer, redirect, serving

LOCAL = ["127.0.0.1"]


def quick(*hosts, **limits):
    return Fetcher(*hosts, **({"pause": 0} | limits))


def refusal(fetcher, url):
    with pytest.raises(Rejected) as caught:
        fetcher.fetch(url)
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254",
    ],
)  # fmt: skip
def test_private_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address):
    assert is_public(address)


def test_allowed_private_host_is_fetched():
    with serving({"/a": answer("сәлем")}) as (url, _):
        page = quick(["127.0.0.1"]).fetch(f"{url}/a#part")
    assert page.content.decode() == "сәлем"
    assert (page.url, page.media_type, page.charset) == (f"{url}/a", "text/html", "utf-8")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_refused_however_it_is_written(host):
    with serving({"/": answer("secret")}) as (url, asked):
        port = url.rpartition(":")[2]
        assert refusal(quick(), f"http://{host}:{port}/")
    assert not asked


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "gopher://example.org",
        "//example.org",
        "http://",
        "javascript:1",
        "http://[bad",
        "data:text/html,x",
    ],
)
def test_only_web_addresses(url):
    assert refusal(quick(), url)


def test_name_that_resolves_to_a_private_address_among_others_is_refused():
    fetcher = quick(resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])
    assert "private" in refusal(fetcher, "http://news.example/")


def test_the_address_that_was_checked_is_the_one_connected_to():
    """A name that changes its address between check and connection reaches only what was checked."""
    asked_for = []

    def resolve(host, port):
        asked_for.append(host)
        return LOCAL if len(asked_for) <= 2 else ["10.0.0.1"]

    with serving({"/": answer("here")}) as (url, _):
        port = url.rpartition(":")[2]
        assert (
            quick(["news.example"], resolve=resolve).fetch(f"http://news.example:{port}/").content == b"here"
        )
    assert asked_for == ["news.example"] * 2  # its robots.txt, and the page


def test_redirects_are_followed_and_each_is_checked():
    hosts = {"a.example": LOCAL, "b.example": LOCAL}
    with serving({}) as (url, asked):
        port = url.rpartition(":")[2]
        pages = {
            "/": redirect(f"http://b.example:{port}/b"),
            "/b": answer("there"),
            "/in": redirect(url),
            "/file": redirect("file:///etc/passwd"),
        }
        with serving(pages) as (other, _):
            base = f"http://a.example:{other.rpartition(':')[2]}"
            pages["/"] = redirect(base.replace("a.", "b.") + "/b")
            fetcher = quick(["a.example", "b.example"], resolve=lambda host, _: hosts.get(host, [host]))
            assert fetcher.fetch(base).content == b"there"
            assert "private" in refusal(fetcher, f"{base}/in")
            assert "Only http" in refusal(fetcher, f"{base}/file")
    assert not asked


def test_redirects_end():
    with serving({"/": redirect("/")}) as (url, asked):
        assert "redirects more than 5" in refusal(quick(["127.0.0.1"]), url)
    assert asked == ["/robots.txt", *["/"] * 6]


def test_size_is_limited_also_after_unpacking():
    with serving(
        {
            "/plain": answer(b"x" * 20_000),
            "/fits": answer(gzip.compress(b"x" * 5_000), Content_Encoding="gzip"),
            "/bomb": answer(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"),
            "/other": answer(b"x", Content_Encoding="br"),
            "/damaged": answer(b"no gzip", Content_Encoding="gzip"),
        }
    ) as (url, _):
        fetcher = quick(["127.0.0.1"], max_bytes=10_000)
        assert "bigger" in refusal(fetcher, f"{url}/plain")
        assert len(fetcher.fetch(f"{url}/fits").content) == 5_000
        assert "bigger" in refusal(fetcher, f"{url}/bomb")
        assert "not asked for" in refusal(fetcher, f"{url}/other")
        assert "damaged" in refusal(fetcher, f"{url}/damaged")


def test_time_is_limited_for_slow_and_for_dripping_servers():
    def silent(request):
        time.sleep(1)

    def dripping(request):
        request.send_response(200)
        request.end_headers()
        for _ in range(20):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.1)

    def dripping_headers(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(20):
            request.wfile.write(f"X-{number}: y\r\n".encode())
            request.wfile.flush()
            time.sleep(0.1)

    with serving({"/a": silent, "/b": dripping, "/c": dripping_headers}) as (url, _):
        for path in "abc":
            began = time.monotonic()
            assert "within 0.4 seconds" in refusal(quick(["127.0.0.1"], seconds=0.4), f"{url}/{path}")
            assert time.monotonic() - began < 2


def test_failures_of_servers_and_names():
    with serving({"/gone": answer("", status=410)}) as (url, _):
        assert "410" in refusal(quick(["127.0.0.1"]), f"{url}/gone")
        closed = url
    assert "cannot be fetched" in refusal(quick(["127.0.0.1"]), closed)

    def unknown(host, port):
        raise OSError

    assert "not known" in refusal(quick(resolve=unknown), "http://nowhere.example/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "169.254.169.254",
        "fd00:ec2::254",
    ],
)
def test_a_name_of_a_private_address_is_refused_in_any_form(address):
    with serving({"/": answer("secret")}) as (url, asked):
        fetcher = quick(resolve=lambda *_: [address])
        assert "private" in refusal(fetcher, f"http://metadata.example:{url.rpartition(':')[2]}/")
    assert not asked


def test_a_name_that_is_rebound_between_two_pages_is_refused():
    addresses = iter([["93.184.216.34"], *[["127.0.0.1"]] * 3])
    with serving({"/": answer("secret")}) as (url, asked):
        fetcher = quick(resolve=lambda *_: next(addresses), seconds=0.3)
        assert "private" in refusal(fetcher, f"http://news.example:{url.rpartition(':')[2]}/")
    assert not asked


def test_a_redirect_to_an_address_within_ipv6_is_refused():
    pages = {}
    with serving(pages) as (url, asked):
        pages["/"] = redirect("http://[::ffff:a9fe:a9fe]/latest/meta-data/")
        assert "private" in refusal(quick(["127.0.0.1"]), url)
    assert "/latest/meta-data/" not in asked


ROBOTS = """
User-agent: other
Disallow: /

User-agent: *
Disallow: /private/
"""


def test_what_robots_txt_forbids_is_left_alone_also_after_redirects():
    pages = {
        "/robots.txt": answer(ROBOTS, "text/plain"),
        "/open": answer("open"),
        "/private/a": answer("private"),
        "/moved": redirect("/private/a"),
    }
    with serving(pages) as (url, asked):
        fetcher = quick(["127.0.0.1"])
        assert fetcher.fetch(f"{url}/open").content == b"open"
        assert "robots.txt" in refusal(fetcher, f"{url}/private/a")
        assert "robots.txt" in refusal(fetcher, f"{url}/moved")
    assert asked == ["/robots.txt", "/open", "/moved"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_robots_txt_that_fails_forbids_and_one_that_is_not_there_allows(status, allowed):
    with serving({"/robots.txt": answer("", status=status), "/a": answer("here")}) as (url, _):
        if allowed:
            assert quick(["127.0.0.1"]).fetch(f"{url}/a").content == b"here"
        else:
            assert "robots.txt" in refusal(quick(["127.0.0.1"]), f"{url}/a")


def test_a_site_is_left_in_peace_between_two_pages_and_others_need_not_wait():
    pages = {"/": answer("a")}
    with serving(pages) as (one, _), serving(pages) as (two, _):
        fetcher = quick(["127.0.0.1"], pause=0.4)
        began = time.monotonic()
        fetcher.fetch(one)
        fetcher.fetch(one)
        fetcher.fetch(one)
        alone = time.monotonic() - began
        began = time.monotonic()
        fetcher._manners.wait(two)
        assert time.monotonic() - began < 0.3
    assert alone >= 0.8


def test_a_longer_pause_that_a_site_asks_for_is_kept():
    pages = {"/robots.txt": answer("User-agent: *\nCrawl-delay: 1\n", "text/plain"), "/": answer("a")}
    with serving(pages) as (url, _):
        fetcher = quick(["127.0.0.1"])
        began = time.monotonic()
        fetcher.fetch(url)
        fetcher.fetch(url)
    assert time.monotonic() - began >= 1

from __future__ import annotations

import gzip
import time

import pytest

from assistant.errors import Rejected
from ingest.fetch import Fetcher, is_public
from tests.ingest.web import answer, redirect, serving

LOCAL = ["127.0.0.1"]


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
        page = Fetcher(["127.0.0.1"]).fetch(f"{url}/a#part")
    assert page.content.decode() == "сәлем"
    assert (page.url, page.media_type, page.charset) == (f"{url}/a", "text/html", "utf-8")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_refused_however_it_is_written(host):
    with serving({"/": answer("secret")}) as (url, asked):
        port = url.rpartition(":")[2]
        assert refusal(Fetcher(), f"http://{host}:{port}/")
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
    assert refusal(Fetcher(), url)


def test_name_that_resolves_to_a_private_address_among_others_is_refused():
    fetcher = Fetcher(resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])
    assert "private" in refusal(fetcher, "http://news.example/")


def test_the_address_that_was_checked_is_the_one_connected_to():
    """A name that changes its address between check and connection reaches only what was checked."""
    asked_for = []

    def resolve(host, port):
        asked_for.append(host)
        return LOCAL if len(asked_for) == 1 else ["10.0.0.1"]

    with serving({"/": answer("here")}) as (url, _):
        port = url.rpartition(":")[2]
        assert (
            Fetcher(["news.example"], resolve=resolve).fetch(f"http://news.example:{port}/").content
            == b"here"
        )
    assert asked_for == ["news.example"]


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
            fetcher = Fetcher(["a.example", "b.example"], resolve=lambda host, _: hosts.get(host, [host]))
            assert fetcher.fetch(base).content == b"there"
            assert "private" in refusal(fetcher, f"{base}/in")
            assert "Only http" in refusal(fetcher, f"{base}/file")
    assert not asked


def test_redirects_end():
    with serving({"/": redirect("/")}) as (url, asked):
        assert "redirects more than 5" in refusal(Fetcher(["127.0.0.1"]), url)
    assert len(asked) == 6


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
        fetcher = Fetcher(["127.0.0.1"], max_bytes=10_000)
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
            assert "within 0.4 seconds" in refusal(Fetcher(["127.0.0.1"], seconds=0.4), f"{url}/{path}")
            assert time.monotonic() - began < 2


def test_failures_of_servers_and_names():
    with serving({"/gone": answer("", status=410)}) as (url, _):
        assert "410" in refusal(Fetcher(["127.0.0.1"]), f"{url}/gone")
        closed = url
    assert "cannot be fetched" in refusal(Fetcher(["127.0.0.1"]), closed)

    def unknown(host, port):
        raise OSError

    assert "not known" in refusal(Fetcher(resolve=unknown), "http://nowhere.example/")

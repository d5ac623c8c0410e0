"""Requests to addresses that others name: which of them are made at all, to where, for how long, and how much comes."""

import gzip
import ipaddress
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from pytest_django import Settings

from articles import outgoing
from articles.outgoing import NoReply, TargetRefused, is_public, send
from tests.outside import Behaviour, Received, Server, drip, flood, hang, reply, serving, tls_of

SOON = 0.6
"""Seconds: a deadline that tests can wait for."""
AMPLE = 10
"""Seconds more that a busy machine may take; without a deadline each of them would wait for good."""

NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.0.0.2
    127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170
    192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1
    198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 232.1.2.3 239.255.255.250 240.0.0.1 255.255.255.254
    255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 ::127.0.0.1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b:1:ffff::a9fe:a9fe ::ffff:169.254.169.254 ::ffff:10.0.0.1 100::1
    100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1
    2001:10::1 2001:20::1 2001:30::1 2001:1ff::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:808:808::1
    2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
    febf::1 fec0::1 feff::1 ff01::1 ff02::1 ff05::2 ff0e::1 4000::1 8000::1
""".split()

PUBLIC = "1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700:4700::1111 2a00:1450::1".split()

SPELLINGS_OF_PRIVATE = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "some.localhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::1%25lo]",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛocalhost", "0X7F.0.0.1", "0x7f.0x0.0x0.0x1", "00000177.1", "127.0.0.1..",
    "[127.0.0.1]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fe80::1%25lo]", "[fe80::1%lo]",
    "[64:ff9b::a9fe:a9fe]", "4294967295", "10.1", "192.168.257",
]  # fmt: skip


@pytest.fixture
def connects() -> Iterator[list[Any]]:
    """Every address that this process tries to connect to, from Python's own audit of it."""
    seen: list[Any] = []
    _LISTENING.append(seen)
    yield seen
    _LISTENING.remove(seen)


_LISTENING: list[list[Any]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        for seen in _LISTENING:
            seen.append(arguments[1])


sys.addaudithook(_audit)  # cannot be taken away again, but without listeners it does nothing


@pytest.fixture
def canaries(settings: Settings) -> Iterator[list[Server]]:
    """Listeners on one allowed port of every address that this machine has of its own."""
    with ExitStack() as stack:
        first = stack.enter_context(serving(reply()))
        found = [first]
        for host in ("127.0.0.2", "::1", _own_address()):
            with suppress(OSError):  # a machine without IPv6
                found.append(stack.enter_context(serving(reply(), host=host, port=first.port)))
        settings.OUTGOING_PORTS = [80, 443, first.port]
        yield found
        assert [canary.connections for canary in found] == [0] * len(found)


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.3"


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have names resolved to each of ``answers`` in turn, the last one for ever; gives the names that are asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        answer = answers[min(len(asked), len(answers)) - 1]
        return [place for address in answer for place in real(address, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture
def here(settings: Settings) -> Iterator[Callable[..., Server]]:
    """Start servers on this machine that outgoing requests may reach."""
    with ExitStack() as stack:

        def start(behave: Behaviour, *, name: str = "", **options: Any) -> Server:
            server = stack.enter_context(serving(behave, **options))
            settings.OUTGOING_PRIVATE = [
                *settings.OUTGOING_PRIVATE, f"{server.host}:{server.port}", f"{name}:{server.port}"
            ]  # fmt: skip
            return server

        yield start


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_public_internet_is_told(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_told(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", SPELLINGS_OF_PRIVATE)
def test_no_spelling_of_a_private_address_is_connected_to(
    host: str, canaries: list[Server], connects: list[Any]
) -> None:
    with pytest.raises((TargetRefused, NoReply)):
        send("POST", f"http://{host}:{canaries[0].port}/", deadline=SOON)

    assert connects == []


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_neither_a_number_nor_a_name_leads_to_a_private_address(
    address: str, canaries: list[Server], connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, [address])
    host = f"[{address}]" if ":" in address else address

    for name in (host, "innocent.example"):
        with pytest.raises(TargetRefused, match="is not a public address"):
            send("GET", f"http://{name}:{canaries[0].port}/", deadline=5)

    assert connects == []


def test_the_machines_own_addresses_are_not_connected_to(canaries: list[Server], connects: list[Any]) -> None:
    private = [canary for canary in canaries if not is_public(ipaddress.ip_address(canary.host))]

    for canary in private:
        host = f"[{canary.host}]" if ":" in canary.host else canary.host
        with pytest.raises(TargetRefused):
            send("GET", f"http://{host}:{canary.port}/", deadline=SOON)

    assert len(private) >= 2
    assert connects == []


@pytest.mark.parametrize("answer", [["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"], ["1.1.1.1", "::1"]])
def test_one_private_address_among_a_names_public_ones_is_enough_to_refuse(
    answer: list[str], canaries: list[Server], connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, answer)

    with pytest.raises(TargetRefused):
        send("GET", f"http://half.example:{canaries[0].port}/", deadline=SOON)

    assert connects == []


def test_a_resolver_that_answers_otherwise_the_second_time_is_not_asked_a_second_time(
    canaries: list[Server], connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])

    with pytest.raises(NoReply):
        send("GET", f"http://rebinding.example:{canaries[0].port}/", deadline=SOON)

    assert asked == ["rebinding.example"]
    assert connects == [("93.184.215.14", canaries[0].port)]


def test_the_connection_goes_to_the_address_that_was_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_PRIVATE = ["127.0.0.2/32"]
    asked = resolving(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
    with serving(reply(), host="127.0.0.2") as checked, serving(reply(), port=checked.port) as other:
        settings.OUTGOING_PORTS = [checked.port]
        came = send("GET", f"http://rebinding.example:{checked.port}/path?x=1", deadline=5)

    assert came.status == 200
    assert asked == ["rebinding.example"]
    assert (checked.connections, other.connections) == (1, 0)
    assert checked.requests[0].line == "GET /path?x=1 HTTP/1.1"
    assert checked.requests[0].headers["host"] == f"rebinding.example:{checked.port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14:80@127.0.0.1:{port}/",
        "http://user:word@example.org/",
        "http://user@example.org/",
        "http://@example.org/",
        "http://example.org\\@127.0.0.1:{port}/",
        "http://example.org%40127.0.0.1:{port}/",
        "http://127.0.0.1%00.example.org:{port}/",
        "http://127.0.0.1%0d%0a:{port}/",
        "http://example.org:80:{port}@127.0.0.1/",
        "http://127.0.0.1:{port};@example.org/",
        "http://[::1]@example.org/",
        "http://[::1].example.org:{port}/",
        "http://127.0.0.1:{port}\\@example.org/",
        "http://127.0.0.1:{port}#@example.org/",
        "http://127.0.0.1:{port}?@example.org/",
        "http:///127.0.0.1:{port}/",
        "http:127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "127.0.0.1:{port}/",
        "http://127.0.0.1\t:{port}/",
        "http://example.org\r\nHost: 127.0.0.1/",
        " http://127.0.0.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::1/",
        "http://::1:{port}/",
        "http://127.0.0.1:{port}0000/",
        "http://127.0.0.1:-1/",
        "http://a..b/",
        "http://" + "a" * 300 + ".example/",
        "http://",
        "http://:80/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_x",
        "unix:///var/run/docker.sock",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_made_to_mislead_leads_nowhere(url: str, canaries: list[Server], connects: list[Any]) -> None:
    with pytest.raises((TargetRefused, NoReply)):
        send("GET", url.format(port=canaries[0].port), deadline=SOON)

    assert [place for place in connects if not is_public(ipaddress.ip_address(place[0]))] == []


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8080])
def test_only_allowed_ports_are_asked(port: int, connects: list[Any]) -> None:
    with pytest.raises(TargetRefused, match=r"Port|not an address"):
        send("GET", f"http://93.184.215.14:{port}/", deadline=SOON)

    assert connects == []


def test_private_targets_are_reached_by_explicit_setting_alone(settings: Settings) -> None:
    with serving(reply()) as one, serving(reply()) as other:
        settings.OUTGOING_PRIVATE = [f"127.0.0.1:{one.port}", "10.0.0.0/8", "cms.intra"]

        assert send("GET", one.url, deadline=5).status == 200
        with pytest.raises(TargetRefused, match="Port"):
            send("GET", other.url, deadline=5)
        settings.OUTGOING_PORTS = [other.port]
        with pytest.raises(TargetRefused, match="public"):
            send("GET", other.url, deadline=5)
        settings.OUTGOING_PRIVATE = ["127.0.0.0/8"]
        assert send("GET", other.url, deadline=5).status == 200


def test_neither_proxies_nor_passwords_come_from_the_environment(
    here: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, proxy = here(reply()), here(reply())
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login editor password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    send("GET", server.url, deadline=5)

    assert proxy.connections == 0
    assert "authorization" not in server.requests[0].headers


def test_a_redirect_is_a_reply_and_not_followed(here: Callable[..., Server]) -> None:
    elsewhere = here(reply())
    server = here(reply(302, Location=elsewhere.url))

    came = send("GET", server.url, deadline=5)

    assert (came.status, came.headers["location"]) == (302, elsewhere.url)
    assert elsewhere.connections == 0


def test_what_is_sent_arrives_as_it_is(here: Callable[..., Server]) -> None:
    server = here(reply(204, b""))

    came = send("POST", server.url, body="їжак".encode(), headers={"Content-Type": "text/plain"}, deadline=5)

    received = server.requests[0]
    assert (came.status, came.body, came.is_cut) == (204, b"", False)
    assert received.body == "їжак".encode()
    assert received.headers["content-type"] == "text/plain"
    assert received.headers["user-agent"].startswith("Newsroom")


def _never_read(wire: socket.socket, _received: Received) -> None:
    time.sleep(5)


@pytest.mark.parametrize(
    ("behave", "what"),
    [
        (hang, "no answer at all"),
        (drip(b"", b"H"), "a status line, a byte at a time"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), "headers without end"),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), "a body of known length, a byte at a time"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n"), "a body of unknown length, a byte at a time"),
        (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "chunks without end"),
        (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.01), "promises without end"),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")), "a gzip that goes on"),
    ],
)
def test_a_request_ends_at_its_deadline(behave: Behaviour, what: str, here: Callable[..., Server]) -> None:
    server = here(behave)
    began = time.monotonic()

    with pytest.raises(NoReply):
        send("GET", server.url, deadline=SOON)

    assert time.monotonic() - began < SOON + AMPLE, what


def test_a_body_that_nobody_takes_ends_at_the_deadline(settings: Settings) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # and never reads
        port = listener.getsockname()[1]
        settings.OUTGOING_PRIVATE = [f"127.0.0.1:{port}"]
        began = time.monotonic()

        with pytest.raises(NoReply, match=r"within 0\.6 seconds"):
            send("POST", f"http://127.0.0.1:{port}/", body=b"x" * 50_000_000, deadline=SOON)

    assert time.monotonic() - began < SOON + AMPLE


def test_a_resolver_that_does_not_answer_ends_at_the_deadline(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: over.wait(60) and [])
    began = time.monotonic()

    with pytest.raises(NoReply, match="within"):
        send("GET", "http://slow.example/", deadline=SOON)

    assert time.monotonic() - began < SOON + AMPLE
    over.set()


def test_a_tls_handshake_that_does_not_go_on_ends_at_the_deadline(here: Callable[..., Server]) -> None:
    server = here(hang)  # reads a line of the handshake, then nothing
    began = time.monotonic()

    with pytest.raises(NoReply):
        send("GET", server.url.replace("http:", "https:"), deadline=SOON)

    assert time.monotonic() - began < SOON + AMPLE


def test_only_the_beginning_of_a_large_reply_is_read(here: Callable[..., Server]) -> None:
    server = here(flood)

    came = send("GET", server.url, deadline=10)

    assert (len(came.body), came.is_cut) == (outgoing.LIMIT, True)


def test_a_small_reply_that_unpacks_to_a_large_one_is_cut(here: Callable[..., Server]) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)
    server = here(reply(200, bomb, Content_Encoding="gzip"))
    tracemalloc.start()

    came = send("GET", server.url, deadline=10)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(came.body), came.is_cut) == (outgoing.LIMIT, True)
    assert peak < 20_000_000


def test_a_reply_that_ends_early_is_no_reply(here: Callable[..., Server]) -> None:
    server = here(lambda wire, _: wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"))

    with pytest.raises(NoReply):
        send("GET", server.url, deadline=5)


def test_a_second_address_is_tried_when_the_first_does_not_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["127.0.0.3", "127.0.0.2"])
    with serving(reply(), host="127.0.0.2") as server:
        settings.OUTGOING_PRIVATE = [f"two.example:{server.port}"]

        assert send("GET", f"http://two.example:{server.port}/", deadline=5).status == 200


@pytest.fixture
def authority(settings: Settings, tmp_path: Path) -> trustme.CA:
    """An authority for certificates that outgoing requests trust."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    settings.OUTGOING_CA_FILE = str(file)
    return authority


def test_tls_asks_for_and_verifies_the_name_and_not_the_number(
    authority: trustme.CA, here: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    context = tls_of(authority.issue_cert("hooks.example"))
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server = here(reply(), name="hooks.example", tls=context)

    came = send("POST", f"https://hooks.example:{server.port}/in", body=b"{}", deadline=5)

    assert came.status == 200
    assert names == ["hooks.example"]
    assert server.requests[0].headers["host"] == f"hooks.example:{server.port}"


def test_a_certificate_of_another_name_is_no_reply(
    authority: trustme.CA, here: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    server = here(reply(), name="hooks.example", tls=tls_of(authority.issue_cert("other.example", "127.0.0.1")))

    with pytest.raises(NoReply, match=r"hooks\.example"):
        send("POST", f"https://hooks.example:{server.port}/", body=b"{}", deadline=5)

    assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_no_reply(
    authority: trustme.CA, here: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    server = here(reply(), name="hooks.example", tls=tls_of(trustme.CA().issue_cert("hooks.example")))

    with pytest.raises(NoReply, match="CERTIFICATE_VERIFY_FAILED"):
        send("POST", f"https://hooks.example:{server.port}/", body=b"{}", deadline=5)

    assert server.requests == []

"""Requests to addresses that others name: webhooks, other sites' articles, a CMS. Never to our own network.

The check stands where the socket is opened: a host is resolved once, every address of it must be public, and the socket
is connected to one of exactly these addresses. So there is no second resolution for a rebinding resolver to answer, and
TLS still verifies the host's name. No redirects, no proxies or passwords from the environment, allowed ports alone.

A request has one deadline for everything, from the resolution to the reply's last byte, and a limit of bytes after
decompression. Hosts and networks that are private and meant to be reached are named in ``OUTGOING_PRIVATE``.
"""

import contextlib
import ipaddress
import re
import socket
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any

import requests
import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url, parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEADLINE = 15.0
"""Seconds from the resolution of the host to the last byte of the reply."""
LIMIT = 64 * 1024
"""Bytes of a reply that are read."""
LONGEST_RETRY_AFTER = timedelta(hours=24)

_PORTS = {"http": 80, "https": 443}

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
"""What the name of a host is made of, once letters beyond ASCII are put as ``xn--``."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given out of IPv6. What lies outside is loopback, link-local, unique and site-local, multicast,
IPv4-mapped and -compatible, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), discard-only, segment routing, unspecified."""

_DENIED: tuple[Network, ...] = (
    *EXTRA_BLOCKED_NET_RANGES,
    *map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",  # this host on this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's inner services answer at this public address
            "169.254.0.0/16",  # link-local, and the clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # automatic multicast tunnelling
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
            "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    ),
)


class TargetRefused(Exception):
    """The address is not one that may be asked. Says why; asking again is no use unless the address changes."""


class NoReply(Exception):
    """The request got no whole reply: no connection, bad TLS, time is up. Says what happened; may differ later."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status: redirects and errors are replies too."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    """The beginning of the body, decompressed, at most the limit's bytes."""
    is_cut: bool
    """Whether the body went on after that."""
    seconds: float


def send(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    deadline: float = DEADLINE,
    limit: int = LIMIT,
) -> Reply:
    """Make one request within ``deadline`` seconds and read at most ``limit`` bytes of the reply.

    Raises ``TargetRefused`` for an address that may not be asked, ``NoReply`` when no reply came whole and in time.
    """
    check_url(url)
    call = _Call(deadline)
    token = _CALL.set(call)
    try:
        return _exchange(call, method, url, body, headers or {}, limit)
    except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        raise NoReply(_words(error, call)) from error
    finally:
        _CALL.reset(token)
        call.end()


def check_url(url: str) -> None:
    """Raise ``TargetRefused`` when the address can be seen to be none that may be asked, without resolving its host."""
    parsed = _parse(url)
    if parsed.scheme not in _PORTS:
        raise TargetRefused(_("Only http:// and https:// addresses can be asked."))
    if not parsed.host:
        raise TargetRefused(_("The address names no host."))
    if parsed.auth is not None or "@" in (parsed.netloc or ""):
        raise TargetRefused(_("An address with a user name or password in it is not asked."))
    host, port = _place(parsed)
    _check_port(host, port)
    literal = _literal(host)
    if literal is not None:
        _check_address(literal, host, port)
    elif not _NAME.fullmatch(host):
        raise TargetRefused(_("The address names no host."))
    elif host.rstrip(".").lower().split(".")[-1] == "localhost" and not _is_allowed_host(host, port):
        raise TargetRefused(_("%(host)s is not a public address.") % {"host": host})


def check_secure_url(url: str) -> None:
    """Raise ``TargetRefused`` unless secrets may be sent there: by HTTPS, or to a private host that is named."""
    check_url(url)
    if not (url.lower().startswith("https://") or is_private_target(url)):
        raise TargetRefused(_("It is sent by https:// alone."))


def retry_after(reply: Reply, at: datetime) -> timedelta | None:
    """Read how long the other side wants to be left alone, at most ``LONGEST_RETRY_AFTER``.

    Seconds or a date (RFC 9110, 10.2.3); what cannot be read counts as not said.
    """
    words = reply.headers.get("Retry-After", "")
    try:
        if words.strip().isascii() and words.strip().isdigit():
            wanted = timedelta(seconds=min(int(words), LONGEST_RETRY_AFTER.total_seconds()))
        else:
            wanted = parsedate_to_datetime(words) - at
    except (ValueError, TypeError, OverflowError):  # TypeError: a date without a zone
        return None
    return min(max(wanted, timedelta(0)), LONGEST_RETRY_AFTER)


def is_private_target(url: str) -> bool:
    """Tell whether the operator has named the address's host as a private one that may be asked."""
    parsed = _parse(url)
    host, port = _place(parsed)
    literal = _literal(host)
    return _is_allowed_host(host, port) or (literal is not None and _is_allowed_network(literal))


def is_numbered(url: str) -> bool:
    """Tell whether the address names its host by number."""
    return _literal(_place(_parse(url))[0]) is not None


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public Internet, where ``is_global`` says so of several that are not."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _DENIED)


class _Call:
    """One request on its way: opens its socket, and cuts it off when the time is up.

    Time-outs of single reads do not end a reply of one byte a second. A timer does: it shuts a second handle of the
    connection down, which ends whatever the first one is waiting for.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.started_at = time.monotonic()
        self.is_over = False
        self._wire: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def remaining(self) -> float:
        """Give the seconds that are left. Raises ``TimeoutError`` when there are none."""
        left = self.started_at + self.seconds - time.monotonic()
        if self.is_over or left <= 0:
            raise TimeoutError("time is up")
        return left

    def open(self, host: str, port: int) -> socket.socket:
        """Connect to one of the host's addresses, all of which must be public."""
        _check_port(host, port)
        addresses = _resolve(host, port, within=self.remaining())
        for address in addresses:
            _check_address(address, host, port)
        failure: OSError = OSError("no address")
        for address in addresses:
            try:
                wire = self._connect(address, port)
            except OSError as error:
                failure = error
            else:
                return self._guard(wire)
        raise failure

    def end(self) -> None:
        """Stop the clock and let go of the connection."""
        self._timer.cancel()
        with self._lock:
            if self._wire is not None:
                self._wire.close()
                self._wire = None

    def _connect(self, address: Address, port: int) -> socket.socket:
        wire = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
        try:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire.settimeout(self.remaining())
            wire.connect((str(address), port))
        except BaseException:
            wire.close()
            raise
        return wire

    def _guard(self, wire: socket.socket) -> socket.socket:
        with self._lock:
            if not self.is_over:
                self._wire = wire.dup()
                return wire
        wire.close()
        raise TimeoutError("time is up")

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._wire is not None:
                with contextlib.suppress(OSError):  # the other end was faster
                    self._wire.shutdown(socket.SHUT_RDWR)


_CALL: ContextVar[_Call] = ContextVar("call")


class _Checked(HTTPConnection):
    """A connection whose socket is opened by the call that it belongs to, at a checked address."""

    def _new_conn(self) -> socket.socket:
        return _CALL.get().open(self._dns_host, self.port)


class _CheckedTLS(HTTPSConnection):
    """The same under TLS, which goes on to verify the name of the host."""

    def _new_conn(self) -> socket.socket:
        return _CALL.get().open(self._dns_host, self.port)


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Checked


class _PoolTLS(urllib3.HTTPSConnectionPool):
    ConnectionCls = _CheckedTLS


class _Adapter(HTTPAdapter):
    """Sends through checked connections alone."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def _session() -> HTTPSession:
    # The filter of requests-hardened resolves a host with no limit of time and judges the first address alone. It is
    # on all the same: should our adapters ever not be mounted, it stands behind them.
    session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(DEADLINE, DEADLINE),
            user_agent_override=f"Newsroom (+{settings.SITE_URL})",
        )
    )
    session.trust_env = False
    for scheme in _PORTS:
        session.mount(f"{scheme}://", _Adapter())
    return session


def _exchange(call: _Call, method: str, url: str, body: bytes | None, headers: Mapping[str, str], limit: int) -> Reply:
    with _session() as session:
        response = session.request(
            method,
            url,
            data=body,
            headers={"Accept-Encoding": "identity", **headers},
            timeout=call.remaining(),
            verify=settings.OUTGOING_CA_FILE or True,
            stream=True,
        )
        with response:
            content = response.raw.read(limit + 1, decode_content=True) or b""
        # A connection that we cut looks like one that the other end has closed after the last byte.
        call.remaining()
        return Reply(
            status=response.status_code,
            headers=response.headers,
            body=content[:limit],
            is_cut=len(content) > limit,
            seconds=time.monotonic() - call.started_at,
        )


def _resolve(host: str, port: int, *, within: float) -> list[Address]:
    """Give the host's addresses, each once. A resolver that takes longer is left to itself, in a thread."""
    found: list[Address] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            for *_family, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(ipaddress.ip_address(str(place[0]).partition("%")[0]))
        except (OSError, ValueError) as error:  # ValueError: no host can have this name
            failures.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(within)
    if thread.is_alive():
        raise TimeoutError("the host's name was not resolved in time")
    if failures or not found:
        raise OSError(f"the host {host} is not known")
    return list(dict.fromkeys(found))


def _check_port(host: str, port: int) -> None:
    if port not in settings.OUTGOING_PORTS and not _is_allowed_host(host, port, with_port=True):
        allowed = ", ".join(map(str, settings.OUTGOING_PORTS))
        raise TargetRefused(
            _("Port %(port)s is not asked; these are: %(allowed)s.") % {"port": port, "allowed": allowed}
        )


def _check_address(address: Address, host: str, port: int) -> None:
    if not (is_public(address) or _is_allowed_network(address) or _is_allowed_host(host, port)):
        raise TargetRefused(_("%(host)s is not a public address.") % {"host": host})


def _is_allowed_network(address: Address) -> bool:
    for entry in settings.OUTGOING_PRIVATE:
        with contextlib.suppress(ValueError):  # the name of a host
            if address in ipaddress.ip_network(entry):
                return True
    return False


def _is_allowed_host(host: str, port: int, *, with_port: bool = False) -> bool:
    host = host.rstrip(".").lower()
    named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    private = {entry.lower() for entry in settings.OUTGOING_PRIVATE}
    return named in private or (not with_port and host in private)


def _literal(host: str) -> Address | None:
    """Read an address in any of the ways in which systems read one: ``127.1`` and ``0x7f000001`` are loopback too."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0])
    with contextlib.suppress(OSError, UnicodeError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    return None


def _parse(url: str) -> Url:
    if any(char <= " " or char in "\x7f\\" for char in url):
        raise TargetRefused(_("The address has white space, a backslash or control characters in it."))
    try:
        return parse_url(url)
    except urllib3.exceptions.LocationParseError as error:
        raise TargetRefused(_("This is not an address.")) from error


def _place(parsed: Url) -> tuple[str, int]:
    """Give the host, without the brackets around a number of IPv6, and the port."""
    default = _PORTS.get(parsed.scheme or "", 0)
    return (parsed.host or "").strip("[]"), default if parsed.port is None else parsed.port


def _words(error: Exception, call: _Call) -> str:
    """Say in one line what went wrong, without the layers that it came through."""
    with contextlib.suppress(TimeoutError):
        call.remaining()
        cause: BaseException = error
        while (inner := cause.__cause__ or cause.__context__) is not None:
            cause = inner
        return f"{type(cause).__name__}: {cause}"[:300]
    return _("No whole reply within %(seconds)s seconds.") % {"seconds": f"{call.seconds:g}"}

"""The world outside, for tests of requests to it: servers that behave in every way, on sockets of this machine."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import trustme

Behaviour = Callable[[socket.socket, "Received"], None]


@dataclass
class Received:
    """One request as it came in: the start line, the headers with names in lower case, the body."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)


@dataclass
class Server:
    """A server of its own thread; ``connections`` counts every one that was opened, ``requests`` are the whole ones."""

    host: str
    port: int
    connections: int = 0
    requests: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address, with the host as a number."""
        return f"http://{self.host}:{self.port}/"


@contextmanager
def serving(
    behave: Behaviour, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Run a server that treats every request, each in a thread, as ``behave`` says."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(64)
        server = Server(host, listener.getsockname()[1])

        def accept() -> None:
            with contextlib.suppress(OSError):  # the listener is closed
                while True:
                    wire, _ = listener.accept()
                    server.connections += 1
                    threading.Thread(target=treat, args=(wire,), daemon=True).start()

        def treat(wire: socket.socket) -> None:
            with contextlib.suppress(OSError, ValueError), wire:
                if tls is not None:
                    wire = tls.wrap_socket(wire, server_side=True)
                with wire:
                    behave(wire, _read(wire, server))

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _read(wire: socket.socket, server: Server) -> Received:
    stream = wire.makefile("rb")
    line = stream.readline().decode("latin-1").strip()
    headers = {}
    while header := stream.readline().decode("latin-1").strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    received = Received(line, headers, stream.read(int(headers.get("content-length", "0"))))
    server.requests.append(received)
    return received


def reply(status: int = 200, body: bytes = b"thank you", **headers: str) -> Behaviour:
    """Answer with a status, a body and headers (``Retry_After`` gives ``Retry-After``)."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def behave(wire: socket.socket, _received: Received) -> None:
        wire.sendall(message)

    return behave


def hang(wire: socket.socket, _received: Received) -> None:
    """Say nothing and keep the connection open."""
    wire.recv(1)


def drip(head: bytes, drop: bytes = b"x", *, every: float = 0.1) -> Behaviour:
    """Send ``head``, then a drop of it again and again, without end."""

    def behave(wire: socket.socket, _received: Received) -> None:
        wire.sendall(head)
        while True:
            time.sleep(every)
            wire.sendall(drop)

    return behave


def flood(wire: socket.socket, _received: Received) -> None:
    """Send 100 MB."""
    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
    for _ in range(1600):
        wire.sendall(b"x" * 65536)


def tls_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Give what a server needs to serve with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context

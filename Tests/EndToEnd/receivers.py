"""Receivers that do as they are told: HTTP endpoints and mail servers, each on a port of its own of the loopback.

All of them run on one event loop in one thread. They keep what they got, so that a test can look at it.
"""
import asyncio
import collections
import contextlib
import email
import email.policy
import random
import secrets
import socket
import ssl
import struct
import subprocess
import threading
import time

from aiosmtpd.smtp import SMTP, AuthResult
from conftest import free_port

# What a receiver can do instead of answering.
HANG, TRICKLE, RESET, CLOSE, FLOOD = "hang", "trickle", "reset", "close", "flood"
FLOOD_BYTES = 100_000_000

REASONS = {200: "OK", 204: "No Content", 301: "Moved Permanently", 400: "Bad Request", 404: "Not Found", 410: "Gone",
           429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


class Reply:
    """A complete HTTP response, encoded once."""

    def __init__(self, status, body=b"", **headers):
        self.status = status
        head = [f"HTTP/1.1 {status} {REASONS.get(status, 'Some')}"]
        head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if status != 204:
            head.append(f"Content-Length: {len(body)}")
        self.bytes = "\r\n".join(head).encode() + b"\r\n\r\n" + body


OK = Reply(200, b"ok")


def failing(percent, seed=1, good=OK, bad=Reply(500)):
    """A script that answers badly so often."""
    dice = random.Random(seed)
    return lambda request: bad if dice.random() * 100 < percent else good


class Gate:
    """Holds a good answer back until it is opened."""

    def __init__(self, loop):
        self.loop, self.event = loop.loop, asyncio.Event()

    def open(self):
        self.loop.call_soon_threadsafe(self.event.set)


class Request:
    """What came: `at` is a wall clock's time, `clock` the monotonic clock's, which all processes share."""

    __slots__ = ("method", "path", "headers", "body", "at", "clock", "status")

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.at, self.clock = time.time(), time.monotonic()
        self.status = None

    @property
    def id(self):
        return self.headers.get("webhook-id")


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as much as a webhook needs."""

    def __init__(self, hook):
        self.hook, self.buffer, self.transport, self.task = hook, b"", None, None
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport):
        self.transport = transport
        self.hook.connections.add(self)

    def connection_lost(self, error):
        self.hook.connections.discard(self)
        self.writable.set()
        if self.task:
            self.task.cancel()

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
            headers = {}
            for line in lines:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            length = int(headers.get("content-length", 0))
            if len(self.buffer) < end + 4 + length:
                if headers.get("expect") == "100-continue" and len(self.buffer) == end + 4:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body, self.buffer = self.buffer[end + 4:end + 4 + length], self.buffer[end + 4 + length:]
            method, path, _ = first.split(" ", 2)
            self.answer(Request(method, path, headers, body))

    def answer(self, request):
        answer = self.hook.take(request)
        if isinstance(answer, Reply):
            request.status = answer.status
            self.transport.write(answer.bytes)
        elif isinstance(answer, Gate):
            self.task = asyncio.ensure_future(self.wait(answer, request))
        elif answer == RESET:
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif answer == CLOSE:
            self.transport.close()
        elif answer == TRICKLE:
            self.task = asyncio.ensure_future(self.trickle())
        elif answer == FLOOD:
            self.task = asyncio.ensure_future(self.flood())
        else:
            assert answer == HANG, answer

    async def wait(self, gate, request):
        await gate.event.wait()
        request.status = OK.status
        self.transport.write(OK.bytes)

    async def trickle(self):
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            self.transport.write(b"x")
            await asyncio.sleep(0.1)

    async def flood(self):
        self.transport.write(f"HTTP/1.1 200 OK\r\nContent-Length: {FLOOD_BYTES}\r\n\r\n".encode())
        block = b"x" * 65536
        left = FLOOD_BYTES
        while left > 0:
            await self.writable.wait()
            self.transport.write(block[:left])
            self.hook.flooded += min(left, len(block))
            left -= len(block)
            await asyncio.sleep(0)


class Hook:
    """An HTTP endpoint. Its script is a list of answers, the last of which repeats, or a function of the request."""

    def __init__(self, loop, script, path):
        self.loop, self.port, self.path = loop, free_port(), path
        self.requests, self.connections = [], set()
        self.flooded = 0
        self.server = None
        self.script(*script)
        self.open()

    def script(self, *answers):
        if len(answers) == 1 and callable(answers[0]):
            self.decide = answers[0]
        else:
            left = collections.deque(answers or [OK])
            self.decide = lambda request: left.popleft() if len(left) > 1 else left[0]

    def take(self, request):
        self.requests.append(request)
        return self.decide(request)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def of(self, alert_id):
        """The requests about an alert."""
        needle = alert_id.encode()
        return [r for r in list(self.requests) if needle in r.body]

    def open(self):
        self.server = self.loop.call(lambda: self.loop.loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port, backlog=1024))

    def hang_up(self):
        """Ends all connections."""
        async def end():
            for connection in list(self.connections):
                connection.transport.abort()
        self.loop.call(end)

    def close(self):
        """From now on connections are refused."""
        async def close():
            self.server.close()
            for connection in list(self.connections):
                connection.transport.abort()
        if self.server:
            self.loop.call(close)
        self.server = None


class Mail:
    """A mail that was taken."""

    def __init__(self, session, envelope):
        self.sender, self.recipients = envelope.mail_from, envelope.rcpt_tos
        self.bytes = envelope.content
        self.is_encrypted = session.ssl is not None
        self.greeting = session.host_name
        self.at = time.time()
        self.user = session.auth_data.login.decode() if session.auth_data else None

    @property
    def message(self):
        return email.message_from_bytes(self.bytes, policy=email.policy.default)


class MailServer:
    """SMTP. `answers` tell what becomes of each message: a reply, HANG or CLOSE; the last one repeats."""

    def __init__(self, loop, certificate=None, login=None, answers=("250 OK",)):
        self.loop, self.port, self.login = loop, free_port(), login
        self.mails, self.attempts, self.refused_logins = [], 0, 0
        self.tasks = set()
        self.answers = collections.deque(answers)
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)

        def protocol():
            return SMTP(
                self, hostname="mail.example.org", loop=loop.loop, tls_context=context,
                require_starttls=context is not None, enable_SMTPUTF8=True, data_size_limit=10_000_000,
                authenticator=self.authenticate, auth_required=login is not None,
                auth_require_tls=context is not None)

        self.server = loop.call(lambda: loop.loop.create_server(protocol, "127.0.0.1", self.port))

    def script(self, *answers):
        self.answers = collections.deque(answers)

    def authenticate(self, server, session, envelope, mechanism, data):
        good = (data.login.decode(), data.password.decode()) == self.login
        self.refused_logins += not good
        return AuthResult(success=good, handled=good, auth_data=data)

    async def handle_DATA(self, server, session, envelope):
        self.attempts += 1
        decide = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        answer = decide(envelope) if callable(decide) else decide
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == CLOSE:
            server.transport.abort()
            return "421 closing"
        if answer.startswith("250"):
            self.mails.append(Mail(session, envelope))
        return answer

    def close(self):
        async def close():
            self.server.close()
        self.loop.call(close)


class Certificate:
    """A server's certificate for the loopback, and the authority that signed it, made for this test."""

    def __init__(self, folder):
        self.authority, self.file, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"

        def openssl(*words):
            subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        authority_key, asked, names = folder / "ca.key", folder / "server.csr", folder / "names"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("req", "-x509", *curve, "-keyout", authority_key, "-out", self.authority, "-days", 2, "-subj",
                "/CN=Test authority")
        openssl("req", *curve, "-keyout", self.key, "-out", asked, "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", asked, "-CA", self.authority, "-CAkey", authority_key, "-CAcreateserial",
                "-out", self.file, "-days", 2, "-extfile", names)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="receivers", daemon=True)
        self.thread.start()

    def call(self, make):
        async def run():
            return await make()
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result()

    def stop(self):
        async def cancel():
            others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        self.call(cancel)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class Receivers:
    """Makes receivers, and closes them at the end."""

    def __init__(self):
        self.loop = Loop()
        self.made = []

    def hook(self, *script, path=None):
        # A path that nobody can guess, as real ones are: it must not be seen anywhere else.
        self.made.append(Hook(self.loop, script, path or "/hooks/" + secrets.token_hex(12)))
        return self.made[-1]

    def gate(self):
        return Gate(self.loop)

    def mail(self, **options):
        self.made.append(MailServer(self.loop, **options))
        return self.made[-1]

    def close(self):
        for each in self.made:
            with contextlib.suppress(Exception):
                each.close()
        self.loop.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
"""Mail through relays as they are: slow, picky about names, with limits, greylisting, quotas and certificates of their own;
and what trusts whose authority."""
import asyncio
import collections
import contextlib
import json
import re
import socket
import ssl

import pytest
from conftest import wait_for
from receivers import Certificate, Receivers
from test_deliveries import alert, deliveries, fire, settled, the

PATIENCE = {"deliveries": {"retry_base_seconds": 0.3, "retry_cap_seconds": 1}}


class Relay:
    """An SMTP server that answers by its fields: `greet_after` seconds, a `limit` of recipients, and by address, or by
    `EHLO`, `MAIL`, `DATA` and so on, `answers`, of which the last repeats."""

    def __init__(self, loop, certificate=None, greet_after=0, limit=1000, **answers):
        self.loop, self.greet_after, self.limit = loop, greet_after, limit
        self.answers = {key: collections.deque(texts) for key, texts in answers.items()}
        self.names, self.senders, self.envelopes, self.ids = [], [], [], []
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate.file, certificate.key)
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        self.port = taken.getsockname()[1]
        self.server = loop.call(lambda: asyncio.start_server(self.serve, sock=taken))

    def answer(self, key, usual):
        texts = self.answers.get(key)
        if not texts:
            return usual
        return texts.popleft() if len(texts) > 1 else texts[0]

    async def serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await asyncio.sleep(self.greet_after)
            await self.talk(reader, writer)
        writer.close()

    async def talk(self, reader, writer):
        recipients = []

        async def say(text):
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        await say("220 relay.example.org")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            word = line.split(" ")[0].upper()
            if word in ("EHLO", "HELO"):
                self.names.append(line.split(" ")[1])
                is_short = "." not in line and ":" not in line
                offers = "250-STARTTLS\r\n" if self.context and not writer.get_extra_info("ssl_object") else ""
                await say("504 5.5.2 need fully-qualified hostname" if is_short else f"250-relay\r\n{offers}250 8BITMIME")
            elif word == "STARTTLS":
                await say("220 go on")
                await writer.start_tls(self.context)
            elif word == "MAIL":
                recipients = []
                self.senders.append(line)
                await say(self.answer("MAIL", "250 ok"))
            elif word == "RCPT":
                address = re.search("<(.*)>", line)[1]
                answer = self.answer(address, "250 ok")
                if len(recipients) >= self.limit:
                    answer = "452 4.5.3 too many recipients"
                if answer.startswith("250"):
                    recipients.append(address)
                await say(answer)
            elif word == "DATA":
                await say("354 go on")
                content = await reader.readuntil(b"\r\n.\r\n")
                answer = self.answer("DATA", "250 ok")
                if answer.startswith("250"):
                    self.envelopes.append(recipients)
                    self.ids.append(re.search(rb"Message-ID: (.*)\r\n", content)[1])
                await say(answer)
            elif word == "QUIT":
                return await say("221 bye")
            else:
                await say("250 ok")

    def close(self):
        async def close():
            self.server.close()
        self.loop.call(close)


@pytest.fixture(scope="module")
def receivers():
    with Receivers() as made:
        yield made


@pytest.fixture
def relay(receivers):
    def make(**options):
        receivers.made.append(Relay(receivers.loop, **options))
        return receivers.made[-1]
    return make


@pytest.fixture
def cluster_of(cluster, tmp_path):
    """A cluster whose one receiver of mail has these relays and recipients, by the prefix of campaigns."""
    def make(mails, nodes=1, **environment):
        file = tmp_path / "tocsin.yaml"
        configured = [{"name": name, "email": {
            "host": "127.0.0.1", "port": relay.port, "security": "none", "sender": "alerts@example.org",
            "recipients": recipients, **more}} for name, (relay, recipients, more) in mails.items()]
        routes = [{"match": {"campaign_id": f"{name}-*"}, "receivers": [name]} for name in mails]
        file.write_text(json.dumps({"receivers": configured, "routes": routes, **PATIENCE}))
        return cluster(nodes, environment={"TOCSIN_CONFIG": str(file), **environment})
    return make


def test_relays_as_they_are(relay, cluster_of):
    one = ["ann@example.org"]
    slow = relay(greet_after=12)
    quota = relay(DATA=["550 5.4.5 Daily sending quota exceeded", "250 ok"])
    full = relay(**{"ann@example.org": ["552 5.2.2 mailbox full", "250 ok"]})
    policy = relay(MAIL=["550 5.7.1 try again", "250 ok"])
    unknown = relay(**{"ann@example.org": ["550 5.1.1 unknown"]})
    many = relay(limit=100)
    mails = {"slow": (slow, one, {"timeout": "60s"}), "quota": (quota, one, {}), "full": (full, one, {}),
             "policy": (policy, one, {}), "unknown": (unknown, one, {}),
             "many": (many, [f"r{n}@example.org" for n in range(120)], {})}
    made = cluster_of(mails)
    alerts = {name: fire(made, f"{name}-1")["alert_id"] for name in mails}
    found = {name: the(settled(made, alerts[name])) for name in mails}
    assert {name: (d["state"], d["attempts"]) for name, d in found.items()} == {
        "slow": ("delivered", 1), "quota": ("delivered", 2), "full": ("delivered", 2), "policy": ("delivered", 2),
        "unknown": ("dead", 1), "many": ("delivered", 2)}
    # Short names are refused by these relays, and a host in a container has one.
    assert all("." in name for name in slow.names)
    # Nobody twice, and the same mail for all.
    assert [len(e) for e in many.envelopes] == [100, 20] and len(set(sum(many.envelopes, []))) == 120
    assert len(set(many.ids)) == 1
    assert "100 recipients" not in json.dumps(found["many"]) and "20 of 120 recipients" in json.dumps(found["many"])
    assert "@example.org" not in json.dumps(found)
    assert alert(made, alerts["many"])["notification_status"]["email"] is True


def test_another_node_sends_to_the_rest(relay, cluster_of):
    grey = relay(**{"ben@example.org": ["450 4.7.1 greylisted"]})
    made = cluster_of({"grey": (grey, ["ann@example.org", "ben@example.org"], {})}, nodes=2)
    alert_id = fire(made, "grey-1")["alert_id"]
    wait_for(lambda: the(deliveries(made, alert_id=alert_id))["state"] == "retrying")
    assert "email" not in alert(made, alert_id)["notification_status"]
    first = made.nodes[0]
    first.server.process.kill()
    first.server.process.wait()
    grey.answers.clear()
    wait_for(lambda: the(deliveries(made, node=1, alert_id=alert_id))["state"] == "delivered")
    assert grey.envelopes == [["ann@example.org"], ["ben@example.org"]] and len(set(grey.ids)) == 1
    assert alert(made, alert_id, node=1)["notification_status"]["email"] is True


def test_a_certificate_of_its_own(relay, cluster_of, tmp_path):
    certificate = Certificate(tmp_path)
    strict, lax = relay(certificate=certificate), relay(certificate=certificate)
    made = cluster_of({
        "strict": (strict, ["ann@example.org"], {"security": "opportunistic"}),
        "lax": (lax, ["ann@example.org"], {"security": "opportunistic", "verify": False})})
    alerts = {name: fire(made, f"{name}-1")["alert_id"] for name in ("strict", "lax")}
    assert the(settled(made, alerts["lax"]))["state"] == "delivered"
    wait_for(lambda: the(deliveries(made, alert_id=alerts["strict"]))["last_error"])
    reason = the(deliveries(made, alert_id=alerts["strict"]))["last_error"]
    assert "certificate" in reason and "TOCSIN_CA_FILE" in reason and "verify" in reason
    assert strict.envelopes == []


def test_ones_own_authority_beside_the_systems(receivers, relay, cluster, tmp_path):
    """A public hook and a private relay, each with a certificate of another authority."""
    for name in ("public", "private"):
        (tmp_path / name).mkdir()
    public, private = Certificate(tmp_path / "public"), Certificate(tmp_path / "private")
    mail = relay(certificate=private)
    got = []

    async def hook(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            got.append(await reader.readexactly(int(re.search(r"content-length: (\d+)", head)[1])))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public.file, public.key)
    server = receivers.loop.call(lambda: asyncio.start_server(hook, "127.0.0.1", 0, ssl=context))
    port = server.sockets[0].getsockname()[1]
    made = cluster(1, environment={
        "SSL_CERT_FILE": str(public.authority), "TOCSIN_CA_FILE": str(private.authority),
        "ALERT_EMAIL_ENABLED": "true", "ALERT_EMAIL_RECIPIENTS": "ann@example.org", "ALERT_EMAIL_SMTP_HOST": "localhost",
        "ALERT_EMAIL_SMTP_PORT": str(mail.port), "ALERT_EMAIL_SENDER": "alerts@example.org",
        "ALERT_EMAIL_SECURITY": "starttls", "ALERT_WEBHOOK_ENABLED": "true",
        "ALERT_WEBHOOK_URLS": f"https://localhost:{port}/hook"})
    found = settled(made, fire(made, "both-1")["alert_id"], 2)
    assert {d["channel"]: d["state"] for d in found} == {"email": "delivered", "webhook": "delivered"}, found
    assert len(got) == 1 and mail.envelopes == [["ann@example.org"]]

"""Clients that take more than their share, and pages that are none of the node's."""
import asyncio
import gzip
import json
import socket
import time
import zlib

import pytest
import websockets
from conftest import PATIENCE, firing, request, wait_for

from test_hostile_input import resident_kib


def connect(node, receive_buffer=None):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(PATIENCE)
    s.connect(("127.0.0.1", node.port))
    return s


def test_clients_that_do_not_read_hold_little(pair):
    """30 clients ask for 50 pages of large alerts each and read none of them."""
    node = pair.nodes[0]
    context = {"text": "x" * 15_000}
    for batch in range(10):
        checks = [firing(f"big-{batch}-{n}", context=context) for n in range(30)]
        answer = request("POST", node.url + "/api/alerts/check/batch", {"checks": checks})
        assert answer.json["alerts_triggered"] == 60, answer.body[:300]
    page = request("GET", node.url + "/api/alerts?limit=1000")
    assert len(page.body) <= (4 << 20) + 1000
    seen, cursor = [a["alert_id"] for a in page.json["alerts"]], page.json["next_cursor"]
    while cursor:
        page = request("GET", node.url + f"/api/alerts?limit=1000&cursor={cursor}")
        seen += [a["alert_id"] for a in page.json["alerts"]]
        cursor = page.json.get("next_cursor")
    assert len(seen) == len(set(seen)) == 600

    before = resident_kib(node.server.pid)
    slow = []
    for _ in range(30):
        s = connect(node, 4096)
        s.sendall(b"GET /api/alerts?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        slow.append(s)
    wait_for(lambda: node.metric("tocsin_http_pending_bytes") > 60 << 20, what="the answers")
    for _ in range(20):
        # What is small is answered meanwhile.
        assert request("GET", node.url + "/api/alerts?limit=1&campaign_id=none").status == 200
        assert request("GET", node.url + "/livez").status == 200
    assert node.metric("tocsin_http_pending_bytes") <= 128 << 20
    grown = resident_kib(node.server.pid) - before
    assert grown < 450_000, f"grew by {grown} KiB"
    # All of them are cut off, though they go on holding their ends.
    wait_for(lambda: node.metric("tocsin_http_stalled_total") == 30, what="the end of the connections")
    assert node.metric("tocsin_http_pending_bytes") == 0
    for s in slow:
        s.close()


def test_a_client_with_many_campaigns_changes_one_at_a_time(pair):
    """The whole attack of one client: as many long names as it may have, then one more, on and off."""
    node = pair.nodes[0]

    async def scenario():
        async with websockets.connect(node.ws, max_size=None) as client:
            assert json.loads(await client.recv())["type"] == "connected"
            async def ask(**message):
                await client.send(json.dumps(message))
                while (answer := json.loads(await client.recv()))["type"].startswith("alert"):
                    pass
                return answer
            pad = "n" * 230
            names = [f"{pad}{n:010d}" for n in range(260)]
            assert (await ask(type="subscribe", campaign_ids=names))["type"] == "subscribed"
            refusal = await ask(type="subscribe", campaign_ids=[f"{pad}{n:010d}" for n in range(1000, 1100)])
            assert refusal["code"] == "too_many_subscriptions" and "unsubscribe" in refusal["message"]
            for _ in range(100):
                assert (await ask(type="subscribe", campaign_id="x" * 200))["type"] == "subscribed"
                assert (await ask(type="unsubscribe", campaign_id="x" * 200))["type"] == "unsubscribed"
            assert request("GET", node.url + "/livez").status == 200

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["/api/alerts/check", "/api/alerts/check/batch"])
def test_packed_bodies_are_read(pair, path):
    node = pair.nodes[0]
    check = firing(f"packed{path.count('/')}", 9)
    body = json.dumps(check if path.endswith("check") else {"checks": [check]}).encode()
    for encoding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body)), ("x-gzip", gzip.compress(body))):
        answer = request("POST", node.url + path, packed, {"Content-Encoding": encoding})
        assert answer.status == 200, answer.body
    assert request("POST", node.url + path, body, {"Content-Encoding": "br"}).status == 415
    broken = request("POST", node.url + path, gzip.compress(body)[:-4], {"Content-Encoding": "gzip"})
    assert broken.status == 400 and "gzip" in broken.json["detail"]


def test_a_packed_bomb_costs_nothing(pair):
    """Half a gibibyte of zeros in 500 kB, many times."""
    node = pair.nodes[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
    before = resident_kib(node.server.pid)
    for path in ("/api/alerts/check", "/api/alerts/check/batch", "/api/alerts/rules"):
        for _ in range(10):
            answer = request("POST", node.url + path, bomb, {"Content-Encoding": "gzip"})
            assert answer.status == 413, answer.body
    assert resident_kib(node.server.pid) - before < 100_000


def test_other_names_and_other_pages_are_refused(pair):
    node = pair.nodes[0]
    own, foreign = f"http://127.0.0.1:{node.port}", "http://evil.example.org"
    for method, path in (("GET", "/livez"), ("GET", "/api/alerts"), ("POST", "/api/alerts/check"), ("DELETE", "/x")):
        answer = request(method, node.url + path, headers={"Host": f"evil.example.org:{node.port}"})
        assert answer.status == 403 and "TOCSIN_HTTP_HOSTS" in answer.json["detail"], answer.body
    for host in (f"localhost:{node.port}", "[::1]"):
        assert request("GET", node.url + "/livez", headers={"Host": host}).status == 200
    check = firing("page", 9)
    for headers in ({"Origin": foreign}, {"Origin": foreign, "Content-Type": "text/plain"}, {"Origin": "null"}):
        answer = request("POST", node.url + "/api/alerts/check", check, headers)
        assert answer.status == 403 and "TOCSIN_HTTP_ORIGINS" in answer.json["detail"], answer.body
    assert request("POST", node.url + "/api/alerts/check", check, {"Content-Type": "text/plain"}).status == 415
    answer = request("POST", node.url + "/api/alerts/check", check, {"Origin": own})
    assert answer.status == 200 and answer.headers["Access-Control-Allow-Origin"] == own
    asks = {"Access-Control-Request-Method": "PUT"}
    assert request("OPTIONS", node.url + "/api/alerts/rules", headers={"Origin": own, **asks}).status == 204
    assert request("OPTIONS", node.url + "/api/alerts/rules", headers={"Origin": foreign, **asks}).status == 403

    async def handshake(origin):
        try:
            async with websockets.connect(node.ws, origin=origin) as client:
                return json.loads(await client.recv())["type"]
        except websockets.InvalidStatus as error:
            return error.response.status_code

    assert asyncio.run(handshake(None)) == "connected"
    assert asyncio.run(handshake(own)) == "connected"
    assert asyncio.run(handshake(foreign)) == 403


def test_a_body_that_drips_is_answered(pair):
    """A body of which a byte comes from time to time does not hold its connection for long."""
    node = pair.nodes[0]
    s = connect(node)
    s.sendall(b"POST /api/alerts/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              b"Content-Length: 100000\r\n\r\n")
    s.settimeout(0.5)
    answer = b""
    end = time.monotonic() + PATIENCE
    while not answer and time.monotonic() < end:
        try:
            s.sendall(b"x")
            answer = s.recv(4096)
        except socket.timeout:
            pass
    assert answer.startswith(b"HTTP/1.1 408"), answer
    s.close()

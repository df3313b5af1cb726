"""What must not crash a node, leak, or leave anything half done."""
import asyncio
import json
import os
import random
import socket

import websockets
from conftest import PATIENCE, firing, request

BODIES = int(os.environ.get("TOCSIN_TEST_BODIES", "3000"))


def post(pair, body):
    return request("POST", pair.nodes[0].url + "/api/alerts/check", body)


def rows(pair):
    return int(pair.postgres.sql("SELECT count(*) FROM alerts"))


def resident_kib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])


def test_text_that_cannot_be_stored_gets_a_clear_error(pair):
    before = rows(pair)
    good = json.dumps(firing("hostile", 2.5))
    for evil in (r"\u0000", r"\ud800", r"\udc00", r"\ud800\u0041"):
        for field in ("campaign_id", "campaign_name", "metric_name"):
            answer = post(pair, good.replace(f'"{field}": "', f'"{field}": "{evil}').encode())
            assert answer.status in (400, 422), (field, evil, answer.body)
            assert answer.json["detail"]
        for context in (f'{{"k": "{evil}"}}', f'{{"{evil}": 1}}', f'{{"a": [{{"b": "{evil}"}}]}}'):
            answer = post(pair, (good[:-1] + f', "context": {context}}}').encode())
            assert answer.status in (400, 422), (context, answer.body)
    for raw in (b"\x00", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"):
        assert post(pair, good.encode().replace(b"hostile", b"hostile" + raw)).status in (400, 422)
    assert rows(pair) == before


def test_shapes_that_hurt_parsers_get_a_clear_error(pair):
    good = json.dumps(firing("shapes", 2.5))[:-1]
    bodies = [
        good + ', "context": ' + "[" * 10_000 + "]" * 10_000 + "}",
        good + ', "context": ' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "}",
        good + ', "x": ' + "[" * 10_000,
        good + ', "metric_value": 5}',
        good.replace("2.5", "1e999") + "}",
        good.replace("2.5", "NaN") + "}",
        good.replace("2.5", "-Infinity") + "}",
        good.replace("2.5", "9" * 5000) + "}",
        good.replace('"shapes"', '"' + "x" * 100_000 + '"') + "}",
        good.replace('"SHAPES"', '"' + "x" * 100_000 + '"') + "}",
        good + ', "context": {"k": "' + "x" * 20_000 + '"}}',
        good + ', "ad_id": 7}',
        "\ufeff" + good + "}",
        good + "}}",
        "",
        "null",
    ]
    for body in bodies:
        answer = post(pair, body.encode())
        assert answer.status in (400, 413, 422), (body[:80], answer.status, answer.body[:300])
        assert answer.json["detail"]


def test_random_bodies_frames_and_queries_change_nothing(pair):
    generator = random.Random(20)
    node = pair.nodes[0]
    before, seed = rows(pair), json.dumps(firing("random", 9.0, context={"a": [1, {"b": None}]})).encode()

    def mutate(text):
        text = bytearray(text)
        for _ in range(generator.randint(1, 6)):
            place = generator.randrange(len(text) + 1)
            match generator.randrange(3):
                case 0: text[place:place] = bytes(generator.randbytes(generator.randint(1, 4)))
                case 1: del text[place:place + generator.randint(1, 8)]
                case 2 if place < len(text): text[place] = generator.randrange(256)
        return bytes(text)

    async def exchange(payloads):
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
        try:
            for payload in payloads:
                writer.write(payload)
            await writer.drain()
            writer.write_eof()
            await asyncio.wait_for(reader.read(), PATIENCE)
        except (ConnectionError, BrokenPipeError):
            pass
        finally:
            writer.close()

    async def frames():
        for _ in range(BODIES // 100):
            try:
                async with websockets.connect(node.ws) as client:
                    for _ in range(10):
                        if generator.random() < 0.2:
                            client.transport.write(generator.randbytes(generator.randint(1, 60)))
                        else:
                            await client.send(mutate(b'{"type":"subscribe","campaign_id":"x"}').decode("latin-1"))
            except (websockets.WebSocketException, OSError):
                pass

    async def scenario(count):
        for _ in range(count // 50):
            batch = []
            for _ in range(5):
                body = mutate(seed)
                head = (f"POST /api/alerts/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n").encode()
                batch.append(head + body)
            target = bytes(b for b in generator.randbytes(30) if b > 32 and b != 127)
            batch.append(b"GET /api/alerts?" + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            batch.append(mutate(b"GET /api/alerts/history?limit=3&cursor=abc HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            await asyncio.gather(*(exchange(batch) for _ in range(10)))

    asyncio.run(scenario(BODIES // 10))
    asyncio.run(frames())
    warm = resident_kib(node.server.pid)
    asyncio.run(scenario(BODIES))
    asyncio.run(frames())
    grown = resident_kib(node.server.pid) - warm
    assert node.server.process.poll() is None, node.server.tail()
    assert node.is_ready()
    assert rows(pair) == before, "a random body raised an alert"
    assert grown < 30_000, f"grew by {grown} KiB"


def test_slow_clients_are_cut_off(pair):
    """A header that never ends is answered or closed while others are served."""
    node = pair.nodes[0]
    slow = []
    for _ in range(200):
        s = socket.create_connection(("127.0.0.1", node.port))
        s.sendall(b"POST /api/alerts/check HTTP/1.1\r\nHost: localhost\r\nContent-Le")
        slow.append(s)
    assert post(pair, firing("while-slow", 9)).status == 200
    for s in slow:
        s.settimeout(PATIENCE)
        answer = s.recv(4096)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer
        s.close()

"""A long life in short: reads, checks, WebSocket cycles and deliveries by the thousand against one node, then each thing it
depends on killed and started again, twice. The node lives and answers, and its memory and descriptors stay flat.

Memory is judged by its slope: a line through many samples of the second half of a kind of work, in bytes for each
operation. TOCSIN_TEST_LIFE=long (`make test-life`) does hundreds of thousands of each, which shows a leak of 60 bytes.
"""
import asyncio
import json
import os
import re
import subprocess

import pytest
import websockets
from conftest import PATIENCE, ROOT, firing, request, wait_for
from load import Load
from receivers import Receivers

LONG = os.environ.get("TOCSIN_TEST_LIFE") == "long"
QUIET = ROOT / "Tests/EndToEnd/clients/quiet.lua"


def memory(node):
    """Bytes that the process itself holds, without files."""
    text = open(f"/proc/{node.server.pid}/status").read()
    return int(re.search(r"^RssAnon:\s+(\d+) kB", text, re.M).group(1)) * 1024


def descriptors(node):
    return len(os.listdir(f"/proc/{node.server.pid}/fd"))


def slope(samples):
    """The slope of the line that lies closest to the points."""
    count = len(samples)
    x, y = sum(s[0] for s in samples) / count, sum(s[1] for s in samples) / count
    return sum((a - x) * (b - y) for a, b in samples) / sum((a - x) ** 2 for a, _ in samples)


def wrk(node, path, seconds, *options):
    """How many requests were answered with 200 in that time."""
    done = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", f"{PATIENCE}s", *map(str, options), node.url + path],
        capture_output=True, text=True, check=True)
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
    return int(re.search(r"(\d+) requests in", done.stdout).group(1))


def reads(node):
    return wrk(node, "/api/alerts?limit=1", 10 if LONG else 2)


def quiet_checks(node):
    return wrk(node, "/api/alerts/check", 4 if LONG else 1, "-s", QUIET)


class Firing:
    """Checks that fire one alert each, and so have one delivery each."""

    def __init__(self):
        self.count = 0

    def __call__(self, node):
        begin, self.count = self.count, self.count + (5000 if LONG else 250)
        load = Load(
            [node.url], lambda i: firing(f"life-{begin + i}", 2.5), count=self.count - begin, workers=16, insists=True)
        asyncio.run(load.run())
        assert len(load.fired) == self.count - begin, load.statuses()
        return self.count - begin


async def cycle(node, number):
    """A client comes, subscribes, unsubscribes, is answered, and goes."""
    async with websockets.connect(node.ws, open_timeout=PATIENCE) as socket:
        assert json.loads(await socket.recv())["type"] == "connected"
        for kind in ("subscribe", "unsubscribe"):
            names = [f"cycle-{number}-{i}" for i in range(5)]
            await socket.send(json.dumps({"type": kind, "campaign_ids": names}))
        await socket.send('{"type": "ping"}')
        while json.loads(await socket.recv())["type"] != "pong":
            pass


def cycles(node):
    count, workers = (2000 if LONG else 100), 16

    async def work(worker):
        for number in range(worker, count, workers):
            await cycle(node, number)

    async def run():
        await asyncio.gather(*(work(worker) for worker in range(workers)))

    asyncio.run(run())
    return count


def live(node, name, operation, bound, portions=None):
    """Does so many portions of one kind of work: memory grows by less than the bound for each operation, and what was
    opened is closed again."""
    portions = portions or (30 if LONG else 5)
    open_before = descriptors(node)
    samples, count = [], 0
    for _ in range(portions):
        count += operation(node)
        samples.append((count, memory(node)))
    growth = slope(samples[len(samples) // 2:])
    print(f"{name}: {count} operations, {growth:.1f} bytes each, {samples[0][1] >> 20} to {samples[-1][1] >> 20} MiB")
    assert growth < bound, (name, samples)
    # Connections to receivers are kept for a while.
    wait_for(lambda: descriptors(node) <= open_before + 64, what=f"closed descriptors after {name}")


def is_ready_again(node, hook, name):
    """The node has lived through it, and everything works: a check, the list, a WebSocket, a delivery."""
    assert node.server.process.poll() is None, node.server.tail()
    node.wait_until_ready()
    wait_for(lambda: request("GET", node.url + "/readyz").json.get("degraded") == [], what="all that it depends on")

    def fires():
        answer = request("POST", node.url + "/api/alerts/check", firing(name, 2.5))
        return answer.json["alerts"] if answer.status == 200 else None
    [alert] = wait_for(fires, what="an alert")
    asyncio.run(cycle(node, 0))
    wait_for(lambda: request("GET", f"{node.url}/api/alerts/{alert['alert_id']}").status == 200, what="the alert's row")
    wait_for(lambda: hook.of(alert["alert_id"]), what="the delivery")


@pytest.fixture
def node(cluster, tmp_path):
    """A node with a webhook, and that."""
    with Receivers() as receivers:
        hook = receivers.hook()
        file = tmp_path / "tocsin.yaml"
        file.write_text(json.dumps({
            "receivers": [{"name": "hook", "webhook": {"urls": [hook.url]}}], "routes": [{"receivers": ["hook"]}],
            "deliveries": {"retry_base_seconds": 1, "retry_cap_seconds": 2}}))
        # One connection for each purpose: what one of them gathers is not spread over many.
        made = cluster(nodes=1, environment={
            "TOCSIN_CONFIG": str(file), "TOCSIN_DATABASE_READERS": "1", "TOCSIN_DATABASE_WRITERS": "1",
            "TOCSIN_DATABASE_COURIERS": "1"})
        yield made.nodes[0], hook
        assert made.nodes[0].server.process.poll() is None, made.nodes[0].server.tail()


def test_a_long_life(node):
    node, hook = node
    cluster = node.cluster
    # The newest events are kept in memory: that part is full after some ten thousand alerts, and only then flat.
    live(node, "alerts", Firing(), 1000 if LONG else 10_000)
    live(node, "quiet checks", quiet_checks, 5 if LONG else 100)
    live(node, "reads", reads, 20 if LONG else 400)
    live(node, "clients", cycles, 300 if LONG else 5000)
    opened = descriptors(node)

    def kill_redis():
        cluster.redis.server.signal(9)
        cluster.redis.server.wait()
        yield
        cluster.redis.start()

    def kill_postgres():
        cluster.postgres.stop("immediate")
        yield
        cluster.postgres.start()

    def kill_receiver():
        hook.close()
        yield
        hook.open()

    for turn in range(2):
        for kill in (kill_redis, kill_postgres, kill_receiver):
            steps = kill()
            next(steps)
            # Alive without it, whatever it answers.
            assert request("GET", node.url + "/livez").status == 200
            request("POST", node.url + "/api/alerts/check", firing(f"{kill.__name__}-{turn}-away", 2.5))
            request("GET", node.url + "/api/alerts?limit=1")
            next(steps, None)
            is_ready_again(node, hook, f"{kill.__name__}-{turn}")
        live(node, f"reads after kill {turn + 1}", reads, 20 if LONG else 400, portions=10 if LONG else 3)
    wait_for(lambda: descriptors(node) <= opened + 8, what="as many descriptors as before")
    fired = int(cluster.postgres.sql("SELECT count(*) FROM alerts"))
    wait_for(lambda: len({r.id for r in list(hook.requests)}) >= fired, what="all deliveries")

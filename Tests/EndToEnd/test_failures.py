"""What holds when parts fail: through the real binary, on real servers."""
import asyncio
import os
import random
import signal
import time

from conftest import firing, request, wait_for
from load import Load, Watcher, until

FIRED = int(os.environ.get("TOCSIN_TEST_CHECKS", "4000"))


def rows(cluster):
    return set(cluster.postgres.sql("SELECT alert_id FROM alerts").split())


def journal_is_empty(cluster):
    return cluster.redis.command("HLEN", "{tocsin}:journal") == "0" and \
        cluster.redis.command("HLEN", "{tocsin}:unwritten") == "0"


def check_streams(watchers, cluster):
    """Every client has every event once, all in one order."""
    written = rows(cluster)
    reference = [e["event_id"] for e in watchers[0].events]
    for watcher in watchers:
        assert not watcher.resyncs
        assert len(watcher.alerts) == len(set(watcher.alerts)), "an event came twice"
        assert set(watcher.alerts) == written, "events and rows differ"
        assert [e["event_id"] for e in watcher.events] == reference, "two clients saw two orders"


def test_kill_at_any_moment(cluster):
    made = cluster(nodes=3)

    async def scenario():
        urls = [n.ws for n in made.nodes]
        watchers = [Watcher([urls[0]]), Watcher([urls[1]]), Watcher([urls[2], urls[0], urls[1]])]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        load = Load([n.url for n in made.nodes], lambda i: firing(f"kill-{i}", 2.5), count=FIRED)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.answers) > FIRED * random.uniform(0.2, 0.6), what="a fifth of the load")
        made.nodes[2].server.signal(signal.SIGKILL)
        await run
        await until(lambda: journal_is_empty(made), what="an empty journal")
        fired = load.fired
        assert len(fired) == len(set(fired))
        assert set(fired) <= rows(made), "an answered alert has no row"
        expected = len(rows(made))
        await until(lambda: all(len(w.alerts) >= expected for w in watchers), what="all events at all clients")
        check_streams(watchers, made)
        # No cooldown without a row.
        cooldowns = int(made.redis.command("EVAL", "return #redis.call('KEYS', '{tocsin}:cooldown:*')", 0))
        assert cooldowns == expected
        print("answers", load.statuses(), "rows", expected)
        for watcher in watchers:
            await watcher.stop()

    asyncio.run(scenario())


def test_postgres_away(cluster):
    made = cluster(nodes=2)

    async def scenario():
        watcher = Watcher([made.nodes[1].ws])
        await watcher.connected.wait()
        load = Load([n.url for n in made.nodes], lambda i: firing(f"pg-{i}", 2.5), workers=8)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.fired) > 200, what="some alerts")
        await asyncio.to_thread(made.postgres.stop)
        before = len(load.fired)
        seen = len(watcher.alerts)
        read = await asyncio.to_thread(request, "GET", made.nodes[0].url + "/api/alerts")
        assert read.status == 503 and int(read.headers["Retry-After"]) >= 1, read.body
        ready = await asyncio.to_thread(request, "GET", made.nodes[0].url + "/readyz")
        assert ready.status == 200 and ready.json["degraded"] == ["postgresql"], ready.body
        await until(lambda: len(load.fired) > before + 100, what="checks that fire without PostgreSQL")
        await until(lambda: len(watcher.alerts) > seen + 100, what="their events")
        assert any(body.get("persisted") is False for _, status, body in load.answers if status == 200)
        await asyncio.to_thread(made.postgres.start)
        back = len(load.answers)
        await until(lambda: len(load.answers) > back + 200, what="checks after the return")
        load.stop()
        await run
        assert set(load.statuses()) == {200}, load.statuses()
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert set(load.fired) == rows(made)
        await until(lambda: len(watcher.alerts) >= len(load.fired), what="all events")
        check_streams([watcher], made)
        total = request("GET", made.nodes[0].url + "/api/alerts/stats").json["total_alerts"]
        assert total == len(load.fired), "roll-ups and rows differ"
        await watcher.stop()

    asyncio.run(scenario())


def test_redis_away(cluster):
    made = cluster(nodes=2)

    async def scenario():
        watchers = [Watcher([n.ws]) for n in made.nodes]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        load = Load([n.url for n in made.nodes], lambda i: firing(f"redis-{i}", 2.5), workers=8)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.fired) > 200, what="some alerts")
        await asyncio.to_thread(made.redis.stop)
        await until(lambda: not made.nodes[0].is_ready(), what="that the node knows it")
        refused = await asyncio.to_thread(
            request, "POST", made.nodes[0].url + "/api/alerts/check", firing("refused", 2.5))
        assert refused.status == 503 and int(refused.headers["Retry-After"]) >= 1
        ready = await asyncio.to_thread(request, "GET", made.nodes[0].url + "/readyz")
        assert ready.status == 503 and "redis" in ready.json["reasons"]
        live = await asyncio.to_thread(request, "GET", made.nodes[0].url + "/livez")
        assert live.status == 200
        done = len(load.answers)
        await until(lambda: sum(s == 503 for _, s, _ in load.answers[done:]) > 300, what="refused checks")
        await asyncio.to_thread(made.redis.start)
        returned = time.monotonic()
        fired = len(load.fired)
        await until(lambda: len(load.fired) > fired + 20, what="checks after the return")
        await until(lambda: all(n.is_ready() for n in made.nodes), what="readiness")
        print("recovered after", round(time.monotonic() - returned, 2), "s")
        load.stop()
        await run
        await until(lambda: journal_is_empty(made), what="an empty journal")
        fired = load.fired
        assert len(fired) == len(set(fired))
        assert set(fired) <= rows(made)
        expected = len(rows(made))
        await until(lambda: all(len(w.alerts) >= expected for w in watchers), what="all events at all clients")
        check_streams(watchers, made)
        for watcher in watchers:
            await watcher.stop()

    asyncio.run(scenario())


def test_flushall_under_load(cluster):
    made = cluster(nodes=2)
    campaigns = [f"flush-{i}" for i in range(300)]

    async def scenario():
        warm = Load([n.url for n in made.nodes], lambda i: firing(campaigns[i], 2.5), count=len(campaigns))
        await warm.run()
        first = warm.fired
        assert len(first) == len(campaigns)
        load = Load([n.url for n in made.nodes], lambda i: firing(random.choice(campaigns), 2.5), workers=8)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.answers) > 300, what="some checks")
        rules = request("GET", made.nodes[0].url + "/api/alerts/rules").json["count"]
        made.redis.command("FLUSHALL")
        done = len(load.answers)
        await until(lambda: sum(1 for _, s, _ in load.answers[done:] if s == 200) > 500, what="checks after the flush")
        await until(lambda: all(n.is_ready() for n in made.nodes), what="readiness")
        load.stop()
        await run
        assert load.fired == [], "an entity in cooldown fired again"
        assert made.redis.command("EXISTS", "{tocsin}:restoring") == "0"
        assert int(made.redis.command("EVAL", "return #redis.call('KEYS', '{tocsin}:cooldown:*')", 0)) == 300
        for node in made.nodes:
            assert request("GET", node.url + "/api/alerts/rules").json["count"] == rules
        again = request("POST", made.nodes[0].url + "/api/alerts/check", firing("fresh", 2.5)).json
        assert again["alerts_triggered"] == 1

    asyncio.run(scenario())


def test_paused_between_commit_and_announce(cluster):
    """A node stands still at a moment of its work, until another one has done what it left: its alerts are announced once."""
    made = cluster(nodes=2)

    async def scenario():
        watcher = Watcher([made.nodes[1].ws])
        await watcher.connected.wait()
        load = Load([made.nodes[0].url], lambda i: firing(f"pause-{i}", 2.5), workers=32)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.fired) > 300, what="some alerts")
        node = made.nodes[0].server
        node.signal(signal.SIGSTOP)
        while journal_is_empty(made):
            node.signal(signal.SIGCONT)
            fired = len(load.fired)
            await until(lambda: len(load.fired) > fired, what="more alerts")
            node.signal(signal.SIGSTOP)
        await until(lambda: journal_is_empty(made), what="that the other node finishes them")
        node.signal(signal.SIGCONT)
        done = len(load.answers)
        await until(lambda: len(load.answers) > done + 200, what="checks after the pause")
        load.stop()
        await run
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert set(load.fired) <= rows(made)
        expected = len(rows(made))
        await until(lambda: len(watcher.alerts) >= expected, what="all events")
        check_streams([watcher], made)
        await watcher.stop()

    asyncio.run(scenario())


def test_sigterm_loses_nothing(cluster):
    made = cluster(nodes=2, drain=3)

    async def scenario():
        watchers = [Watcher([made.nodes[0].ws, made.nodes[1].ws]) for _ in range(50)]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        load = Load([made.nodes[0].url], lambda i: firing(f"term-{i}", 2.5), workers=8)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.fired) > 100, what="some alerts")
        made.nodes[0].server.signal(signal.SIGTERM)
        await until(lambda: not made.nodes[0].is_ready(), what="503 of /readyz")
        code = await asyncio.to_thread(made.nodes[0].server.wait)
        load.stop()
        await run
        assert code == 0, made.nodes[0].server.tail()
        assert all(w.closes and w.closes[0] == 1012 for w in watchers)
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert set(load.fired) == rows(made)
        await until(lambda: all(len(w.alerts) >= len(load.fired) for w in watchers), what="all events")
        check_streams(watchers, made)
        for watcher in watchers:
            await watcher.stop()

    asyncio.run(scenario())


def test_sigterm_ends_in_time_though_no_client_answers(cluster):
    made = cluster(nodes=1, drain=1)
    import socket
    silent = []
    for _ in range(20):
        s = socket.create_connection(("127.0.0.1", made.nodes[0].port))
        s.sendall(b"GET /ws/alerts HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert b"101" in s.recv(4096)
        silent.append(s)
    made.nodes[0].server.signal(signal.SIGTERM)
    assert made.nodes[0].server.wait() == 0, made.nodes[0].server.tail()
    for s in silent:
        s.close()

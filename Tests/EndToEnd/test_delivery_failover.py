"""Every alert reaches every receiver, though nodes are killed and receivers fail."""
import asyncio
import collections
import json
import os
import re
import signal
import time

from conftest import firing, request
from load import Load, until
from receivers import Receivers, failing

ALERTS = int(os.environ.get("TOCSIN_TEST_DELIVERIES", "1500"))
# So many a second that the default has two kills, and 10,000 have nine.
RATE = 75 if ALERTS < 5000 else 110
CAMPAIGN = re.compile(rb"failover-\d+")
# How many of a process' last requests to a receiver it may not have written down when it is killed: what was in flight,
# and results that waited to be written. Counted, not timed: a busy machine is slow in both.
UNWRITTEN = 80


def taken(requests, body, life):
    """Which process sent each campaign's alert (None: nobody knows), in turn, and as which one of its requests."""
    sent, times = collections.Counter(), collections.defaultdict(list)
    for each in list(requests):
        sent[life(each)] += 1
        times[CAMPAIGN.search(body(each)).group().decode()].append((life(each), sent[life(each)]))
    return times, sent


def hooked(hook):
    good = [r for r in list(hook.requests) if r.status == 200]
    return taken(good, lambda r: r.body, lambda r: r.headers.get("x-life"))


def test_every_delivery_arrives(cluster, tmp_path):
    with Receivers() as receivers:
        webhook, slack = receivers.hook(failing(20, seed=1)), receivers.hook(failing(20, seed=2))
        mail = receivers.mail(answers=[failing(20, seed=3, good="250 OK", bad="451 4.3.0 later")])
        file = tmp_path / "tocsin.yaml"
        file.write_text(json.dumps({
            "receivers": [
                {"name": "webhook", "webhook": {"url": webhook.url, "headers": {"X-Life": "${TEST_LIFE}"}}},
                {"name": "slack", "slack": {"url": slack.url}},
                {"name": "email", "email": {
                    "host": "127.0.0.1", "port": mail.port, "security": "none", "sender": "alerts@example.org",
                    "recipients": "ann@example.org", "helo": "${TEST_LIFE}"}}],
            "deliveries": {"retry_base_seconds": 0.2, "retry_cap_seconds": 2}}))
        made = cluster(nodes=3, environment={"TOCSIN_CONFIG": str(file)})
        kills = []

        async def kill():
            await asyncio.sleep(5)
            while True:
                node, began = made.nodes[len(kills) % 3], time.monotonic()
                node.server.signal(signal.SIGKILL)
                kills.append(node.life)
                await asyncio.to_thread(node.server.wait)
                node.start()
                await asyncio.sleep(10 - (time.monotonic() - began))

        async def scenario():
            load = Load([n.url for n in made.nodes], lambda i: firing(f"failover-{i}", 2.5), count=ALERTS, rate=RATE,
                        insists=True)
            killer = asyncio.create_task(kill())
            begun = time.monotonic()
            await load.run()
            killer.cancel()
            print(f"{ALERTS} alerts in {time.monotonic() - begun:.0f} s, {len(kills)} kills, answers {load.statuses()}")

            def counts():
                return made.postgres.sql(
                    "SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM deliveries),"
                    "(SELECT count(*) FROM delivery_queue)")
            # What a killed node had only claimed is committed by another one, and its leases run out.
            over = f"{ALERTS}|{3 * ALERTS}|0"
            await until(lambda: asyncio.to_thread(lambda: counts() == over), 120 + ALERTS / 20, "the last delivery")
            print(f"all delivered after {time.monotonic() - begun:.0f} s")

        asyncio.run(scenario())
        assert len(kills) >= 2
        states = made.postgres.sql("SELECT channel, state, count(*) FROM deliveries GROUP BY 1, 2 ORDER BY 1, 2")
        assert states.split() == [f"{name}|delivered|{ALERTS}" for name in ("email", "slack", "webhook")]
        expected = {f"failover-{i}" for i in range(ALERTS)}
        duplicates = collections.Counter()
        unexplained = []
        mails = taken(mail.mails, lambda m: m.bytes, lambda m: m.greeting)
        for name, (times, sent) in (("webhook", hooked(webhook)), ("slack", hooked(slack)), ("email", mails)):
            assert set(times) == expected, f"{name} did not see {len(expected - set(times))} alerts"
            for campaign, moments in times.items():
                # The last one was written down; each earlier one must have been lost with its node.
                for life, number in moments[:-1]:
                    duplicates[name] += 1
                    if life is not None and not (life in kills and number > sent[life] - UNWRITTEN):
                        unexplained.append((name, campaign, moments, {life: sent[life] for life, _ in moments}))
            assert duplicates[name] <= UNWRITTEN * len(kills), (name, duplicates[name])
        print(f"duplicates after {len(kills)} kills: {dict(duplicates) or 'none'}")
        assert not unexplained, f"{len(unexplained)}, such as {unexplained[:5]}; kills {kills}"
        ids = collections.defaultdict(set)
        for sent in webhook.requests:
            ids[CAMPAIGN.search(sent.body).group()].add(sent.id)
        assert all(len(each) == 1 for each in ids.values()), "a repetition had another id"
        some = request("GET", made.nodes[0].url + "/api/alerts?limit=20").json["alerts"]
        for alert in some:
            assert alert["notification_status"] == {
                "database": True, "websocket": True, "email": True, "slack": True, "webhook": True}

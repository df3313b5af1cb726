"""What holds when Redis fails over, loads its data, or keeps less than a node has missed."""
import asyncio
import signal

import pytest
from conftest import Redis, firing, request
from load import Load, Watcher, until
from test_failures import check_streams, journal_is_empty, rows


@pytest.mark.parametrize("away", ["paused", "unsubscribed", "restarted"])
def test_a_node_lags_past_the_event_log(pair, away):
    """A node stands still while the log is trimmed past the place that it knows: that is no lost data."""
    made = pair
    lagging, working = made.nodes

    def epochs():
        return [n.metric("tocsin_epochs_begun_total") for n in made.nodes]

    async def fire(name, count):
        load = Load([working.url], lambda i: firing(f"{away}-{name}-{i}", 2.5), count=count, workers=8)
        await load.run()
        assert len(load.fired) == count, load.statuses()
        return load.fired

    async def scenario():
        watchers = [Watcher([lagging.ws]), Watcher([working.ws])]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        first = await fire("before", 20)
        await until(lambda: all(len(w.alerts) == 20 for w in watchers), what="the first events")
        epoch, begun = made.redis.command("GET", "{tocsin}:epoch"), epochs()
        lagging.server.signal(signal.SIGSTOP)
        if away == "unsubscribed":
            assert int(made.redis.command("CLIENT", "KILL", "TYPE", "pubsub")) >= 1
        if away == "restarted":
            made.redis.stop()
            made.redis.start()
        await until(working.is_ready, what="the working node")
        missed = await fire("meanwhile", 300)
        assert int(made.redis.command("XTRIM", "{tocsin}:events", "MAXLEN", "=", "20")) > 0
        lagging.server.signal(signal.SIGCONT)
        await until(lagging.is_ready, what="the node that stood still")
        last = await fire("after", 20)
        await until(lambda: all(set(last) <= set(w.alerts) for w in watchers), what="all events")
        assert made.redis.command("GET", "{tocsin}:epoch") == epoch
        assert epochs() == begun, "a node began a new epoch"
        lagged, complete = watchers
        assert not complete.resyncs
        assert set(complete.alerts) == set(first + missed + last)
        if away == "paused":
            # What was published waited in the connection.
            assert not lagged.resyncs
        if lagged.resyncs:
            assert [r["reason"] for r in lagged.resyncs] == ["events_lost"]
        else:
            assert away == "paused", "events are missing, and the client was not told"
            assert lagged.alerts == complete.alerts
        # Without a part in the middle: what it has from the first event after the resync on is all that there is.
        assert len(lagged.alerts) == len(set(lagged.alerts))
        behind = lagged.alerts[20:]
        assert behind == complete.alerts[len(complete.alerts) - len(behind):]
        for watcher in watchers:
            await watcher.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize("behind", [False, True])
def test_failover_to_a_replica(cluster, tmp_path, behind):
    """The primary dies under load and an asynchronous replica takes its place: what it lacks is found out."""
    made = cluster(nodes=2)
    replica = Redis(tmp_path)

    async def scenario():
        replica.command("REPLICAOF", "127.0.0.1", made.redis.port)
        await until(lambda: "master_link_status:up" in replica.command("INFO", "replication"), what="the replica")
        epoch = made.redis.command("GET", "{tocsin}:epoch")
        watchers = [Watcher([n.ws]) for n in made.nodes]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        load = Load([n.url for n in made.nodes], lambda i: firing(f"failover-{i}", 2.5), workers=16)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.fired) > 100, what="some alerts")
        if behind:
            replica.command("REPLICAOF", "NO", "ONE")
            fired = len(load.fired)
            await until(lambda: len(load.fired) > fired + 50, what="alerts that the replica lacks")
        made.redis.server.signal(signal.SIGKILL)
        made.redis.server.wait()
        replica.command("REPLICAOF", "NO", "ONE")
        replica.command("CONFIG", "SET", "port", made.redis.port)
        fired = len(load.fired)
        await until(lambda: len(load.fired) > fired + 50, what="alerts after the failover")
        load.stop()
        await run
        await until(lambda: all(n.is_ready() for n in made.nodes), what="readiness")
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert len(load.fired) == len(set(load.fired))
        assert set(load.fired) <= rows(made), "an answered alert is lost"
        assert made.postgres.sql("SELECT campaign_id FROM alerts GROUP BY campaign_id HAVING count(*) > 1") == ""
        # Every check once more: no entity fires again.
        before = set(made.postgres.sql("SELECT campaign_id FROM alerts").split())
        again = Load([n.url for n in made.nodes], lambda i: firing(f"failover-{i}", 2.5), count=load.sent)
        await again.run()
        assert again.statuses() == {200: load.sent}
        assert not [a for _, _, body in again.answers for a in body["alerts"] if a["campaign_id"] in before]
        expected = rows(made)
        if behind:
            assert made.redis.command("GET", "{tocsin}:epoch") != epoch
            await until(lambda: all(w.resyncs for w in watchers), what="a resync for everybody")
        for watcher in watchers:
            await until(lambda: watcher.resyncs or set(watcher.alerts) == expected, what="all events")
            assert len(watcher.alerts) == len(set(watcher.alerts)) or watcher.resyncs
        print("resyncs", [len(w.resyncs) for w in watchers], "answers", load.statuses())
        for watcher in watchers:
            await watcher.stop()

    try:
        asyncio.run(scenario())
    finally:
        replica.stop()


def test_redis_loads_its_data(pair):
    """A server that is still reading its file answers LOADING: it counts as away, and comes back by itself."""
    made = pair

    async def scenario():
        fired = Load([n.url for n in made.nodes], lambda i: firing(f"loading-{i}", 2.5), count=50, workers=8)
        await fired.run()
        made.redis.command("EVAL", "for i = 1, 3000 do redis.call('SET', '{tocsin}:filler:' .. i, i) end", 0)
        epoch = made.redis.command("GET", "{tocsin}:epoch")
        # As one file of keys: while it reads commands the server looks up only once in a thousand.
        made.redis.command("BGREWRITEAOF")
        await until(
            lambda: "aof_rewrite_in_progress:0" in made.redis.command("INFO", "persistence"), what="the rewritten file")
        made.redis.stop()
        made.redis.launch("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
        await until(lambda: made.redis.command("PING").startswith("LOADING"), what="a server that loads")
        answers = []
        while made.redis.command("PING").startswith("LOADING"):
            for node in made.nodes:
                answers.append(await asyncio.to_thread(request, "GET", node.url + "/readyz"))
                check = await asyncio.to_thread(
                    request, "POST", node.url + "/api/alerts/check", firing("refused", 2.5))
                quiet = await asyncio.to_thread(
                    request, "POST", node.url + "/api/alerts/check", firing("quiet", 99))
                if made.redis.command("PING").startswith("LOADING"):
                    assert answers[-1].status == 503 and "redis" in answers[-1].json["reasons"], answers[-1].body
                    assert check.status == 503 and int(check.headers["Retry-After"]) >= 1, check.body
                    assert check.json["detail"].startswith("redis is not reachable"), check.body
                    assert quiet.status == 200 and quiet.json["alerts"] == []
        assert len(answers) >= 4, "the server loaded too fast to look at the nodes"
        await until(lambda: all(n.is_ready() for n in made.nodes), what="readiness")
        assert made.redis.command("GET", "{tocsin}:epoch") == epoch
        again = Load([n.url for n in made.nodes], lambda i: firing(f"loading-{i}", 2.5), count=50, workers=8)
        await again.run()
        assert again.fired == [] and again.statuses() == {200: 50}
        assert request("POST", made.nodes[0].url + "/api/alerts/check", firing("fresh", 2.5)).json["persisted"] is True

    asyncio.run(scenario())

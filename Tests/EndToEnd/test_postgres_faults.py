"""What holds when PostgreSQL fails in part, or while something else fails too."""
import asyncio
import random

import pytest
from conftest import firing, request, wait_for
from load import Load, Watcher, until
from test_failures import journal_is_empty, rows


def persisted(load, since):
    """Whether enough checks fired since that answer, and the last of them are in PostgreSQL."""
    fired = [body for _, status, body in load.answers[since:] if status == 200 and body["alerts"]]
    return len(fired) >= 50 and all(body["persisted"] for body in fired[-20:])


def test_a_writer_connection_is_lost(cluster):
    """PostgreSQL ends one connection of a node that is not the keeper: the node finds back by itself."""
    made = cluster(nodes=2)
    keeper = wait_for(lambda: made.redis.command("GET", "{tocsin}:keeper"), what="a keeper")
    node = next(n for n in made.nodes if not keeper.startswith(f"node-{n.number}-"))
    end_one = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%INSERT INTO alerts%' " \
        f"AND application_name = 'node-{node.number}' ORDER BY random() LIMIT 1"

    async def scenario():
        load = Load([node.url], lambda i: firing(f"lost-{i}", 2.5), workers=8)
        run = asyncio.create_task(load.run())
        await until(lambda: persisted(load, 0), what="alerts that are durable")
        for _ in range(5):
            assert await asyncio.to_thread(made.postgres.sql, end_one) == "t"
            done = len(load.answers)
            await until(lambda: persisted(load, done), what="alerts that are durable again")
        load.stop()
        await run
        # The only transaction under way fails, and so no other one tells the node that PostgreSQL is there.
        with made.postgres.blocked():
            held = asyncio.create_task(
                asyncio.to_thread(request, "POST", node.url + "/api/alerts/check", firing("held", 2.5)))
            backends = await until(lambda: made.postgres.waiting(node), what="a commit that waits")
            assert made.postgres.sql(f"SELECT pg_terminate_backend({backends[0]})") == "t"
            answer = (await held).json
            assert answer["alerts_triggered"] == 1 and answer["persisted"] is False
        load = Load([node.url], lambda i: firing(f"after-{i}", 2.5), workers=8)
        run = asyncio.create_task(load.run())
        await until(lambda: persisted(load, 0), what="alerts that are durable again")
        load.stop()
        await run
        assert request("GET", node.url + "/readyz").json["degraded"] == []
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert set(load.fired) <= rows(made)

    asyncio.run(scenario())


@pytest.mark.parametrize("answered_first", [False, True])
def test_redis_loses_its_data_while_a_commit_is_held(cluster, answered_first):
    """The alert was claimed in Redis' former life and is committed in its next one, by a node that goes on working."""
    made = cluster(nodes=2)
    node, other = made.nodes

    async def scenario():
        watchers = [Watcher([n.ws]) for n in made.nodes]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        epoch = made.redis.command("GET", "{tocsin}:epoch")
        again = None
        with made.postgres.blocked():
            held = asyncio.create_task(
                asyncio.to_thread(request, "POST", node.url + "/api/alerts/check", firing("held", 2.5)))
            await until(lambda: made.postgres.waiting(node), what="a commit that waits")
            made.redis.command("FLUSHALL")
            # Who works on finds out: the same check is sent again and again to the same node.
            load = Load([node.url], lambda i: firing("held", 2.5), workers=2)
            again = asyncio.create_task(load.run())
            await until(lambda: made.redis.command("GET", "{tocsin}:epoch") not in ("", epoch), what="a new epoch")
            # What comes after it is told to the clients one by one.
            await until(lambda: all(w.resyncs for w in watchers), what="a resync for everybody")
            if answered_first:
                await held
        answer = await held
        await until(lambda: all(n.is_ready() for n in made.nodes), what="readiness")
        done = len(load.answers)
        await until(lambda: len(load.answers) > done + 50, what="checks after all that")
        load.stop()
        await again
        assert load.fired == [], "the entity fired again"
        assert request("POST", other.url + "/api/alerts/check", firing("held", 2.5)).json["alerts"] == []
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert made.postgres.sql("SELECT count(*) FROM alerts") == "1"
        [alert] = rows(made)
        if answer.status == 200:
            assert [a["alert_id"] for a in answer.json["alerts"]] == [alert]
        else:
            assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1
        # Its announcement is in the log once, and came to every client once.
        fresh = request("POST", node.url + "/api/alerts/check", firing("fresh", 2.5)).json["alerts"][0]["alert_id"]
        for watcher in watchers:
            await until(lambda: fresh in watcher.alerts, what="the last event")
            assert watcher.alerts == [alert, fresh]
        for watcher in watchers:
            await watcher.stop()

    asyncio.run(scenario())


def test_postgres_is_cut_off_while_cooldowns_are_restored(cluster):
    """Redis has lost its data, and of several pages of cooldowns only the first has come back from PostgreSQL."""
    made = cluster(nodes=2, proxy=True)
    count = 12_000
    made.postgres.sql(
        f"""
        INSERT INTO alerts (tenant, alert_id, rule_id, rule_incarnation, alert_type, severity, title, message,
          campaign_id, campaign_name, ad_id, metric_name, metric_value, threshold_value, details)
        SELECT r.tenant, overlay(overlay(tocsin_id_at(clock_timestamp())::text PLACING '7' FROM 15)
            PLACING lpad(to_hex(i), 12, '0') FROM 25)::uuid,
          r.rule_id, r.rule->>'incarnation', 'roas_drop', 'medium', 't', 'm', 'old-' || i, 'C', '', 'roas', 2.5, 3, '{{}}'
        FROM generate_series(1, {count}) i, rules r WHERE r.rule_id = 'roas_drop_warning'
        """)

    def cooldowns():
        return int(made.redis.command("EVAL", "return #redis.call('KEYS', '{tocsin}:cooldown:*')", 0))

    def is_restored():
        return made.redis.command("EXISTS", "{tocsin}:restoring", "{tocsin}:epoch") == "1" and \
            made.redis.command("EXISTS", "{tocsin}:epoch") == "1"

    async def scenario():
        made.redis.command("FLUSHALL")
        await until(lambda: is_restored() and cooldowns() == count, what="all cooldowns")
        watcher = Watcher([made.nodes[1].ws])
        await watcher.connected.wait()

        def check(index):
            return firing(f"fresh-{index}" if index % 20 == 0 else f"old-{random.randint(1, count)}", 2.5)

        load = Load([n.url for n in made.nodes], check, workers=16)
        run = asyncio.create_task(load.run())
        await until(lambda: len(load.answers) > 100, what="some checks")
        made.proxy.cut_after(700_000)
        made.redis.command("FLUSHALL")
        await until(made.proxy.was_cut.is_set, what="the cut")
        await until(lambda: cooldowns() >= 5000, what="the first page")
        # Entities of the pages that are missing, too: their claims are won and cannot be confirmed.
        await until(lambda: made.redis.command("HLEN", "{tocsin}:journal") > "0", what="claims without confirmation")
        done = len(load.answers)
        # Each of them waits a second for PostgreSQL.
        await until(lambda: sum(s == 503 for _, s, _ in load.answers[done:]) >= 16, what="checks without PostgreSQL")
        assert not is_restored()
        assert not [a for _, s, body in load.answers if s == 200 for a in body["alerts"]
                    if a["campaign_id"].startswith("old-")], "an entity in cooldown fired again"
        made.proxy.mend()
        await until(is_restored, what="the end of the restore")
        await until(lambda: all(n.is_ready() for n in made.nodes), what="readiness")
        done = len(load.answers)
        await until(lambda: len(load.answers) > done + 200, what="checks after the return")
        load.stop()
        await run
        await until(lambda: journal_is_empty(made), what="an empty journal")
        assert made.postgres.sql("SELECT campaign_id FROM alerts GROUP BY campaign_id HAVING count(*) > 1") == ""
        assert set(load.fired) <= rows(made)
        fresh = made.postgres.sql("SELECT alert_id FROM alerts WHERE campaign_id LIKE 'fresh-%'").split()
        assert cooldowns() == count + len(fresh)
        # When Redis has lost its data clients are told to load the list up to a place of the new log: what was announced
        # before that place is not sent again.
        resync = watcher.resyncs[-1]
        end = request("POST", made.nodes[0].url + "/api/alerts/check", firing("end", 2.5)).json["alerts"][0]["alert_id"]
        await until(lambda: end in watcher.alerts, what="the last event")
        seen = watcher.alerts[:-1]
        assert len(seen) == len(set(seen)), "an alert was announced twice"
        assert set(seen) <= set(fresh), "a repeat was announced"
        log = made.redis.command("XRANGE", "{tocsin}:events", "(" + resync["last_event_id"].rpartition(".")[2], "+")
        for alert in set(fresh) - set(seen):
            # Ids of alerts and of events begin with the milliseconds of one clock, Redis' own.
            fired_at, place = int(alert.replace("-", "")[:12], 16), int(resync["last_event_id"].split(".")[1].split("-")[0])
            assert alert not in log and fired_at <= place, "an alert was not announced"
        total = made.nodes[0].metric("tocsin_alerts_total") + made.nodes[1].metric("tocsin_alerts_total")
        assert total == len(load.fired) + 1
        await watcher.stop()

    asyncio.run(scenario())


def test_a_backlog_is_measured_and_told_once(cluster):
    """While PostgreSQL is away alerts pile up in Redis: every node shows how many, one of them warns at half the limit."""
    made = cluster(nodes=2, environment={"TOCSIN_JOURNAL_LIMIT": "20"})
    warning = "alerts pile up in Redis"

    def backlog():
        return [[n.metric("tocsin_journal_entries"), n.metric("tocsin_unwritten_alerts")] for n in made.nodes]

    def warnings():
        return sum(n.server.tail(10_000).count(warning) for n in made.nodes)

    assert backlog() == [[0, 0], [0, 0]]
    made.postgres.stop()
    for i in range(10):
        assert request("POST", made.nodes[i % 2].url + "/api/alerts/check", firing(f"b-{i}", 2.5)).status == 200
    wait_for(lambda: backlog() == [[0, 10], [0, 10]], what="the numbers")
    assert warnings() == 0
    for i in range(10, 20):
        assert request("POST", made.nodes[i % 2].url + "/api/alerts/check", firing(f"b-{i}", 2.5)).status == 200
    wait_for(lambda: backlog() == [[0, 20], [0, 20]], what="the numbers")
    wait_for(lambda: warnings() == 1, what="the warning")
    full = request("POST", made.nodes[0].url + "/api/alerts/check", firing("b-full", 2.5))
    assert full.status == 503 and int(full.headers["Retry-After"]) >= 1
    made.postgres.start()
    wait_for(lambda: backlog() == [[0, 0], [0, 0]], what="an empty journal")
    assert warnings() == 1
    assert len(rows(made)) == 20

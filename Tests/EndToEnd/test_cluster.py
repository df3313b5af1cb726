"""From a metric check on one node to a WebSocket on another, and one alert however many ask."""
import asyncio
import json
import os
import pathlib
import subprocess

import aiohttp
import pytest
import websockets
from conftest import PATIENCE, ROOT, firing, request, wait_for
from load import Watcher, until

ENTITIES = int(os.environ.get("TOCSIN_TEST_ENTITIES", "100"))


def test_a_check_on_one_node_reaches_a_client_of_another(pair):
    first, second = pair.nodes

    async def scenario():
        async with websockets.connect(second.ws) as socket:
            hello = json.loads(await socket.recv())
            assert hello["type"] == "connected" and hello["last_event_id"]
            answer = await asyncio.to_thread(request, "POST", first.url + "/api/alerts/check", firing("line", 1.5))
            assert answer.status == 200
            body = answer.json
            assert body["persisted"] is True and body["alerts_triggered"] == 2
            events = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE)) for _ in range(2)]
            assert {e["data"]["alert_id"] for e in events} == {a["alert_id"] for a in body["alerts"]}
            for event in events:
                assert event["type"] == "alert" and event["event_id"]
            for alert in body["alerts"]:
                assert alert["notification_status"] == {"database": True, "websocket": True}
                assert pair.postgres.sql(
                    f"SELECT count(*) FROM alerts WHERE alert_id = '{alert['alert_id']}'") == "1"

    asyncio.run(scenario())


def test_equal_checks_at_once_raise_one_alert(cluster):
    """4 nodes x 64 equal checks: one alert, one row, one event per client, for each entity in turn."""
    made = cluster(nodes=4)

    async def scenario():
        watchers = [Watcher([n.ws]) for n in made.nodes]
        await asyncio.gather(*(w.connected.wait() for w in watchers))
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            async def ask(node, body):
                async with session.post(node.url + "/api/alerts/check", json=body) as answer:
                    assert answer.status == 200
                    return (await answer.json())["alerts_triggered"]

            for number in range(ENTITIES):
                body = firing(f"same-{number}", 2.5)
                counts = await asyncio.gather(*(ask(n, body) for n in made.nodes for _ in range(64)))
                assert sum(counts) == 1, f"{sum(counts)} alerts for entity {number}"
        assert made.postgres.sql("SELECT count(*), count(DISTINCT campaign_id) FROM alerts") == f"{ENTITIES}|{ENTITIES}"
        await until(lambda: all(len(w.alerts) >= ENTITIES for w in watchers), what="all events")
        for watcher in watchers:
            assert len(watcher.alerts) == len(set(watcher.alerts)) == ENTITIES
            await watcher.stop()

    asyncio.run(scenario())


def test_many_acknowledgements_at_once_are_one_event(pair):
    first, second = pair.nodes

    async def scenario():
        watcher = Watcher([second.ws])
        await watcher.connected.wait()
        raised = await asyncio.to_thread(request, "POST", first.url + "/api/alerts/check", firing("ack", 2.5))
        alert = raised.json["alerts"][0]["alert_id"]
        async with aiohttp.ClientSession() as session:
            async def put(node, action, user):
                async with session.put(f"{node.url}/api/alerts/{alert}/{action}", json={"user_id": user}) as answer:
                    assert answer.status == 200, await answer.text()
                    return await answer.json()

            acknowledged = await asyncio.gather(
                *(put(pair.nodes[i % 2], "acknowledge", f"user-{i}") for i in range(50)))
            assert len({a["acknowledged_by"] for a in acknowledged}) == 1
            await asyncio.gather(*(put(pair.nodes[i % 2], "resolve", f"user-{i}") for i in range(50)))
            late = await put(first, "acknowledge", "too-late")
            assert late["success"] is True and late["acknowledged_by"] == acknowledged[0]["acknowledged_by"]
        await until(lambda: any(e["type"] == "alert_resolved" for e in watcher.events), what="the resolution")
        marker = await asyncio.to_thread(request, "POST", first.url + "/api/alerts/check", firing("ack-end", 2.5))
        end = marker.json["alerts"][0]["alert_id"]
        await until(lambda: end in watcher.alerts, what="the marker")
        kinds = [e["type"] for e in watcher.events if e.get("alert_id") == alert]
        assert kinds == ["alert_acknowledged", "alert_resolved"]
        await watcher.stop()

    asyncio.run(scenario())


def test_windows_are_shared_by_all_nodes(pair):
    rule = {"rule_id": "shared-window", "name": "Average CPA", "alert_type": "high_cpa", "severity": "high",
            "metric_name": "cpa_shared", "threshold": 100, "threshold_operator": ">", "aggregation": "avg",
            "lookback_minutes": 60, "cooldown_minutes": 30}
    assert request("POST", pair.nodes[0].url + "/api/alerts/rules", rule).status == 200
    body = {"metric_name": "cpa_shared", "campaign_id": "w1", "campaign_name": "W"}
    wait_for(lambda: request("GET", pair.nodes[1].url + "/api/alerts/rules/shared-window").status == 200,
             what="the rule on the other node")
    for node, value, fired in ((0, 90, 0), (1, 100, 0), (0, 200, 1)):
        answer = request("POST", pair.nodes[node].url + "/api/alerts/check", {**body, "metric_value": value})
        assert answer.json["alerts_triggered"] == fired, answer.body
    assert answer.json["alerts"][0]["metric_value"] == 130


def test_a_rule_change_is_in_force_everywhere(pair):
    first, second = pair.nodes
    rule = {"rule_id": "everywhere", "name": "E", "alert_type": "high_cpa", "severity": "low",
            "metric_name": "everywhere_metric", "threshold": 1, "threshold_operator": ">"}
    saved = request("POST", first.url + "/api/alerts/rules", rule, headers={"X-Tocsin-User": "ann"})
    assert saved.status == 200
    check = {"metric_name": "everywhere_metric", "metric_value": 2, "campaign_name": "E"}
    wait_for(lambda: request("POST", second.url + "/api/alerts/check", {**check, "campaign_id": "e1"}).json[
        "alerts_triggered"] == 1, what="the rule on the other node")
    assert request("PUT", second.url + "/api/alerts/rules/everywhere/disable").json == {"success": True, "enabled": False, "changed": True}
    wait_for(lambda: request("GET", first.url + "/api/alerts/rules/everywhere").json["enabled"] is False, what="disable")
    assert request("DELETE", first.url + "/api/alerts/rules/everywhere").json["success"] is True
    wait_for(lambda: request("GET", second.url + "/api/alerts/rules/everywhere").status == 404, what="deletion")


def test_resume_without_gap_or_repeat(pair):
    first, second = pair.nodes

    async def scenario():
        async with websockets.connect(first.ws) as socket:
            start = json.loads(await socket.recv())["last_event_id"]
        raised = []
        for number in range(20):
            answer = await asyncio.to_thread(
                request, "POST", first.url + "/api/alerts/check", firing(f"resume-{number}", 2.5))
            raised.append(answer.json["alerts"][0]["alert_id"])
        async with websockets.connect(f"{second.ws}?last_event_id={start}") as socket:
            got, resumed = [], None
            while resumed is None:
                message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                if message["type"] == "alert":
                    got.append(message["data"]["alert_id"])
                elif message["type"] == "resumed":
                    resumed = message
            assert got == raised and resumed["recovered"] is True
        async with websockets.connect(f"{second.ws}?last_event_id=nonsense.1-1") as socket:
            kinds = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE)) for _ in range(3)]
            assert {m["type"] for m in kinds} == {"connected", "resync", "resumed"}
            assert [m for m in kinds if m["type"] == "resumed"][0]["recovered"] is False

    asyncio.run(scenario())


@pytest.mark.parametrize("client", ["python", "node", "chromium"])
def test_real_websocket_clients(pair, client):
    first, second = pair.nodes
    script = pathlib.Path(__file__).parent / "clients"
    tests = {
        "python": [os.sys.executable, script / "client.py", second.ws],
        "node": ["node", script / "client.js", second.ws],
        "chromium": [os.sys.executable, script / "client_chromium.py", second.ws],
    }
    process = subprocess.Popen(
        tests[client], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
    try:
        ready = process.stdout.readline().strip()
        if ready != "subscribed":
            process.kill()
        assert ready == "subscribed", ready + process.stderr.read()
        request("POST", first.url + "/api/alerts/check", firing("elsewhere", 2.5))
        answer = request("POST", first.url + "/api/alerts/check", firing(f"for-{client}", 2.5)).json
        output, errors = process.communicate(timeout=PATIENCE)
        lines = output.split()
        assert lines == [answer["alerts"][0]["alert_id"], "acknowledged"], output + errors
    finally:
        if process.poll() is None:
            process.kill()

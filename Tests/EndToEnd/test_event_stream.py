"""Server-sent events: what the WebSocket promises holds for them, and they pass through a proxy as it is installed."""
import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest
import websockets
from conftest import PATIENCE, firing, free_port, request, wait_for
from events import EventSource
from load import Load, Watcher, until


def fire(node, campaign, value=2.5):
    answer = request("POST", node.url + "/api/alerts/check", firing(campaign, value))
    assert answer.status == 200
    return [alert["alert_id"] for alert in answer.json["alerts"]]


def test_both_ways_give_the_same_messages_in_the_same_order(pair):
    first, second = pair.nodes

    async def scenario():
        events, socket = EventSource([second.url]), Watcher([second.ws])
        await asyncio.gather(events.connected.wait(), socket.connected.wait())
        raised = []
        for number in range(20):
            raised += await asyncio.to_thread(fire, first, f"both-{number}")
        url = f"{first.url}/api/alerts/{raised[3]}"
        for action in ("acknowledge", "resolve"):
            assert (await asyncio.to_thread(request, "PUT", f"{url}/{action}", {"user_id": "kim"})).status == 200
        await until(lambda: len(events.events) >= 22 and len(socket.events) >= 22, what="all events")
        assert events.alerts == raised
        assert events.events == socket.events
        assert [e["type"] for e in events.events[-2:]] == ["alert_acknowledged", "alert_resolved"]
        await asyncio.gather(events.stop(), socket.stop())

    asyncio.run(scenario())


def test_the_address_filters_and_is_checked(pair):
    first, second = pair.nodes

    async def scenario():
        events = EventSource([second.url], "?campaign_id=filtered&severities=medium,high")
        await events.connected.wait()
        await asyncio.to_thread(fire, first, "other")
        raised = await asyncio.to_thread(fire, first, "filtered")
        await until(lambda: events.alerts, what="the event")
        assert events.alerts == raised
        await events.stop()

    asyncio.run(scenario())
    refused = request("GET", first.url + "/api/alerts/stream?campain_id=x")
    assert refused.status == 422 and "campaign_id" in refused.json["detail"]
    refused = request("GET", first.url + "/api/alerts/stream?severities=hihg")
    assert refused.status == 422 and "hihg" in refused.json["detail"] and "every alert" not in refused.json["detail"]
    for path in ("/api/alerts/stream", "//api/alerts/stream", "/api//alerts/stream/"):
        assert request("GET", first.url + path, headers={"Origin": "https://evil.example.org"}).status == 403


def test_what_follows_the_request_is_thrown_away(pair):
    node = pair.nodes[0]
    with socket.create_connection(("127.0.0.1", node.port)) as client:
        client.sendall(b"GET /api/alerts/stream HTTP/1.1\r\nHost: localhost\r\n\r\n" + b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        text = b""
        while b"event: connected" not in text:
            text += client.recv(4096)
    assert b'"status":"ok"' not in text
    assert node.is_ready()


def test_resume_without_gap_or_repeat_on_another_node(pair):
    first, second = pair.nodes

    async def scenario():
        events = EventSource([first.url, second.url])
        await events.connected.wait()
        raised = await asyncio.to_thread(fire, first, "before")
        await until(lambda: events.alerts == raised, what="the first event")
        place = events.last
        await events.stop()
        for number in range(20):
            raised += await asyncio.to_thread(fire, first, f"away-{number}")
        again = EventSource([second.url])
        again.last = place
        await until(lambda: "resumed" in again.kinds, what="the end of the replay")
        assert again.alerts == raised[1:]
        assert again.kinds[0] == "connected" and not again.resyncs
        await again.stop()
        lost = EventSource([second.url])
        lost.last = "nonsense.1-1"
        await until(lambda: "resumed" in lost.kinds, what="the answer to an unknown place")
        assert lost.kinds[:3] == ["connected", "resync", "resumed"]
        await lost.stop()

    asyncio.run(scenario())


def test_every_alert_arrives_once_while_nodes_die_and_stop(cluster):
    """Checks go to three nodes that are killed, stopped and started again: each client gets each alert exactly once."""
    made = cluster(nodes=3)

    async def scenario():
        urls = [node.url for node in made.nodes]
        clients = [EventSource(urls[k:] + urls[:k]) for k in range(3)]
        await asyncio.gather(*(c.connected.wait() for c in clients))
        # A check whose answer is lost is sent again, and is the same one.
        load = Load(urls, lambda number: firing(f"alert-{number}", 2.5), count=400, workers=8, rate=100, insists=True)
        running = asyncio.create_task(load.run())
        for node, number in ((made.nodes[0], signal.SIGKILL), (made.nodes[1], signal.SIGTERM)):
            await asyncio.sleep(1)
            node.server.signal(number)
            await asyncio.to_thread(node.server.end)
            node.start()
            await asyncio.to_thread(node.wait_until_ready)
        await running
        stored = lambda: made.postgres.sql("SELECT alert_id FROM alerts").split()
        await until(lambda: len(stored()) == 400, what="all alerts in PostgreSQL")
        await until(lambda: all(len(set(c.alerts)) == 400 for c in clients), what="all events")
        for client in clients:
            assert sorted(client.alerts) == sorted(stored())
            assert not client.resyncs
            places = [tuple(map(int, re.split("[.-]", e["event_id"])[1:])) for e in client.events]
            assert places == sorted(places)
        assert any("reconnect" in c.kinds for c in clients), "a node that stops says so"
        await asyncio.gather(*(c.stop() for c in clients))

    asyncio.run(scenario())


@pytest.mark.skipif(not shutil.which("nginx"), reason="there is no nginx")
def test_events_pass_a_proxy_without_special_settings(pair, tmp_path):
    """nginx as it is installed speaks HTTP/1.0 to the node and gathers answers in buffers."""
    port = free_port()
    folder = tmp_path
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
        events {{}}
        http {{
          access_log off;
          client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
          uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
          server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {pair.nodes[1].url}; }} }}
        }}""")
    nginx = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for(lambda: (folder / "pid").exists(), what="nginx")

        async def scenario():
            events = EventSource([f"http://127.0.0.1:{port}"])
            await events.connected.wait()
            for number in range(3):
                # Each arrives before the next one is raised: nothing waits in a buffer.
                raised = await asyncio.to_thread(fire, pair.nodes[0], f"proxy-{number}")
                await until(lambda: events.alerts[-1:] == raised, what="the event")
            await events.stop()

        asyncio.run(scenario())
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE)


PAGE = """() => new Promise((resolve) => {
  const source = new EventSource("/api/alerts/stream?campaign_id=for-page");
  source.addEventListener("connected", () => console.log("connected"));
  source.addEventListener("alert", (event) => {
    source.close();
    resolve([JSON.parse(event.data).data.alert_id, event.lastEventId]);
  });
})"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
def test_a_page_in_a_browser(pair, tmp_path):
    script = tmp_path / "page.py"
    script.write_text(f"""
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
    page = browser.new_page()
    page.on("console", lambda message: message.type == "log" and print(message.text, flush=True))
    page.goto(sys.argv[1] + "/livez")
    print(*page.evaluate({PAGE!r}), flush=True)
    browser.close()
""")
    process = subprocess.Popen(
        [sys.executable, script, pair.nodes[1].url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        ready = process.stdout.readline().strip()
        if ready != "connected":
            process.kill()
        assert ready == "connected", ready + process.stderr.read()
        raised = fire(pair.nodes[0], "for-page")
        output, errors = process.communicate(timeout=PATIENCE)
        alert, place = output.split()
        assert [alert] == raised and place, errors
    finally:
        if process.poll() is None:
            process.kill()


def resident(node):
    with open(f"/proc/{node.server.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def test_event_streams_cost_about_what_sockets_do(cluster):
    """The memory of two nodes alike, one with a thousand WebSockets, one with as many event streams."""
    made = cluster(nodes=2)
    count, numbers = int(os.environ.get("TOCSIN_TEST_STREAMS", "1000")), itertools.count()
    ways = {
        "tocsin_websocket_clients": ("/ws/alerts", (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")),
        "tocsin_sse_clients": ("/api/alerts/stream", ""),
    }

    async def hold(node, gauge, count):
        path, fields = ways[gauge]

        async def client():
            reader, writer = await asyncio.open_connection("127.0.0.1", node.port, limit=4096)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode())
            return reader, writer

        before, clients = resident(node), []
        for start in range(0, count, 50):
            clients += await asyncio.gather(*(client() for _ in range(min(50, count - start))))
        await until(lambda: node.metric(gauge) == count, what="all clients")
        await asyncio.to_thread(fire, node, f"{gauge}-{next(numbers)}")
        for reader, _ in clients:
            text = b""
            while b'"type":"alert"' not in text:
                piece = await reader.read(4096)
                assert piece, "the node ended the connection"
                text += piece
        used = resident(node) - before
        for _, writer in clients:
            writer.close()
        await until(lambda: node.metric(gauge) == 0, what="the end of all clients")
        return used

    async def scenario():
        for node in made.nodes:
            # What the first ones need, all later ones share.
            for gauge in ways:
                await hold(node, gauge, 50)
        return [await hold(node, gauge, count) for node, gauge in zip(made.nodes, ways)]

    sockets, streams = asyncio.run(scenario())
    print(f"kB for {count} WebSockets: {sockets}, for as many event streams: {streams}")
    assert streams <= 1.3 * sockets + 1024

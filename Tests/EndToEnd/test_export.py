"""A file of all alerts: whole, harmless, and of any size at constant memory."""
import csv
import io
import json
import re
import socket

import pytest
from conftest import firing, request, wait_for

BATCHES = 10


def resident(node):
    with open(f"/proc/{node.server.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def fill(node, prefix, batches=BATCHES, size=1000):
    for number in range(batches):
        checks = [firing(f"{prefix}-{number}-{k}", 2.5, context={"pad": "x" * 400}) for k in range(size)]
        answer = request("POST", node.url + "/api/alerts/check/batch", {"checks": checks})
        assert answer.status == 200 and answer.json["alerts_triggered"] == size


def test_all_alerts_are_in_either_file(pair):
    first, second = pair.nodes
    fill(first, "export", batches=1, size=250)
    alert = request("POST", first.url + "/api/alerts/check", firing("=2+3", 2.5)).json["alerts"][0]["alert_id"]
    request("PUT", f"{first.url}/api/alerts/{alert}/resolve", {"user_id": "@kim"})
    whole = request("GET", second.url + "/api/alerts/export")
    assert whole.headers["Content-Disposition"] == 'attachment; filename="alerts.json"'
    assert whole.json["count"] == len(whole.json["alerts"]) == 251
    assert whole.json["alerts"][:100] == request("GET", second.url + "/api/alerts/history?limit=100").json["alerts"]
    table = request("GET", second.url + "/api/alerts/export?format=csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    assert [row["alert_id"] for row in rows] == [each["alert_id"] for each in whole.json["alerts"]]
    assert list(rows[0]) == list(whole.json["alerts"][0])
    resolved = rows[0]
    assert resolved["campaign_id"] == "'=2+3" and resolved["resolved_by"] == "'@kim"
    assert float(resolved["metric_value"]) == 2.5 and json.loads(resolved["details"])["rule_name"]
    only = request("GET", second.url + "/api/alerts/export?campaign_id=%3D2%2B3&include_resolved=false").json
    assert only == {"alerts": [], "count": 0}
    wrong = request("GET", second.url + "/api/alerts/export?format=xls")
    assert wrong.status == 422 and "csv" in wrong.json["detail"]


def test_memory_does_not_grow_with_the_file(cluster):
    made = cluster(nodes=1)
    node = made.nodes[0]
    fill(node, "large")
    request("GET", node.url + "/api/alerts/export")
    before = resident(node)
    # A client that takes nothing for a while: the node reads no further than the client does.
    with socket.create_connection(("127.0.0.1", node.port)) as client:
        client.sendall(b"GET /api/alerts/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_for(lambda: client.recv(1, socket.MSG_PEEK), what="the first byte")
        peak, size = resident(node), 0
        client.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        tail = b""
        while piece := client.recv(1 << 16):
            size += len(piece)
            tail = (tail + piece)[-600:]
            if size % 7 == 0:
                peak = max(peak, resident(node))
    assert f'"count":{BATCHES * 1000}}}\r\n0\r\n\r\nHTTP/1.1 200 OK'.encode() in tail
    assert size > 10_000_000
    assert peak - before < 0.6 * size / 1024, f"{peak - before} kB for a file of {size // 1024} kB"


def test_a_file_that_cannot_be_read_to_its_end_is_not_whole(cluster):
    made = cluster(nodes=1)
    node = made.nodes[0]
    fill(node, "broken", batches=3)
    with socket.create_connection(("127.0.0.1", node.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET /api/alerts/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.recv(1)
        made.postgres.stop("immediate")
        # A close would look like the end of a file to whoever speaks HTTP/1.0.
        with pytest.raises(ConnectionResetError):
            while client.recv(1 << 16):
                pass
    made.postgres.start()
    wait_for(lambda: request("GET", node.url + "/api/alerts/export").status == 200, what="PostgreSQL")

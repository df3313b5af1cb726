"""What operators read: the log's form, what it tells, and that nobody waits for who reads it."""
import fcntl
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading

import pytest
from conftest import BINARY, PATIENCE, ROOT, firing, free_port, request, wait_for

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trace|debug|info|notice|warning|error|critical) +\S.*$")


def test_a_clean_start_has_no_warning(cluster):
    made = cluster(nodes=2)
    for node in made.nodes:
        lines = pathlib.Path(node.log).read_text().splitlines()
        assert any(re.search(r"info +listening address=127\.0\.0\.1:\d+ node=node-\d$", line) for line in lines), lines
        for line in lines:
            assert LINE.match(line).group(1) in ("info", "notice"), line


def test_figures_are_numbers_in_json(cluster):
    node = cluster(nodes=1, environment={"TOCSIN_LOG_FORMAT": "json", "TOCSIN_LOG_ACCESS": "true"}).nodes[0]
    assert request("GET", node.url + "/api/alerts?limit=1").status == 200

    def logged():
        return [json.loads(line) for line in pathlib.Path(node.log).read_text().rpartition("\n")[0].splitlines()]

    def line():
        return next((each for each in logged() if each["message"] == "request" and each["route"] == "/api/alerts"), None)
    wait_for(lambda: line() is not None, what="the request's line")
    assert line()["status"] == 200 and type(line()["microseconds"]) is int
    # What is a name stays one, whatever it looks like.
    first = next(each for each in logged() if each["message"] == "the first rules were written")
    assert type(first["count"]) is int and type(first["node"]) is str


def test_changes_are_told_with_who_made_them(cluster):
    made = cluster(nodes=1, environment={"TOCSIN_LOG_FORMAT": "json"})
    node = made.nodes[0]

    def call(method, path, body=None, user="ann"):
        answer = request(method, node.url + "/api/alerts" + path, body, {"X-Tocsin-User": user})
        assert answer.status == 200, answer.body
        return answer.json

    rule = {"rule_id": "told", "name": "T", "alert_type": "high_cpa", "severity": "low", "threshold": 1}
    call("POST", "/rules", rule)
    call("POST", "/rules", {**rule, "threshold": 2}, "bob")
    call("PUT", "/rules/told/disable")
    call("PUT", "/rules/told/disable")
    call("PUT", "/rules/told/enable")
    call("DELETE", "/rules/told")
    alert = call("POST", "/check", firing("told", 2.5))["alerts"][0]["alert_id"]
    evil = "ann\n2026-01-01T00:00:00.000Z error forged\x1b[2J"
    for _ in range(2):
        call("PUT", f"/{alert}/acknowledge", {"user_id": evil})
    call("PUT", f"/{alert}/resolve", {"user_id": "bob"})

    def told():
        lines = [json.loads(line) for line in pathlib.Path(node.log).read_text().rpartition("\n")[0].splitlines()]
        return [(line["message"], line.get("rule_id"), line.get("by")) for line in lines
                if line["level"] == "info" and line["message"].startswith(("a rule was", "an alert was"))]

    expected = [
        ("a rule was created", "told", "ann"), ("a rule was replaced", "told", "bob"),
        ("a rule was disabled", "told", "ann"), ("a rule was enabled", "told", "ann"),
        ("a rule was deleted", "told", "ann"), ("an alert was acknowledged", "roas_drop_warning", evil),
        ("an alert was resolved", "roas_drop_warning", "bob")]
    wait_for(lambda: len(told()) >= len(expected), what="what the log tells")
    assert told() == expected
    assert "\x1b" not in pathlib.Path(node.log).read_text()


class Unread:
    """A node whose standard error is a pipe that nobody reads, until it is asked for."""

    def __init__(self, cluster):
        self.port = free_port()
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        self.pipe = os.fdopen(reading, "rb")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--port", str(self.port)], stdout=subprocess.DEVNULL, stderr=writing,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "REDIS_URL": cluster.redis.url, "DATABASE_URL": cluster.database_url,
                 "TOCSIN_MIGRATIONS": str(ROOT / "migrations"), "TOCSIN_DRAIN_SECONDS": "0",
                 "TOCSIN_LOG_ACCESS": "true"})
        os.close(writing)
        self.url = f"http://127.0.0.1:{self.port}"
        wait_for(self.is_ready, what="readiness")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def is_ready(self):
        assert self.process.poll() is None
        try:
            return request("GET", self.url + "/readyz").status == 200
        except OSError:
            return False

    def get(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body.decode()

    def dropped(self):
        text = self.get("/metrics")
        return int(re.search(r"^tocsin_log_lines_dropped_total (\d+)$", text, re.MULTILINE).group(1))

    def read(self):
        """Reads from now on; returns the list that lines are added to."""
        lines = []

        def run():
            for line in self.pipe:
                lines.append(line.decode())
        threading.Thread(target=run, daemon=True).start()
        return lines

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def unread(pair):
    made = Unread(pair)
    yield made
    made.end()


def test_requests_go_on_while_nobody_reads_the_log(unread):
    for _ in range(100):
        for _ in range(1000):
            unread.get("/livez")
        if unread.dropped():
            break
    assert unread.dropped() > 0
    lines = unread.read()
    wait_for(lambda: any("log lines were dropped" in line for line in lines), what="what is missing")
    unread.process.send_signal(signal.SIGTERM)
    assert unread.process.wait(PATIENCE) == 0
    wait_for(lambda: any("draining" in line for line in lines), what="the end of the log")


def test_a_node_ends_while_nobody_reads_its_log(unread):
    for _ in range(600):
        unread.get("/livez")
    unread.process.send_signal(signal.SIGTERM)
    assert unread.process.wait(PATIENCE) == 0

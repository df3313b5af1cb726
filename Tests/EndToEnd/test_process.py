"""What holds for a node as a process: its descriptors, its signals, its end."""
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import BINARY, PATIENCE, ROOT, Server, firing, free_port, request, wait_for


def descriptors(node):
    return len(os.listdir(f"/proc/{node.server.pid}/fd"))


def has_room(node):
    """Whether a new connection is served."""
    try:
        return request("GET", node.url + "/livez", timeout=1).status == 200
    except OSError:
        return False


def silent_connections(node, count):
    made = []
    for _ in range(count):
        made.append(socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE))
    return made


@pytest.fixture
def small(cluster):
    """A node with 256 descriptors."""
    made = cluster(nodes=1, limit=256)
    return made.nodes[0]


def test_more_connections_than_descriptors(small):
    """300 connections that send nothing: the node lives, tells of it once, and serves again when some have ended."""
    limit = int(small.metric("tocsin_http_connections_limit"))
    assert 16 <= limit < 200
    silent = silent_connections(small, 300)
    full = "as many connections are open as fit"
    wait_for(lambda: full in small.server.tail(), what="the warning")
    assert not has_room(small)
    assert small.server.process.poll() is None
    assert descriptors(small) < 256
    # What the node itself needs is kept free: its connections to PostgreSQL are lost and come back.
    small.cluster.postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'node-1'")
    for s in silent[:280]:
        s.close()
    wait_for(lambda: has_room(small), what="an answer")
    wait_for(lambda: small.metric("tocsin_http_connections") <= 25, what="the end of closed connections")
    wait_for(lambda: request("GET", small.url + "/api/alerts").status == 200, what="an answer from PostgreSQL")
    assert request("POST", small.url + "/api/alerts/check", firing("room")).status == 200
    again = "new connections are accepted again"
    wait_for(lambda: again in small.server.tail(10_000), what="the end of the warning")
    text = small.server.tail(10_000)
    assert text.count(full) == 1 and text.count(again) == 1, text
    for s in silent[280:]:
        s.close()


def test_websockets_count(small):
    """A WebSocket holds its descriptor after the handshake."""
    limit = int(small.metric("tocsin_http_connections_limit"))
    sockets = silent_connections(small, limit)
    for s in sockets:
        s.sendall(b"GET /ws/alerts HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert b"101" in s.recv(4096)
    assert not has_room(small)
    for s in sockets:
        s.close()
    wait_for(lambda: has_room(small), what="an answer")


def test_no_descriptor_is_left(cluster):
    """Whatever takes the last descriptor: nothing ends the node, nothing runs in circles, all comes back."""
    made = cluster(nodes=1)
    node = made.nodes[0]
    soft, hard = resource.prlimit(node.server.pid, resource.RLIMIT_NOFILE)
    assert soft == hard, "the soft limit was not raised"
    resource.prlimit(node.server.pid, resource.RLIMIT_NOFILE, (descriptors(node), hard))
    sockets = silent_connections(node, 20)
    wait_for(lambda: "connections cannot be accepted for now" in node.server.tail(), what="the warning")
    made.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'node-1'")
    made.redis.command("CLIENT", "KILL", "TYPE", "normal")
    # No condition tells that it does nothing: the share of a core that it takes does.
    before, begun = cpu_seconds(node), time.monotonic()
    time.sleep(3)
    assert (cpu_seconds(node) - before) / (time.monotonic() - begun) < 0.5, "the node runs in circles"
    assert node.server.process.poll() is None, node.server.tail()
    resource.prlimit(node.server.pid, resource.RLIMIT_NOFILE, (soft, hard))
    for s in sockets:
        s.close()
    wait_for(lambda: has_room(node), what="an answer")
    node.wait_until_ready()
    wait_for(lambda: request("GET", node.url + "/api/alerts").status == 200, what="an answer from PostgreSQL")
    # Once for each shortage: what the killed connections leave may be accepted before the next one begins.
    told = re.findall("connections (cannot|can) be accepted", node.server.tail(10_000))
    assert told[0] == "cannot" and all(one != other for one, other in zip(told, told[1:])), told


def test_a_limit_that_is_too_low_is_said(tmp_path):
    low = subprocess.run(
        ["bash", "-c", f"ulimit -n 100; exec {BINARY} serve --port {free_port()}"], capture_output=True, text=True,
        timeout=PATIENCE, env={**os.environ, "TOCSIN_MIGRATIONS": str(ROOT / "migrations")})
    assert low.returncode == 1
    assert "the process may open 100 files, and this node needs" in low.stderr


def test_the_setting_limits_connections(cluster):
    node = cluster(nodes=1, environment={"TOCSIN_CONNECTIONS": "20"}).nodes[0]
    assert node.metric("tocsin_http_connections_limit") == 20


def cpu_seconds(node):
    fields = open(f"/proc/{node.server.pid}/stat").read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Silent:
    """A PostgreSQL that takes connections and says nothing."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        try:
            while True:
                self.taken.append(self.socket.accept()[0])
        except OSError:
            pass


def handles(server, *numbers):
    """Whether the process does something else at each of these signals than to end."""
    assert server.process.poll() is None, f"ended with {server.process.returncode}: {server.tail()}"
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    masks = [int(m, 16) for m in re.findall(r"^Sig(?:Ign|Cgt):\s+(\w+)", status, re.M)]
    return all(any(mask >> (number - 1) & 1 for mask in masks) for number in numbers)


@pytest.fixture
def starting(tmp_path):
    """Makes nodes whose PostgreSQL does not answer; all are killed at the end."""
    made = []

    def make():
        log = tmp_path / f"{len(made)}.log"
        made.append(Server(
            [BINARY, "serve", "--port", str(free_port())], log,
            {"DATABASE_URL": f"postgresql://tocsin@127.0.0.1:{Silent().port}/tocsin?connect_timeout=2",
             "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0", "TOCSIN_MIGRATIONS": str(ROOT / "migrations")}))
        return made[-1]

    yield make
    for server in made:
        server.signal(signal.SIGKILL)
        server.wait()


def test_a_taken_port_is_said_at_once(tmp_path):
    """Before PostgreSQL and Redis are looked for: neither is there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(
            [BINARY, "serve", "--port", str(port)], tmp_path / "taken.log",
            {"DATABASE_URL": "host=127.0.0.1 port=1", "REDIS_URL": "redis://127.0.0.1:1",
             "TOCSIN_MIGRATIONS": str(ROOT / "migrations")})
        try:
            assert server.wait() == 1, server.tail()
        finally:
            server.end()
    assert server.tail() == (
        f"tocsin: 127.0.0.1:{port} is in use by another program: stop it, or choose another port with --port or "
        "TOCSIN_PORT")


IGNORED = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE]


def test_signals_from_the_first_moment(starting):
    """From the program's first own instruction on, none of these ends it. While the system still loads its libraries they
    do: no program can help that. One that is ignored already by who starts it (SIGHUP by nohup) says nothing yet, so all
    of them are looked at."""
    for _ in range(3):
        server = starting()
        wait_for(lambda: handles(server, *IGNORED), what="the program's start")

        def is_hit():
            for number in IGNORED * 50:
                server.signal(number)
            return handles(server, signal.SIGTERM)

        wait_for(is_hit, what="the node's start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_it_waits_for_postgres(starting, number):
    server = starting()
    wait_for(lambda: "PostgreSQL is not reachable yet" in server.tail(), what="the wait")
    for other in IGNORED:
        server.signal(other)
    server.signal(number)
    assert server.wait() == 0, server.tail()
    assert "stopped before the node had started" in server.tail()


def test_sighup_before_the_start_is_remembered(cluster, tmp_path):
    """A node that waits for PostgreSQL reads receivers and routes again once it has started, as it does at any SIGHUP."""
    made = cluster(nodes=1, proxy=True)
    file = tmp_path / "tocsin.yaml"
    file.write_text("receivers: [{name: team, slack: {url: https://hooks.example.org/1}}]\nroutes: [{receivers: [team]}]\n")
    made.proxy.cut()
    port = free_port()
    server = Server(
        [BINARY, "serve", "--port", str(port), "--config", str(file)], tmp_path / "late.log",
        {"DATABASE_URL": made.database_url, "REDIS_URL": made.redis.url,
         "TOCSIN_MIGRATIONS": str(ROOT / "migrations"), "TOCSIN_DRAIN_SECONDS": "1"})
    try:
        wait_for(lambda: "PostgreSQL is not reachable yet" in server.tail(), what="the wait")
        server.signal(signal.SIGHUP)
        made.proxy.mend()
        wait_for(lambda: "receivers and routes were read again" in server.tail(100), what="the second reading")
        assert server.process.poll() is None
    finally:
        server.end()


def test_sigterm_without_clients_ends_at_once(cluster):
    """The drain time is for clients: a node that nobody uses does not wait for it to pass."""
    node = cluster(nodes=1, drain=600).nodes[0]
    node.server.signal(signal.SIGTERM)
    assert node.server.wait() == 0, node.server.tail()


def test_the_drain_lasts_while_somebody_is_connected(cluster):
    """A load balancer that keeps its connection sees 503 of /readyz before it is closed; then nothing is waited for."""
    node = cluster(nodes=1, drain=600).nodes[0]
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)

    def ask(path):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert ask("/readyz") == 200
    node.server.signal(signal.SIGTERM)
    wait_for(lambda: ask("/readyz") == 503, what="503 of /readyz")
    # Signals that mean nothing to a node that is about to end do not end it sooner.
    for number in IGNORED:
        node.server.signal(number)
    assert request("POST", node.url + "/api/alerts/check", firing("late")).status == 200
    assert ask("/livez") == 200
    assert node.server.process.poll() is None
    connection.close()
    assert node.server.wait() == 0, node.server.tail()

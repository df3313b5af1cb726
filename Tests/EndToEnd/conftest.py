"""What the end-to-end tests share: a cluster of real nodes on servers of their own.

Everything goes through the `tocsin` binary (TOCSIN_BINARY) and listens on loopback only. Tests end only processes that
they started, by pid.
"""
import contextlib
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest

from proxy import Proxy

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TOCSIN_BINARY", str(ROOT / ".build/debug/tocsin"))


# How long a test waits for what has to come about. No machine is so busy that it takes that long: it only ends a test
# that would hang otherwise. A test that proves that something is fast does so by what happened meanwhile, not by a clock.
PATIENCE = 180

# The ports of a process of pytest-xdist are its own, and none is one that the system gives to an outgoing connection:
# that could take the port of a server that is about to start, or that is down while clients look for it.
WORKER = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)
PORTS = itertools.cycle(range(12_000 + 4000 * (WORKER % 5), 16_000 + 4000 * (WORKER % 5)))
for _ in range(random.randrange(4000)):
    next(PORTS)


def is_free(port) -> bool:
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(count=1) -> int:
    """The first of so many free ports in a row. None is given twice before all others were."""
    while True:
        ports = [next(PORTS) for _ in range(count)]
        if ports[-1] - ports[0] == count - 1 and all(map(is_free, ports)):
            return ports[0]


def wait_for(condition, seconds=PATIENCE, what="the condition"):
    """Polls until the condition holds; the deadline only ends a test that would fail anyway."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about within {seconds} s")
        time.sleep(0.02)


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def request(method, url, body=None, headers=None, timeout=PATIENCE) -> Response:
    data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
    head = {"Content-Type": "application/json"} if data is not None else {}
    head.update(headers or {})
    call = urllib.request.Request(url, data=data, method=method, headers=head)
    try:
        with urllib.request.urlopen(call, timeout=timeout) as answer:
            return Response(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Response(error.code, error.headers, error.read())


class Server:
    """A process with its log."""

    def __init__(self, command, log, env=None):
        self.log = log
        self.process = subprocess.Popen(
            command, stdout=open(log, "ab"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        if self.process.poll() is None:
            os.kill(self.pid, number)

    def wait(self, seconds=PATIENCE):
        return self.process.wait(seconds)

    def end(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self.wait(30)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.wait()

    def tail(self, lines=30):
        return "\n".join(pathlib.Path(self.log).read_text(errors="replace").splitlines()[-lines:])


class Redis:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def launch(self, *options):
        # Append-only with fsync at every write: a stop loses nothing, as in a production that cares.
        self.server = Server(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "",
             "--appendonly", "yes", "--appendfsync", "always", *options], self.folder / "redis.log")

    def start(self):
        self.launch()
        wait_for(lambda: self.command("PING") == "PONG", what="Redis")

    def command(self, *words):
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), *map(str, words)], capture_output=True, text=True)
        return done.stdout.strip()

    def stop(self):
        self.server.end()


def postgres_binaries():
    return sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


class Postgres:
    def __init__(self, folder):
        self.folder, self.port = folder / "pg", free_port()
        self.logfile = folder / "pg.log"
        self.folder.mkdir()
        os.chmod(folder, 0o755)
        self.run_as = []
        if os.getuid() == 0:
            subprocess.run(["chown", "postgres", str(self.folder)], check=True)
            self.run_as = ["runuser", "-u", "postgres", "--"]
        self.bin = postgres_binaries()
        subprocess.run(
            [*self.run_as, str(self.bin / "initdb"), "-D", str(self.folder), "-U", "tocsin", "-A", "trust", "-E", "UTF8",
             "--no-sync"], check=True, capture_output=True, cwd="/")
        self.url = f"postgresql://tocsin@127.0.0.1:{self.port}/tocsin"
        self.start()
        self.sql("CREATE DATABASE tocsin", database="postgres")

    def start(self):
        subprocess.run(
            [*self.run_as, str(self.bin / "pg_ctl"), "-D", str(self.folder), "-w", "-l", str(self.folder / "log"), "-o",
             f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start"], check=True,
            capture_output=True, cwd="/")

    def stop(self, mode="fast"):
        subprocess.run(
            [*self.run_as, str(self.bin / "pg_ctl"), "-D", str(self.folder), "-m", mode, "-w", "stop"], check=True,
            capture_output=True, cwd="/")

    def sql(self, text, database="tocsin"):
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tocsin", "-c", text,
             database], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    @contextlib.contextmanager
    def blocked(self):
        """No alert can be committed as long as this lasts; reading goes on."""
        holder = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tocsin", "tocsin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            holder.stdin.write("BEGIN; LOCK TABLE alerts IN SHARE MODE; SELECT 'locked';\n")
            holder.stdin.flush()
            assert holder.stdout.readline().strip() == "locked"
            yield
        finally:
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()

    def waiting(self, node):
        """The backends in which that node waits for a lock."""
        return self.sql(
            f"SELECT pid FROM pg_stat_activity WHERE application_name = 'node-{node.number}' "
            "AND wait_event_type = 'Lock'").split()


class Node:
    def __init__(self, cluster, number):
        self.cluster, self.number, self.port = cluster, number, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}/ws/alerts"
        self.starts = 0
        self.start()

    @property
    def life(self):
        """The name of this one of the node's processes; a configuration can name it as ${TEST_LIFE}."""
        return f"node-{self.number}-{self.starts}"

    def start(self):
        self.starts += 1
        self.log = self.cluster.folder / f"node-{self.number}.log"
        limit = ["prlimit", f"--nofile={self.cluster.limit}"] if self.cluster.limit else []
        self.server = Server(
            [*limit, BINARY, "serve", "--port", str(self.port)], self.log,
            {"REDIS_URL": self.cluster.redis.url,
             "DATABASE_URL": f"{self.cluster.database_url}?application_name=node-{self.number}",
             "TOCSIN_NODE_NAME": f"node-{self.number}", "TEST_LIFE": self.life, "TOCSIN_DRAIN_SECONDS": str(self.cluster.drain),
             "TOCSIN_MIGRATIONS": str(ROOT / "migrations"), **self.cluster.environment})

    def metric(self, name):
        """The sum of a metric's values."""
        lines = request("GET", self.url + "/metrics").body.decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(name + r"[ {]", line))

    def is_ready(self):
        try:
            return request("GET", self.url + "/readyz").status == 200
        except OSError:
            return False

    def wait_until_ready(self):
        def ready():
            assert self.server.process.poll() is None, self.server.tail()
            return self.is_ready()
        wait_for(ready, what=f"readiness of node {self.number}")


class Cluster:
    running = []

    def __init__(self, nodes, drain=1, proxy=False, environment=None, limit=None):
        # How many files a node may open; as many as the tests may unless given.
        self.environment, self.limit = environment or {}, limit
        # Not below pytest's own folder: PostgreSQL runs as another user, who may not look into that.
        self.folder, self.drain = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-")), drain
        folder = self.folder
        self.redis, self.postgres = Redis(folder), Postgres(folder)
        self.proxy = Proxy(self.postgres.port) if proxy else None
        self.database_url = f"postgresql://tocsin@127.0.0.1:{self.proxy.port if proxy else self.postgres.port}/tocsin"
        migrated = subprocess.run(
            [BINARY, "migrate", "--migrations", str(ROOT / "migrations")], capture_output=True, text=True,
            env={**os.environ, "DATABASE_URL": self.postgres.url})
        assert migrated.returncode == 0, migrated.stderr
        self.nodes = [Node(self, n + 1) for n in range(nodes)]
        Cluster.running.append(self)
        for node in self.nodes:
            node.wait_until_ready()

    def stop(self):
        Cluster.running.remove(self)
        for node in self.nodes:
            node.server.signal(signal.SIGCONT)
            node.server.signal(signal.SIGTERM)
        for node in self.nodes:
            node.server.end()
        if self.proxy:
            self.proxy.stop()
        self.postgres.stop("immediate")
        self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows with a failure what the nodes last wrote: their folders are gone afterwards."""
    report = yield
    if report.failed:
        for made in Cluster.running:
            for node in made.nodes:
                report.sections.append((f"log of node {node.number}", node.server.tail(60)))
    return report


@pytest.fixture
def cluster():
    """Makes clusters; all are stopped at the end."""
    made = []

    def make(nodes=2, drain=1, proxy=False, environment=None, limit=None):
        made.append(Cluster(nodes, drain, proxy, environment, limit))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture(scope="module")
def pair():
    """Two nodes that the tests of a module share."""
    made = Cluster(2)
    yield made
    made.stop()


def firing(campaign, value=1.5, **more):
    """A check that fires one of the first rules (roas_drop_critical and roas_drop_warning at 1.5, the latter at 2.5)."""
    return {"metric_name": "roas", "metric_value": value, "campaign_id": campaign, "campaign_name": campaign.upper(),
            **more}

"""`tocsin dev`: what goes wrong is said in a sentence, and nothing is left behind."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest
from conftest import BINARY, PATIENCE, ROOT, free_port, request, wait_for


def is_alive(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text[text.rindex(")") + 2] not in "ZX"


class Dev:
    def __init__(self, folder, *arguments, port=None, nodes=1, cwd=None):
        self.port = port or free_port(nodes)
        self.log = folder / f"dev-{self.port}.log"
        self.process = subprocess.Popen(
            [BINARY, "dev", "--nodes", str(nodes), "--port", str(self.port), "--migrations", str(ROOT / "migrations"),
             *arguments], stdout=open(self.log, "ab"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd)

    @property
    def text(self):
        return self.log.read_text()

    def wait_until_ready(self):
        def ready():
            assert self.process.poll() is None, self.text
            return "Ctrl-C stops everything" in self.text
        wait_for(ready, what="the cluster")

    @property
    def nodes(self):
        return [int(pid) for pid in re.search(r"pids +([\d ]+)", self.text).group(1).split()]

    @property
    def logs(self):
        return pathlib.Path(re.search(r"logs +(\S+)", self.text).group(1))

    @property
    def children(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture
def folder():
    # Not below pytest's own folder: PostgreSQL runs as another user, who may not look into that.
    made = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def dev(folder):
    made = []

    def make(*arguments, **more):
        made.append(Dev(folder, *arguments, **more))
        return made[-1]

    yield make
    for each in made:
        each.end()


def test_a_taken_port_is_said_before_anything_starts(dev):
    first = free_port(2)
    port = first + 1
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        one = dev("--ephemeral", port=first, nodes=2)
        assert one.process.wait(PATIENCE) == 1
    assert one.text == f"tocsin: port {port} is in use; stop what listens there, or choose other ports with --port\n"


def test_a_taken_port_leaves_no_folder(dev, folder):
    data = folder / "new" / "data"
    with socket.socket() as taken:
        port = free_port()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        one = dev("--data", str(data), port=port)
        assert one.process.wait(PATIENCE) == 1
    assert "is in use" in one.text
    assert not data.parent.exists()


def test_a_folder_in_use_is_said(dev, folder):
    data = folder / "data"
    one = dev("--data", str(data))
    one.wait_until_ready()
    other = dev("--data", str(data))
    assert other.process.wait(PATIENCE) == 1
    assert other.text == (
        f"tocsin: the data folder {data} is in use by a running cluster (pid {one.process.pid}); stop that one, name "
        "another folder with --data, or keep nothing with --ephemeral\n")
    assert request("GET", f"http://127.0.0.1:{one.port}/readyz").status == 200


def test_a_node_that_ends_is_told_and_the_others_go_on(dev):
    one = dev("--ephemeral", nodes=2)
    one.wait_until_ready()
    first, second = one.nodes
    os.kill(second, signal.SIGKILL)
    wait_for(lambda: "tocsin: node 2 has ended; the others go on; the end of" in one.text, what="the sentence")
    wait_for(lambda: re.search(r"\n  \d{4}-.* node=node-2\n", one.text), what="the end of its log")
    assert request("GET", f"http://127.0.0.1:{one.port}/readyz").status == 200
    os.kill(first, signal.SIGKILL)
    assert one.process.wait(PATIENCE) == 1
    assert one.text.count("has ended") == 2
    assert one.text.endswith("tocsin: no node is left, so the cluster stops\n")


def test_nothing_is_left_of_a_cluster_that_is_killed(dev, folder):
    one = dev("--ephemeral", nodes=2)
    one.wait_until_ready()
    logs, children = one.logs, one.children
    assert set(one.nodes) <= set(children) and logs.exists()
    one.process.kill()
    one.process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in children), what="the end of all that it started")
    wait_for(lambda: not logs.exists(), what="the end of the temporary folder")


def test_a_killed_cluster_starts_again_in_its_folder(dev, folder):
    data = folder / "data"
    for _ in range(2):
        one = dev("--data", str(data))
        one.wait_until_ready()
        one.process.kill()
        one.process.wait()


def test_clusters_of_two_checkouts_run_at_once(dev, folder):
    kept = set()
    for name in ("one", "two"):
        checkout = folder / name
        (checkout / "below").mkdir(parents=True)
        (checkout / "Package.swift").write_text("")
        made = dev(cwd=checkout / "below" if os.geteuid() == 0 else checkout)
        made.wait_until_ready()
        kept.add(made.logs.parent)
    assert len(kept) == 2
    if os.geteuid() == 0:
        assert all(str(each).startswith("/var/lib/tocsin-dev/") for each in kept)
        for each in kept:
            shutil.rmtree(each, ignore_errors=True)

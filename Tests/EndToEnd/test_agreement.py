"""Nodes that disagree about their cluster find each other, and what a database has to be like."""
import os
import pathlib
import re
import subprocess

import pytest

from conftest import BINARY, ROOT, Redis, Server, firing, free_port, request, wait_for


class Extra:
    """A further node of a cluster, with some settings of its own."""

    def __init__(self, cluster, name, **settings):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            "REDIS_URL": cluster.redis.url, "DATABASE_URL": cluster.postgres.url, "TOCSIN_NODE_NAME": name,
            "TOCSIN_DRAIN_SECONDS": "0", "TOCSIN_MIGRATIONS": str(ROOT / "migrations"), **settings}
        self.server = Server([BINARY, "serve", "--port", str(self.port)], cluster.folder / f"{name}.log", environment)

    @property
    def log(self):
        return pathlib.Path(self.server.log).read_text(errors="replace")

    def is_ready(self):
        assert self.server.process.poll() is None, self.server.tail()
        try:
            return request("GET", self.url + "/readyz").status == 200
        except OSError:
            return False

    def wait_until_ready(self):
        wait_for(self.is_ready, what="readiness")


@pytest.fixture
def extra():
    """Starts further nodes; all are stopped at the end."""
    made = []

    def make(*arguments, **settings):
        made.append(Extra(*arguments, **settings))
        return made[-1]

    yield make
    for each in made:
        each.server.end()


def migrate(url):
    return subprocess.run(
        [BINARY, "migrate", "--migrations", str(ROOT / "migrations")], capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": url})


def refusal(node):
    """What a node that does not start says."""
    assert node.server.wait() == 1, node.log
    return node.log.splitlines()[-1]


def test_a_node_with_another_prefix_is_refused_until_the_others_are_gone(cluster, extra):
    made = cluster(nodes=1)
    said = refusal(extra(made, "late", TOCSIN_REDIS_PREFIX="{other}"))
    for part in ('"{tocsin}"', '"{other}"', "TOCSIN_REDIS_PREFIX", "node-1"):
        assert part in said
    assert made.nodes[0].is_ready()
    # A node that was told to stop leaves at once; one that was killed is forgotten after half a minute.
    made.nodes[0].server.end()
    moved = extra(made, "moved", TOCSIN_REDIS_PREFIX="{other}")
    moved.wait_until_ready()
    moved.server.process.kill()
    moved.server.wait()
    back = extra(made, "back")
    wait_for(lambda: "waiting to see whether it still runs" in back.log or back.is_ready(), what="the waiting")
    made.postgres.sql("UPDATE nodes SET seen_at = seen_at - interval '1 minute' WHERE redis_prefix = '{other}'")
    back.wait_until_ready()


def test_of_two_that_start_at_once_one_is_refused(cluster, extra):
    made = cluster(nodes=0)
    nodes = [extra(made, f"n{number}", TOCSIN_REDIS_PREFIX=f"{{p{number}}}") for number in range(2)]

    def ended():
        return [node for node in nodes if node.server.process.poll() is not None]

    wait_for(ended, what="a refusal")
    assert "TOCSIN_REDIS_PREFIX" in refusal(ended()[0])
    left = [node for node in nodes if node not in ended()]
    assert len(left) == 1
    left[0].wait_until_ready()
    assert made.postgres.sql("SELECT count(*) FROM nodes") == "1"


def test_a_node_with_another_redis_is_refused(cluster, extra):
    made = cluster(nodes=1)
    folder = made.folder / "second"
    folder.mkdir()
    redis = Redis(folder)
    try:
        said = refusal(extra(made, "late", REDIS_URL=redis.url))
        for part in (str(redis.port), str(made.redis.port), "REDIS_URL"):
            assert part in said
    finally:
        redis.stop()
    assert made.nodes[0].is_ready()


def test_a_node_with_another_database_is_refused(cluster, extra):
    made = cluster(nodes=1)
    made.postgres.sql("CREATE DATABASE staging", database="postgres")
    url = made.postgres.url.removesuffix("tocsin") + "staging"
    assert migrate(url).returncode == 0
    said = refusal(extra(made, "late", DATABASE_URL=url))
    for part in ('"tocsin"', '"staging"', "DATABASE_URL"):
        assert part in said
    assert made.nodes[0].is_ready()
    # A prefix of its own, and it is another installation.
    extra(made, "other", DATABASE_URL=url, TOCSIN_REDIS_PREFIX="{staging}").wait_until_ready()


def test_a_loss_of_what_redis_held_disturbs_nobody(cluster, extra):
    made = cluster(nodes=2)
    before = made.postgres.sql("SELECT DISTINCT redis_identity FROM nodes")
    assert len(before) == 36
    made.redis.command("FLUSHALL")
    wait_for(lambda: made.redis.command("EXISTS", "{tocsin}:cluster") == "1", what="the seal")
    extra(made, "third").wait_until_ready()
    assert all(node.is_ready() for node in made.nodes)
    wait_for(
        lambda: made.postgres.sql("SELECT DISTINCT redis_identity FROM nodes").count("\n") == 0, what="one identity")


def test_postgresql_away_when_it_starts_a_node_that_disagrees_ends_later(cluster, extra):
    made = cluster(nodes=1)
    late = extra(
        made, "late", TOCSIN_REDIS_PREFIX="{other}",
        DATABASE_URL=f"postgresql://tocsin@127.0.0.1:{made.postgres.port}/tocsin?connect_timeout=2&user=nobody")
    # The role is not there yet, as if the server were away.
    wait_for(lambda: "the node starts without PostgreSQL" in late.log, what="the start")
    made.postgres.sql("CREATE ROLE nobody LOGIN SUPERUSER")
    said = refusal(late)
    assert '"{tocsin}"' in said and '"{other}"' in said
    assert made.nodes[0].is_ready()


def test_a_database_that_is_not_utf8_is_refused_with_the_statement_that_helps(cluster, extra):
    made = cluster(nodes=0)
    made.postgres.sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", database="postgres")
    url = made.postgres.url.removesuffix("tocsin") + "latin"
    done = migrate(url)
    assert done.returncode == 1
    assert "LATIN1" in refusal(extra(made, "late", DATABASE_URL=url))
    statement = re.search(r"CREATE DATABASE (\S+) TEMPLATE template0 ENCODING 'UTF8'[^;]*;", done.stderr)
    made.postgres.sql(statement.group(0), database="postgres")
    right = url.removesuffix("latin") + statement.group(1)
    assert migrate(right).returncode == 0
    node = extra(made, "right", DATABASE_URL=right)
    node.wait_until_ready()
    answer = request("POST", node.url + "/api/alerts/check", firing("c1") | {"campaign_name": "🌷"}).json
    assert answer["persisted"] and "🌷" in answer["alerts"][0]["title"]


def test_a_role_with_the_rights_of_the_page_runs_a_node(cluster, extra):
    made = cluster(nodes=0)
    page = (ROOT / "Sources/TocsinPostgres/TocsinPostgres.docc/TocsinPostgres.md").read_text()
    grants = re.findall(r"^GRANT .*;$", page, re.M)
    made.postgres.sql("CREATE ROLE tocsin_node LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC")
    url = made.postgres.url.replace("tocsin@", "tocsin_node@")
    said = refusal(extra(made, "none", DATABASE_URL=url))
    assert "GRANT USAGE ON SCHEMA public TO tocsin_node;" in said
    made.postgres.sql(" ".join(grants[:1]))
    said = refusal(extra(made, "few", DATABASE_URL=url))
    assert "GRANT SELECT, INSERT, UPDATE ON alerts TO tocsin_node;" in said
    made.postgres.sql(" ".join(grants))
    # A row that came before its week had a partition.
    made.postgres.sql(
        "INSERT INTO alerts SELECT tocsin_id_at('2020-01-01'), 'default', 'r', 'i', 'roas_drop', 'high', 't', 'm', 'c0',"
        " 'C', '', 'roas', 1, 2, '{}'")
    node = extra(made, "node", DATABASE_URL=url)
    node.wait_until_ready()
    answer = request("POST", node.url + "/api/alerts/check", firing("c1")).json
    assert answer["alerts_triggered"] == 2 and answer["persisted"]
    first = answer["alerts"][0]["alert_id"]
    for action in ("acknowledge", "resolve"):
        done = request("PUT", f"{node.url}/api/alerts/{first}/{action}", {"user_id": "ana"})
        assert done.status == 200

    def rows():
        text = request("GET", node.url + "/metrics").body.decode()
        return re.findall(r'^tocsin_default_partition_rows\{table="(\w+)"\} (\S+)$', text, re.M)

    wait_for(lambda: dict(rows()).get("alerts") in ("1", "1.0"), what="the metric")
    wait_for(lambda: "rows lie in the default partition" in node.log, what="the warning")
    assert "could not be made" not in node.log and "may not make them" not in node.log
    # Without a right it had, requests say so and the log names it.
    made.postgres.sql("REVOKE UPDATE ON alerts FROM tocsin_node")
    second = answer["alerts"][1]["alert_id"]
    denied = request("PUT", f"{node.url}/api/alerts/{second}/resolve", {"user_id": "ana"})
    assert denied.status == 503 and "postgresql" in denied.json["detail"]
    wait_for(lambda: "needs SELECT, INSERT, UPDATE on alerts" in node.log, what="what the log tells")

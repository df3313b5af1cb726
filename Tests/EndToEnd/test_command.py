"""The command against real nodes: what people type, and what they are told."""
import json
import os
import pty
import re
import subprocess

import pytest
from conftest import BINARY, PATIENCE, firing, free_port, request, wait_for


def run(*arguments, url=None, user="kim", **environment):
    done = subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        env={**os.environ, "TOCSIN_URL": url or "http://127.0.0.1:1", "TOCSIN_USER": user, **environment})
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def fire(pair, campaign, value=2.5):
    body = request("POST", pair.nodes[0].url + "/api/alerts/check", firing(campaign, value)).json
    return [alert["alert_id"] for alert in body["alerts"]]


def test_an_alert_is_found_by_the_beginning_of_its_id(pair):
    url = pair.nodes[1].url
    alert, = fire(pair, "cmd-prefix")
    status, lines, errors = run("alerts", "acknowledge", alert[:18], url=url)
    assert (status, lines, errors) == (0, [f"acknowledged  {alert}"], [])
    status, lines, errors = run("alerts", "acknowledge", alert[:18], url=url, user="lee")
    assert (status, lines, errors) == (0, [f"already acknowledged by kim  {alert}"], [])
    status, lines, _ = run("alerts", "timeline", alert[:20], url=url)
    assert status == 0
    assert [re.split(r"  +", line)[1] for line in lines][:3] == ["EVENT", "fired", "acknowledged"]
    status, _, errors = run("alerts", "show", alert[:4], url=url)
    assert status in (0, 2), errors
    status, lines, errors = run("alerts", "resolve", alert, "--user", "lee", url=url)
    assert (status, lines, errors) == (0, [f"resolved  {alert}"], [])
    assert request("GET", f"{url}/api/alerts/{alert}").json["resolved_by"] == "lee"


def test_several_alerts_with_one_beginning_are_listed(pair):
    first, second = fire(pair, "cmd-two", 1.5)
    common = os.path.commonprefix([first, second])
    status, lines, errors = run("alerts", "resolve", common, url=pair.nodes[0].url)
    assert status == 2 and lines == []
    assert errors[0] == f"tocsin: several alerts have an id that begins with {common}:"
    assert {line.split()[0] for line in errors[1:]} >= {first, second}


def test_all_alerts_of_a_campaign_are_acknowledged(pair):
    alerts = fire(pair, "cmd-all", 1.5)
    status, lines, errors = run("alerts", "acknowledge", "--campaign", "cmd-all", url=pair.nodes[0].url)
    assert status == 0 and errors == []
    assert {line.split()[1] for line in lines[:-1]} == set(alerts) and lines[-1] == "2 acknowledged"
    status, lines, _ = run("alerts", "acknowledge", "--campaign", "cmd-all", url=pair.nodes[0].url)
    assert (status, lines) == (0, ["cmd-all: no open alert that is not acknowledged"])


def test_a_check_is_explained_before_it_is_made(pair):
    url = pair.nodes[1].url
    words = ["check", "roas", "2.5", "--campaign", "cmd-explain", "--name", "C"]

    def told():
        status, lines, errors = run(*words, "--explain", url=url)
        assert status == 0 and errors == []
        assert lines[0].split() == ["RULE", "VERDICT", "VALUE", "THRESHOLD", "WHY"]
        return {line.split()[0]: re.split(r"  +", line)[1:] for line in lines[1:]}

    for _ in range(2):  # It changes nothing.
        assert told()["roas_drop_critical"][:3] == ["threshold", "2.5", "2"]
        assert told()["roas_drop_warning"] == [
            "fires", "2.5", "3", "Return on ad spend is 2.50x, below the threshold of 3.00x."]
    alert, = fire(pair, "cmd-explain")
    verdict, _, _, why = told()["roas_drop_warning"]
    assert verdict == "cooldown"
    until = re.search(rf"The cooldown of 60 min that alert {alert} began runs until (.+)\.$", why)[1]
    status, lines, errors = run(*words, url=url)
    shown = f"{until[:10]} {until[11:19]}Z"
    assert (status, lines, errors) == (0, ["no alert", f"roas_drop_warning is silent until {shown}, by alert {alert}"], [])
    status, lines, _ = run(*words, "--explain", "--json", url=url)
    assert json.loads(lines[0])["rules"][1]["alert_id"] == alert
    status, lines, _ = run("check", "raos", "1", "--campaign", "c", "--explain", url=url)
    assert (status, lines) == (0, ["no rule watches the metric raos; did you mean roas?"])


def test_lists_are_filtered(pair):
    url = pair.nodes[0].url
    first, second = fire(pair, "cmd-filter", 1.5)
    run("alerts", "acknowledge", first, url=url)

    def ids(*arguments):
        status, lines, errors = run("alerts", "list", "--campaign", "cmd-filter", *arguments, "--json", url=url)
        assert status == 0, errors
        return {alert["alert_id"] for alert in json.loads(lines[0])["alerts"]}

    assert ids() == {first, second} == ids("--severity", "high", "--severity", "medium") == ids("--since", "1h")
    assert ids("--acknowledged") == {first} and ids("--unacknowledged") == {second}
    rule = request("GET", f"{url}/api/alerts/{second}").json["rule_id"]
    assert ids("--rule", rule) == {second}
    assert ids("--until", "1h") == set() == ids("--ad", "none")


def test_who_changes_a_rule_is_in_its_history(pair, tmp_path):
    url = pair.nodes[0].url
    file = tmp_path / "rule.json"
    rule = {"rule_id": "cmd.rule", "name": "R", "alert_type": "high_cpa", "severity": "low", "threshold": 1}
    file.write_text(json.dumps(rule))
    assert run("rules", "apply", "-f", str(file), url=url)[0] == 0
    file.write_text(json.dumps({**rule, "threshold": 2.5}))
    status, lines, _ = run("rules", "apply", "-f", str(file), "--dry-run", url=url)
    assert status == 0
    assert lines == ["replace    cmd.rule", "             threshold 1 → 2.5",
                     "dry run, nothing was sent: 0 to create, 1 to replace, 0 unchanged, 0 to delete"]
    assert run("rules", "apply", "-f", str(file), "--user", "lee", url=url)[0] == 0
    assert run("rules", "disable", "cmd.r", url=url)[:2] == (0, ["disabled  cmd.rule"])
    assert run("rules", "delete", "cmd.rule", "--user", "ann", url=url)[0] == 0
    changes = request("GET", f"{url}/api/alerts/rules/cmd.rule/history").json["changes"]
    assert [change["actor"] for change in changes] == ["ann", "kim", "lee", "kim"]


def test_a_check_goes_on_to_the_next_server_or_says_try_later(cluster):
    made = cluster(nodes=1)
    url = made.nodes[0].url
    closed = f"http://127.0.0.1:{free_port()}"
    check = ("check", "roas", "2.5", "--campaign", "c1")
    status, lines, _ = run(*check, "--url", f"{closed},{url}")
    assert status == 0 and lines[0].endswith(json.loads(run("alerts", "list", "--json", url=url)[1][0])[
        "alerts"][0]["alert_id"])
    made.redis.server.signal(9)
    made.redis.server.wait()
    status, lines, errors = run("check", "roas", "2.5", "--campaign", "c2", "--url", f"{closed},{url}")
    assert status == 75 and lines == [], errors
    assert errors[0].startswith("tocsin: ") and re.match(r"Try again in \d+ s\.$", errors[-1])
    assert run(*check, "--url", closed)[0] == 3


def test_deliveries_are_listed_with_what_they_tell_and_where_they_go(cluster):
    closed = f"http://127.0.0.1:{free_port()}/hook"
    made = cluster(nodes=1, environment={"ALERT_SLACK_ENABLED": "true", "ALERT_SLACK_WEBHOOK_URL": closed})
    url = made.nodes[0].url
    title = request("POST", url + "/api/alerts/check", firing("cmd-sent", 2.5)).json["alerts"][0]["title"]

    def waiting():
        status, lines, errors = run("deliveries", "list", "--state", "retrying", url=url)
        assert status == 0, errors
        return lines if len(lines) == 2 else None

    cells = re.split(r"  +", wait_for(waiting, what="the first attempt")[1])
    assert cells[1] == "retrying" and "slack@127.0.0.1" in cells and "cmd-sent" in cells and title in cells
    assert "/hook" not in "".join(cells)
    status, lines, errors = run("deliveries", "replay", cells[0], url=url)
    assert (status, lines) == (1, [])
    assert errors == [f"tocsin: {cells[0]} is retrying: it has not come to its end and is left as it is"]
    status, lines, errors = run("deliveries", "replay", "--all", url=url)
    assert (status, lines) == (0, ["no delivery that matches is dead; others are not sent again"])


def test_lines_are_cut_on_a_terminal_only(pair):
    fire(pair, "cmd-terminal")
    arguments = [BINARY, "alerts", "list", "--campaign", "cmd-terminal", "--url", pair.nodes[0].url]
    piped = subprocess.run(
        arguments, capture_output=True, text=True, env={**os.environ, "COLUMNS": "60"}).stdout.splitlines()
    assert all(len(line) > 100 for line in piped)
    master, slave = pty.openpty()
    subprocess.run(arguments, stdout=slave, env={**os.environ, "COLUMNS": "60", "NO_COLOR": "1"}, check=True)
    shown = os.read(master, 65536).decode().splitlines()
    os.close(slave)
    os.close(master)
    assert [len(line) for line in shown] == [60, 60]
    assert shown == [line[:59] + "…" for line in piped]


@pytest.mark.parametrize("arguments,sentence", [
    (["chekc", "roas"], "tocsin: no such command 'chekc'; did you mean check?"),
    (["alerts", "list", "--campain", "c1"], "tocsin: unknown option '--campain'; did you mean --campaign?"),
])
def test_a_mistyped_word_is_answered_in_two_lines(arguments, sentence):
    status, lines, errors = run(*arguments)
    assert status == 2 and lines == []
    assert errors[0] == sentence and len(errors) == 2

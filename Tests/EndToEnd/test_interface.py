"""The HTTP interface as its own description says it: tried by schemathesis, and against the contract's examples."""
import asyncio
import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import pytest
import websockets
import websockets.exceptions
from conftest import PATIENCE, firing, request
from openapi_spec_validator import validate

EXAMPLES = os.environ.get("TOCSIN_TEST_EXAMPLES", "30")
TOOLS = pathlib.Path(sys.executable).parent
SCHEMATHESIS = TOOLS / "schemathesis"
GENERATOR = TOOLS / "openapi-python-client"


def test_the_description_is_valid(pair):
    document = request("GET", pair.nodes[0].url + "/openapi.json").json
    validate(document)
    assert document["openapi"].startswith("3.1")


def operations(document):
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_examples_are_what_their_schemas_say(pair):
    document = request("GET", pair.nodes[0].url + "/openapi.json").json
    seen = 0
    for operation in operations(document):
        media = list(operation.get("requestBody", {}).get("content", {}).values())
        for response in operation["responses"].values():
            media += response.get("content", {}).values()
        for medium in media:
            if "example" in medium:
                schema = {**medium["schema"], "components": document["components"]}
                jsonschema.Draft202012Validator(
                    schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(medium["example"])
                seen += 1
    assert seen > 30


def test_a_client_is_generated_of_every_operation(pair, tmp_path):
    document = request("GET", pair.nodes[0].url + "/openapi.json").json
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    done = subprocess.run(
        [GENERATOR, "generate", "--path", "openapi.json", "--output-path", "made", "--fail-on-warning"],
        cwd=tmp_path, capture_output=True, text=True, timeout=900,
        env={**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
    made = {file.stem for file in tmp_path.glob("made/*/api/*/*.py")} - {"__init__"}
    names = {operation["operationId"] for operation in operations(document)}
    assert len(made) == len(names) >= 28, (sorted(made), sorted(names))
    for file in tmp_path.glob("made/**/*.py"):
        compile(file.read_text(), str(file), "exec")


def test_schemathesis_finds_nothing(cluster, tmp_path):
    # On a cluster of its own: it deletes and changes rules.
    made = cluster(nodes=1)

    def look(*options):
        done = subprocess.run(
            [SCHEMATHESIS, "run", made.nodes[0].url + "/openapi.json", "--checks", "all", "--max-examples", EXAMPLES,
             # The members of free-form objects may be anything but U+0000, which their schemas cannot say.
             "--generation-allow-x00", "false", "--request-timeout", str(PATIENCE), "--seed", "1", "--no-color", *options],
            cwd=tmp_path, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]

    # Who acknowledges is named by the body or by a header, what is tested by the body or the query: no schema says that.
    # A stream has no end to wait for; test_event_stream.py looks at it.
    look("--exclude-operation-id", "acknowledgeAlert", "--exclude-operation-id", "testChannel",
         "--exclude-operation-id", "alertEvents")
    look("--include-operation-id", "acknowledgeAlert", "--include-operation-id", "testChannel",
         "--exclude-checks", "positive_data_acceptance")
    assert made.nodes[0].is_ready()


def call(pair, method, path, body=None, **more):
    return request(method, pair.nodes[0].url + path, body, **more)


def is_problem(answer, status):
    assert answer.status == status, (answer.status, answer.body)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json
    assert problem["status"] == status
    assert problem["error"] == problem["title"] and problem["details"] == problem["detail"]
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    return problem


def test_the_first_rules(pair):
    rules = {r["rule_id"]: r for r in call(pair, "GET", "/api/alerts/rules").json["rules"]}
    expected = {
        "roas_drop_critical": ("roas_drop", "high", "roas", "<", 2.0, 60, 30),
        "roas_drop_warning": ("roas_drop", "medium", "roas", "<", 3.0, 120, 60),
        "budget_warning_80": ("budget_warning", "medium", "budget_spent_pct", ">=", 80, 1440, 360),
        "budget_depleted": ("budget_depleted", "critical", "budget_spent_pct", ">=", 100, 1440, 720),
        "ad_disapproved": ("ad_disapproved", "critical", "ad_disapproved", ">=", 1, 10, 0),
        "ctr_anomaly_drop": ("ctr_anomaly", "medium", "ctr_drop_pct", ">=", 20, 60, 120),
        "conversion_spike": ("conversion_spike", "low", "conversion_spike_pct", ">=", 50, 60, 120),
        "prediction_miss_high": ("prediction_miss", "low", "prediction_error_pct", ">=", 30, 240, 360),
        "high_cpa": ("high_cpa", "high", "cpa", ">", 100, 120, 60),
        "low_impressions": ("low_impressions", "medium", "impressions", "<", 1000, 60, 120),
        "campaign_paused": ("campaign_paused", "high", "campaign_paused", ">=", 1, 10, 0),
    }
    keys = ("alert_type", "severity", "metric_name", "threshold_operator", "threshold", "lookback_minutes",
            "cooldown_minutes")
    for rule, values in expected.items():
        assert tuple(rules[rule][k] for k in keys) == values, rule
        assert rules[rule]["metadata"]["description"] and rules[rule]["metadata"]["action"]


def test_an_alert_has_all_fields(pair):
    answer = call(pair, "POST", "/api/alerts/check", firing("fields", 2.5, ad_id="a1", context={"region": "EU"}))
    alert = answer.json["alerts"][0]
    assert set(alert) == {
        "alert_id", "rule_id", "alert_type", "severity", "title", "message", "campaign_id", "campaign_name", "ad_id",
        "metric_name", "metric_value", "threshold_value", "details", "timestamp", "acknowledged", "acknowledged_at",
        "acknowledged_by", "resolved", "resolved_at", "resolved_by", "notification_status"}
    assert alert["details"]["region"] == "EU" and alert["details"]["operator"] == "<"
    assert alert["ad_id"] == "a1" and alert["acknowledged_at"] is None
    read = call(pair, "GET", f"/api/alerts/{alert['alert_id']}").json
    assert read == alert


@pytest.mark.parametrize("path,body,fires", [
    ("roas", {"roas": 2.5}, 1), ("budget", {"budget_spent_pct": 101}, 2), ("ctr", {"ctr_drop_pct": 25}, 1),
    ("conversions", {"conversion_spike_pct": 60}, 1)])
def test_shorthands(pair, path, body, fires):
    answer = call(pair, "POST", f"/api/alerts/check/{path}",
                  {"campaign_id": f"short-{path}", "campaign_name": "S", **body})
    assert answer.json["alerts_triggered"] == fires


def test_one_bad_check_of_a_batch_fails_alone(pair):
    checks = [firing("batch-1", 2.5), {"metric_name": "roas"}, firing("batch-2", 9), firing("batch-3", 2.5)]
    body = call(pair, "POST", "/api/alerts/check/batch", {"checks": checks}).json
    assert body["alerts_triggered"] == 2
    assert [r.get("alerts_triggered") for r in body["results"]] == [1, None, 0, 1]
    assert body["results"][1]["error"]["status"] == 422


def test_lists_history_statistics_and_cursors(pair):
    ids = [call(pair, "POST", "/api/alerts/check", firing("pages", 2.5, ad_id=f"ad-{n}")).json["alerts"][0]["alert_id"]
           for n in range(5)]
    call(pair, "PUT", f"/api/alerts/{ids[0]}/acknowledge", {"user_id": "ann"})
    done = call(pair, "PUT", f"/api/alerts/{ids[1]}/resolve")
    assert done.json == {"success": True, "alert_id": ids[1], "resolved": True, "resolved_by": None, "changed": True}
    again = call(pair, "PUT", f"/api/alerts/{ids[1]}/resolve", {"user_id": "bob"}).json
    assert again["changed"] is False and again["resolved_by"] is None
    open_alerts = call(pair, "GET", "/api/alerts?campaign_id=pages").json
    assert [a["alert_id"] for a in open_alerts["alerts"]] == [ids[4], ids[3], ids[2], ids[0]]
    assert open_alerts["count"] == 4
    seen, cursor = [], ""
    while cursor is not None:
        page = call(pair, "GET", f"/api/alerts/history?campaign_id=pages&limit=2{cursor}").json
        assert page["days_back"] == 7
        seen += [a["alert_id"] for a in page["alerts"]]
        cursor = f"&cursor={page['next_cursor']}" if page.get("next_cursor") else None
    assert seen == ids[::-1]
    stats = call(pair, "GET", "/api/alerts/stats?campaign_id=pages").json
    assert stats == {"total_alerts": 5, "active_alerts": 4, "acknowledged": 1, "resolved": 1,
                     "by_type": {"roas_drop": 5}, "by_severity": {"medium": 5}, "campaign_id": "pages"}


def test_errors_say_what_to_change(pair):
    is_problem(call(pair, "POST", "/api/alerts/check", b"{"), 400)
    problem = is_problem(call(pair, "POST", "/api/alerts/rules",
                              {"rule_id": "bad id", "alert_type": "x", "severity": "high", "name": "n"}), 422)
    assert {e["pointer"] for e in problem["errors"]} == {"/rule_id", "/alert_type"}
    is_problem(call(pair, "GET", "/api/alerts/0190a000-0000-7000-8000-000000000000"), 404)
    is_problem(call(pair, "GET", "/nowhere"), 404)
    wrong = call(pair, "DELETE", "/api/alerts/check")
    is_problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]
    is_problem(call(pair, "POST", "/api/alerts/check", b"a=1",
                    headers={"Content-Type": "application/x-www-form-urlencoded"}), 415)
    is_problem(call(pair, "POST", "/api/alerts/check", b" " * (1 << 20) + b"{}"), 413)
    is_problem(call(pair, "GET", "/api/alerts?limit=0"), 422)
    is_problem(call(pair, "GET", "/api/alerts?cursor=%21"), 422)
    is_problem(call(pair, "PUT", "/api/alerts/0190a000-0000-7000-8000-000000000000/acknowledge", {}), 422)


def faults(problem):
    return {e["pointer"]: e["detail"] for e in problem["errors"]}


def test_what_is_mistyped_is_named_with_the_nearest(pair):
    rule = {"rule_id": "typo", "name": "T", "alert_type": "high_cpa", "severity": "low", "treshold": 1, "enabled": 7}
    found = faults(is_problem(call(pair, "POST", "/api/alerts/rules", rule), 422))
    assert set(found) == {"/treshold", "/enabled"} and "did you mean threshold?" in found["/treshold"]
    is_problem(call(pair, "GET", "/api/alerts/rules/typo"), 404)
    found = faults(is_problem(call(pair, "GET", "/api/alerts?campaign=c1&limt=5&severity=hihg"), 422))
    assert {name: detail.rpartition("; ")[2] for name, detail in found.items()} == {
        "/campaign": "did you mean campaign_id?", "/limt": "did you mean limit?", "/severity": "did you mean high?"}
    check = firing("typo", 2.5)
    found = faults(is_problem(call(pair, "POST", "/api/alerts/check", {**check, "contxt": {}, "a/b": 1}), 422))
    assert "did you mean context?" in found["/contxt"] and "/a~1b" in found
    batch = call(pair, "POST", "/api/alerts/check/batch", {"checks": [{**check, "contxt": {}}, firing("typo-2", 2.5)]})
    assert "/checks/0/contxt" in faults(batch.json["results"][0]["error"])
    assert batch.json["results"][1]["alerts_triggered"] == 1
    free = {**check, "context": {"treshold": 1, "anything": {"at": ["all"]}}}
    assert call(pair, "POST", "/api/alerts/check", free).json["alerts_triggered"] == 1
    twice = json.dumps(rule)[:-1] + ', "enabled": true}'
    is_problem(call(pair, "POST", "/api/alerts/rules", twice.encode()), 400)


def test_a_mistyped_stream_is_refused(pair):
    url = pair.nodes[0].url.replace("http", "ws") + "/ws/alerts"

    async def run():
        with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
            async with websockets.connect(url + "?campaign=c1"):
                pass
        answer = refused.value.response
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "did you mean campaign_id?" in json.loads(answer.body)["detail"]
        async with websockets.connect(url + "?campaign_id=c1", additional_headers={"X-Tocsin-User": "kim"}) as socket:
            assert json.loads(await socket.recv())["type"] == "connected"
            await socket.send(json.dumps({"type": "subscribe", "severitys": ["high"], "updates": True}))
            error = json.loads(await socket.recv())
            assert error["type"] == "error" and error["code"] == "invalid_field"
            assert error["errors"][0]["pointer"] == "/severitys" and "did you mean severities?" in error["message"]
            fired = call(pair, "POST", "/api/alerts/check", firing("stream-actor", 2.5)).json["alerts"][0]["alert_id"]
            for changed in (True, False):
                await socket.send(json.dumps({"type": "acknowledge", "alert_id": fired}))
                answer = json.loads(await socket.recv())
                assert answer["type"] == "acknowledged" and answer["user_id"] == "kim"
                assert answer["changed"] is changed

    asyncio.run(run())


def test_who_acts_is_told_by_the_header(pair):
    named = {"X-Tocsin-User": "Zoë Ng".encode().decode("latin-1")}
    fired = [call(pair, "POST", "/api/alerts/check", firing("actor", 2.5, ad_id=ad)).json["alerts"][0]["alert_id"]
             for ad in "ab"]
    path = f"/api/alerts/{fired[0]}"
    problem = is_problem(call(pair, "PUT", path + "/acknowledge"), 422)
    assert "/user_id" in faults(problem)
    done = call(pair, "PUT", path + "/acknowledge", headers=named).json
    assert done["acknowledged_by"] == "Zoë Ng" and done["changed"] is True
    again = call(pair, "PUT", path + "/acknowledge", {"user_id": "bob"}).json
    assert again["acknowledged_by"] == "Zoë Ng" and again["changed"] is False
    done = call(pair, "PUT", path + "/resolve", headers=named).json
    assert done["resolved_by"] == "Zoë Ng" and done["changed"] is True
    assert call(pair, "PUT", f"/api/alerts/{fired[1]}/resolve", {"user_id": "bob"}, headers=named).json[
        "resolved_by"] == "bob"
    assert call(pair, "GET", path).json["resolved_by"] == "Zoë Ng"
    is_problem(call(pair, "PUT", path + "/resolve", headers={"X-Tocsin-User": "x" * 257}), 422)


def test_lists_take_several_values(pair):
    ids = {name: call(pair, "POST", "/api/alerts/check", firing(f"many-{name}", 2.5)).json["alerts"][0]["alert_id"]
           for name in "abc"}
    both = call(pair, "GET", "/api/alerts?campaign_id=many-a,many-b&campaign_id=many-c&severity=medium,high&limit=2").json
    assert [a["alert_id"] for a in both["alerts"]] == [ids["c"], ids["b"]]
    rest = call(pair, "GET", "/api/alerts?campaign_id=many-a%2Cmany-b,many-c&severity=medium&severity=high&limit=2&cursor="
                + both["next_cursor"]).json
    assert [a["alert_id"] for a in rest["alerts"]] == [ids["a"]] and "next_cursor" not in rest
    call(pair, "PUT", f"/api/alerts/{ids['a']}/acknowledge", {"user_id": "ann"})
    time = call(pair, "GET", f"/api/alerts/{ids['b']}").json["timestamp"]
    for query, expected in [("acknowledged=true", "a"), ("acknowledged=false", "cb"), ("rule_id=roas_drop_warning", "cba"),
                            ("rule_id=x,y", ""), ("ad_id=a1", ""), (f"since={time}", "cb"), (f"until={time}", "a")]:
        for path in ("/api/alerts", "/api/alerts/history"):
            found = call(pair, "GET", f"{path}?campaign_id=many-a,many-b,many-c&{query}").json["alerts"]
            assert [a["alert_id"] for a in found] == [ids[name] for name in expected], (path, query)


def test_a_channel_that_is_not_set_up_says_what_to_set(pair):
    answer = call(pair, "POST", "/api/alerts/test", {"channel": "slack"})
    assert answer.status == 200 and answer.json["success"] is False and answer.json["channel"] == "slack"
    assert "ALERT_SLACK_WEBHOOK_URL" in answer.json["message"]


def test_a_rule_keeps_its_history(pair):
    rule = {"rule_id": "kept", "name": "K", "alert_type": "high_cpa", "severity": "low", "threshold": 1}
    for threshold in (1, 2):
        call(pair, "POST", "/api/alerts/rules", {**rule, "threshold": threshold}, headers={"X-Tocsin-User": "ann"})
    call(pair, "DELETE", "/api/alerts/rules/kept", headers={"X-Tocsin-User": "bob"})
    changes = call(pair, "GET", "/api/alerts/rules/kept/history").json["changes"]
    assert [c["actor"] for c in changes] == ["bob", "ann", "ann"]
    assert changes[0]["after"] is None and changes[0]["before"]["threshold"] == 2


def test_a_change_that_changes_nothing_says_so(pair):
    rule = {"rule_id": "same", "name": "S", "alert_type": "high_cpa", "severity": "low", "threshold": 1}
    saved = call(pair, "POST", "/api/alerts/rules", rule).json
    assert saved["changed"] is True
    again = call(pair, "POST", "/api/alerts/rules", saved["rule"]).json
    assert again == {**saved, "changed": False}
    for verb, changes in (("enable", False), ("disable", True), ("disable", False)):
        assert call(pair, "PUT", f"/api/alerts/rules/same/{verb}").json["changed"] is changes
    assert call(pair, "GET", "/api/alerts/rules/same/history").json["count"] == 2


def test_metrics_are_prometheus_text(pair):
    call(pair, "POST", "/api/alerts/check", firing("metrics", 2.5))
    answer = call(pair, "GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    for name in ("tocsin_checks_total", "tocsin_alerts_total", "tocsin_claim_duration_seconds_bucket",
                 "tocsin_commit_duration_seconds_bucket", "tocsin_announce_duration_seconds_bucket",
                 "tocsin_websocket_clients", "tocsin_postgres_connections"):
        assert name in text, name
    assert "metrics" not in [line.split("campaign")[0] for line in text.splitlines()]

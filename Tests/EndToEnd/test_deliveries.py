"""Deliveries through the real binary to real receivers: what arrives, what comes of each answer, who gets what, and what
anyone can see afterwards."""
import asyncio
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import secrets
import signal
import subprocess
import time

import pytest
import websockets
from conftest import BINARY, PATIENCE, Cluster, firing, request, wait_for
from receivers import CLOSE, FLOOD, FLOOD_BYTES, HANG, OK, RESET, TRICKLE, Certificate, Receivers, Reply

PASSWORD = "Pass-" + secrets.token_hex(8)
TOKEN = "Token-" + secrets.token_hex(8)
KEYS = [secrets.token_bytes(24) for _ in range(2)]
FINAL = ("delivered", "dead", "cancelled")


def fire(cluster, campaign, node=0, value=2.5, **more):
    """The one alert that a check raises."""
    answer = request("POST", cluster.nodes[node].url + "/api/alerts/check", firing(campaign, value, **more))
    assert answer.status == 200, answer.body
    assert answer.json["alerts_triggered"] == 1, answer.body
    return answer.json["alerts"][0]


async def subscribe_to_updates(socket):
    await socket.recv()
    await socket.send(json.dumps({"type": "subscribe", "updates": True}))
    while json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))["type"] != "subscribed":
        pass


def deliveries(cluster, node=0, **query):
    text = "&".join(f"{key}={value}" for key, value in query.items())
    answer = request("GET", f"{cluster.nodes[node].url}/api/deliveries?{text}")
    assert answer.status == 200, answer.body
    assert answer.json["count"] == len(answer.json["deliveries"])
    return answer.json["deliveries"]


def settled(cluster, alert_id, count=1):
    """The deliveries of an alert, once there are so many and all have come to their end."""
    found = []

    def over():
        found[:] = deliveries(cluster, alert_id=alert_id)
        return len(found) == count and all(d["state"] in FINAL for d in found)
    try:
        wait_for(over)
    except AssertionError:
        raise AssertionError(f"not over in time: {json.dumps(found, indent=1)}") from None
    return found


def the(found):
    assert len(found) == 1, found
    return found[0]


def alert(cluster, alert_id, node=0):
    return request("GET", f"{cluster.nodes[node].url}/api/alerts/{alert_id}").json


def timeline(cluster, alert_id, node=0):
    return request("GET", f"{cluster.nodes[node].url}/api/alerts/{alert_id}/timeline").json["timeline"]


def tocsin(cluster, *words, node=0):
    return subprocess.run(
        [BINARY, *map(str, words)], capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, "TOCSIN_URL": cluster.nodes[node].url, "NO_COLOR": "1"})


def test_through(cluster, name, node=0):
    answer = request("POST", f"{cluster.nodes[node].url}/api/alerts/test?channel={name}")
    assert answer.status == 200, answer.body
    return answer.json


test_through.__test__ = False


def is_signed(sent, keys):
    """What the specification of Standard Webhooks demands of a request, for each of the keys."""
    assert abs(int(sent.headers["webhook-timestamp"]) - sent.at) < 30
    content = f"{sent.id}.{sent.headers['webhook-timestamp']}.".encode() + sent.body
    given = sent.headers["webhook-signature"].split(" ")
    return all("v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() in given
               for key in keys) and len(given) == len(keys)


@pytest.fixture(scope="module")
def receivers():
    with Receivers() as made:
        yield made


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificate"))


# The environment of existing deployments, and nothing else.

@pytest.fixture(scope="module")
def existing(receivers, certificate):
    """Two nodes that know of receivers by the ALERT_* variables alone."""
    mail = receivers.mail(certificate=certificate, login=("alerts@example.org", PASSWORD))
    slack, hooks = receivers.hook(), [receivers.hook(), receivers.hook(Reply(204))]
    made = Cluster(2, environment={
        "TOCSIN_LOG_LEVEL": "debug", "TOCSIN_CA_FILE": str(certificate.authority),
        "ALERT_EMAIL_ENABLED": "true", "ALERT_EMAIL_RECIPIENTS": "ann@example.org, ben@example.org",
        "ALERT_EMAIL_SMTP_HOST": "localhost", "ALERT_EMAIL_SMTP_PORT": str(mail.port),
        "ALERT_EMAIL_SENDER": "alerts@example.org", "ALERT_EMAIL_PASSWORD": PASSWORD,
        "ALERT_SLACK_ENABLED": "true", "ALERT_SLACK_WEBHOOK_URL": slack.url, "ALERT_SLACK_CHANNEL": "#campaigns",
        "ALERT_WEBHOOK_ENABLED": "true", "ALERT_WEBHOOK_URLS": ",".join(h.url for h in hooks),
        "ALERT_WEBHOOK_HEADERS": json.dumps({"X-Api-Key": TOKEN}),
    })
    made.mail, made.slack, made.hooks = mail, slack, hooks
    yield made
    made.stop()


def test_the_existing_environment_alone(existing):
    async def scenario():
        async with websockets.connect(existing.nodes[1].ws) as socket:
            await subscribe_to_updates(socket)
            fired = await asyncio.to_thread(
                fire, existing, "existing-1", campaign_name="Späte Ernte", context={"region": "north"})
            updates = []
            while not updates or len(updates[-1]["notification_status"]) < 5:
                message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                if message["type"] == "alert_updated":
                    updates.append(message)
            return fired, updates

    fired, updates = asyncio.run(scenario())
    told = {"database": True, "websocket": True, "email": True, "slack": True, "webhook": True}
    last = updates[-1]
    assert last["alert_id"] == fired["alert_id"] and last["campaign_id"] == "existing-1"
    assert last["event_id"] and last["timestamp"].endswith("Z")
    assert last["notification_status"] == told
    for node in (0, 1):
        assert alert(existing, fired["alert_id"], node)["notification_status"] == told

    # Webhooks get the alert at the top level, with the headers that were asked for.
    for hook in existing.hooks:
        sent = the(hook.of(fired["alert_id"]))
        assert sent.method == "POST" and sent.headers["content-type"] == "application/json"
        assert sent.headers["x-api-key"] == TOKEN
        body = json.loads(sent.body)
        same = set(fired) - {"notification_status"}
        assert {key: body[key] for key in same} == {key: fired[key] for key in same}
        assert body["details"]["region"] == "north"

    # Slack gets an attachment.
    payload = json.loads(the([r for r in existing.slack.requests if b"existing-1" in r.body]).body)
    assert payload["channel"] == "#campaigns"
    attachment = the(payload["attachments"])
    assert attachment["color"].startswith("#") and fired["title"] in attachment["title"]
    assert any("Späte Ernte" in field["value"] for field in attachment["fields"])

    # Mail: encrypted, logged in, one for both, in text and HTML.
    mail = the([m for m in existing.mail.mails if "existing-1" in str(m.message["X-Tocsin-Campaign"])])
    assert mail.is_encrypted and mail.user == "alerts@example.org"
    assert mail.sender == "alerts@example.org"
    assert mail.recipients == ["ann@example.org", "ben@example.org"]
    message = mail.message
    assert message["Subject"] == f"[MEDIUM] {fired['title']}"
    assert message["From"] == "alerts@example.org"
    assert message["Message-ID"] and message["References"] and message["List-Id"] and message["Date"]
    assert message.get_content_type() == "multipart/alternative"
    parts = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    assert set(parts) == {"text/plain", "text/html"}
    for text in parts.values():
        assert "Späte Ernte" in text

    # And anyone can see what happened.
    found = deliveries(existing, node=1, alert_id=fired["alert_id"])
    assert sorted(d["channel"] for d in found) == ["email", "slack", "webhook", "webhook"]
    assert {d["receiver"] for d in found} == {"email", "slack", "webhook"}
    for each in found:
        assert each["state"] == "delivered" and each["cause"] == "fired" and each["attempts"] == 1, each
        attempt = the(each["history"])
        assert attempt["outcome"] == "delivered" and attempt["node"].startswith("node-1"), attempt
        assert each["finished_at"] >= each["created_at"]
    events = timeline(existing, fired["alert_id"], node=1)
    assert events[0]["event"] == "fired"
    assert [e["event"] for e in events].count("delivery_attempt") == 4
    assert sorted(e["timestamp"] for e in events) == [e["timestamp"] for e in events]


def test_a_campaigns_mails_are_one_thread(existing):
    first = fire(existing, "thread", value=1.5 + 1)
    second = request("POST", existing.nodes[1].url + "/api/alerts/check", {
        "metric_name": "cpa", "metric_value": 150, "campaign_id": "thread", "campaign_name": "T"}).json["alerts"][0]
    other = fire(existing, "other-thread")

    def mails():
        return {str(m.message["X-Tocsin-Campaign"]) + str(m.message["X-Tocsin-Type"]): m for m in existing.mail.mails}
    wait_for(lambda: {"threadroas_drop", "threadhigh_cpa", "other-threadroas_drop"} <= set(mails()), what="three mails")
    one, two, three = (mails()[n].message for n in ("threadroas_drop", "threadhigh_cpa", "other-threadroas_drop"))
    assert one["References"] == two["References"] != three["References"]
    assert len({one["Message-ID"], two["Message-ID"], three["Message-ID"]}) == 3
    assert two["Subject"].startswith("[HIGH] ")
    assert {first["alert_id"], second["alert_id"], other["alert_id"]}


@pytest.mark.parametrize("channel", ["email", "slack", "webhook", "websocket", "database"])
def test_a_channel_can_be_tested(existing, channel):
    before = {"email": lambda: len(existing.mail.mails), "slack": lambda: len(existing.slack.requests),
              "webhook": lambda: sum(len(h.requests) for h in existing.hooks)}.get(channel, lambda: 0)
    count = before()
    answer = test_through(existing, channel, node=1)
    assert answer["success"] is True and answer["channel"] == channel and answer["message"]
    assert before() - count == {"email": 1, "slack": 1, "webhook": 2}.get(channel, 0)


# Each answer that a receiver can give.

# name: the script, state, attempts (None: any number), the status of the first attempt
ANSWERS = {
    "ok": ((OK,), "delivered", 1, 200),
    "no-content": ((Reply(204),), "delivered", 1, 204),
    "redirect": ((Reply(301, Location="http://127.0.0.1:9/elsewhere"),), "dead", 1, 301),
    "bad-request": ((Reply(400),), "dead", 1, 400),
    "not-found": ((Reply(404),), "dead", 1, 404),
    "gone": ((Reply(410),), "dead", 1, 410),
    "busy": ((Reply(429, Retry_After=4), OK), "delivered", 2, 429),
    "broken": ((Reply(500), OK), "delivered", 2, 500),
    "overloaded": ((Reply(503, Retry_After=4), OK), "delivered", 2, 503),
    "hangs": ((HANG, OK), "delivered", 2, None),
    # The status says that it was taken; the rest of the answer is nobody's concern.
    "trickles": ((TRICKLE,), "delivered", 1, 200),
    "floods": ((FLOOD,), "delivered", 1, 200),
    "resets": ((RESET, OK), "delivered", 2, None),
    "closes": ((CLOSE, OK), "delivered", 2, None),
    "refuses": ((OK,), "delivered", None, None),
}
MAIL_ANSWERS = {
    "mail-ok": (("250 OK",), "delivered", 1, 250),
    "mail-later": (("451 4.3.0 later", "250 OK"), "delivered", 2, 451),
    "mail-never": (("550 5.6.0 never",), "dead", 1, 550),
    "mail-hangs": ((HANG, "250 OK"), "delivered", 2, None),
    "mail-closes": ((CLOSE, "250 OK"), "delivered", 2, None),
    "mail-login": (("250 OK",), "delivered", None, 535),
    # A server that offers no encryption gets neither the password nor the mail.
    "mail-clear": (("250 OK",), "retrying", None, None),
}


@pytest.fixture(scope="module")
def weather(receivers, certificate, tmp_path_factory):
    names = list(ANSWERS) + list(MAIL_ANSWERS)
    hooks = {name: receivers.hook(*ANSWERS[name][0]) for name in ANSWERS}
    mails = {name: receivers.mail(
        answers=MAIL_ANSWERS[name][0], certificate=None if name == "mail-clear" else certificate,
        login=None if name == "mail-clear" else ("alerts@example.org", PASSWORD)) for name in MAIL_ANSWERS}
    mails["mail-login"].login = ("alerts@example.org", "another")
    extra = {name: receivers.hook() for name in ("both-1", "both-2", "resolved", "never", "slow", "fast", "slack", "envelope")}
    shared = receivers.hook(lambda r: HANG if r.path.endswith("/slow") else OK)
    hooks["refuses"].close()
    extra["never"].close()
    extra["slack"].script(Reply(404, b"no_service"))
    extra["slow"].script(HANG)
    signing = ["whsec_" + base64.b64encode(key).decode() for key in KEYS]

    # Only where the time is to run out; a receiver that answers is never too slow for the other one.
    def timeout(name):
        return "4s" if name in ("hangs", "trickles", "mail-hangs") else "120s"

    def webhook(hook, **more):
        return {"webhook": {"url": hook.url, "timeout": "120s", "secrets": signing, **more}}

    configured = [{"name": name, **webhook(hooks[name], timeout=timeout(name))} for name in hooks]
    configured += [{"name": name, "email": {
        "host": "localhost", "port": mails[name].port, "user": "alerts@example.org", "password": PASSWORD,
        "sender": "Alerts <alerts@example.org>", "recipients": [f"{name}@example.org"], "timeout": timeout(name),
    }} for name in mails]
    configured += [
        {"name": "both", "webhook": {"urls": [extra["both-1"].url, extra["both-2"].url]}},
        {"name": "resolved", **webhook(extra["resolved"], send_resolved=True, send_acknowledged=True)},
        {"name": "never", **webhook(extra["never"], send_resolved=True)},
        {"name": "slow", **webhook(extra["slow"])}, {"name": "fast", **webhook(extra["fast"])},
        {"name": "slow-path", "webhook": {"urls": [shared.url + "/slow"], "timeout": "120s"}},
        {"name": "fast-path", "webhook": {"urls": [shared.url + "/fast"], "timeout": "120s"}},
        {"name": "slack", "slack": {"url": extra["slack"].url}},
        {"name": "envelope", **webhook(extra["envelope"], format="envelope", headers={"Authorization": TOKEN})},
    ]
    routes = [{"match": {"campaign_id": f"{name}-?"}, "receivers": [name]}
              for name in [*names, "both", "resolved", "never", "slack", "envelope"]]
    routes += [{"match": {"campaign_id": "calm-*"}, "receivers": ["slow", "fast"]},
               {"match": {"campaign_id": "shared-*"}, "receivers": ["slow-path", "fast-path"]}]
    file = tmp_path_factory.mktemp("weather") / "tocsin.yaml"
    file.write_text(json.dumps({"receivers": configured, "routes": routes,
                                "deliveries": {"retry_base_seconds": 0.3}}, indent=1))
    made = Cluster(2, environment={"TOCSIN_CONFIG": str(file), "TOCSIN_LOG_LEVEL": "debug",
                                   "TOCSIN_CA_FILE": str(certificate.authority)})
    made.hooks, made.mails, made.extra, made.shared = hooks, mails, extra, shared
    try:
        made.alerts = {name: fire(made, f"{name}-1") for name in names}
        for name in ("refuses", "mail-login"):
            wait_for(lambda: the(deliveries(made, alert_id=made.alerts[name]["alert_id"]))["attempts"], what="an attempt")
        hooks["refuses"].open()
        mails["mail-login"].login = ("alerts@example.org", PASSWORD)
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("name", ANSWERS)
def test_what_comes_of_an_answer(weather, name):
    script, state, attempts, status = ANSWERS[name]
    hook, alert_id = weather.hooks[name], weather.alerts[name]["alert_id"]
    found = the(settled(weather, alert_id))
    requests = hook.of(alert_id)
    history = found["history"]
    assert found["state"] == state, found
    if attempts:
        assert found["attempts"] == len(history) == len(requests) == attempts, found
    assert history[0]["status"] == status, found
    assert alert(weather, alert_id)["notification_status"]["webhook"] is (state == "delivered")
    # A repetition is recognized by its id, and signed anew.
    assert {r.id for r in requests} == {found["delivery_id"]}
    assert all(is_signed(r, KEYS) for r in requests)
    if state == "dead":
        assert history[0]["outcome"] == "permanent" and found["last_error"] == history[0]["error"] != ""
    elif len(history) > 1:
        assert history[0]["outcome"] == "retryable" and history[0]["error"], found
        assert history[-1]["outcome"] == "delivered"
    if name in ("busy", "overloaded"):
        assert requests[1].at - requests[0].at >= 4, "Retry-After was not obeyed"
    if name in ("hangs", "trickles"):
        assert history[0]["latency_ms"] >= 3500
    if name == "floods":
        assert hook.flooded < FLOOD_BYTES / 4, "the answer was read to its end"


@pytest.mark.parametrize("name", MAIL_ANSWERS)
def test_what_comes_of_a_mail_servers_answer(weather, name):
    script, state, attempts, status = MAIL_ANSWERS[name]
    server, alert_id = weather.mails[name], weather.alerts[name]["alert_id"]
    if state == "retrying":
        wait_for(lambda: the(deliveries(weather, alert_id=alert_id))["attempts"] >= 1, what="an attempt")
        found = the(deliveries(weather, alert_id=alert_id))
        assert found["state"] in ("retrying", "sending") and "webhook" not in alert(weather, alert_id)["notification_status"]
        assert server.attempts == 0 and not server.mails
        return
    found = the(settled(weather, alert_id))
    history = found["history"]
    assert found["state"] == state and found["attempts"] == len(history) == (attempts or len(history)), found
    assert history[0]["status"] == status, found
    assert alert(weather, alert_id)["notification_status"]["email"] is (state == "delivered")
    assert len(server.mails) == (state == "delivered")
    if attempts:
        assert server.attempts == attempts
    for mail in server.mails:
        assert mail.is_encrypted and mail.user == "alerts@example.org"
        assert mail.message["To"] == f"{name}@example.org"
    if name == "mail-login":
        assert server.refused_logins >= 1


def test_gone_disables_until_a_test_succeeds(weather):
    """After a 410 nothing is sent to that target, by no node, until somebody tests it and it takes the test."""
    hook = weather.hooks["gone"]
    first = the(settled(weather, weather.alerts["gone"]["alert_id"]))
    assert len(hook.requests) == 1
    second = fire(weather, "gone-2")
    found = the(settled(weather, second["alert_id"]))
    assert found["state"] == "dead" and "disabled" in found["last_error"], found
    assert not hook.of(second["alert_id"]) and found["target"] == first["target"]
    refused = test_through(weather, "gone")
    assert refused["success"] is False and the(refused["targets"])["status"] == 410
    hook.script(OK)
    taken = test_through(weather, "gone", node=1)
    assert taken["success"] is True and is_signed(hook.requests[-1], KEYS)

    # Nodes hear of it within seconds.
    def enabled(node):
        number = next(numbers)
        alert_id = fire(weather, f"gone-{chr(number)}", node=node)["alert_id"]
        return the(settled(weather, alert_id))["state"] == "delivered"
    numbers = iter(range(ord('a'), 1000))
    for node in (0, 1):
        wait_for(lambda: enabled(node), what="deliveries to the enabled target")


def test_a_channels_own_error_is_answered(weather):
    answer = test_through(weather, "slack")
    assert answer["success"] is False
    target = the(answer["targets"])
    assert target["status"] == 404 and "no_service" in target["message"] and "no_service" in answer["message"]
    unknown = request("POST", weather.nodes[0].url + "/api/alerts/test?channel=nobody")
    assert unknown.status == 404 and "slack" in unknown.json["detail"]


def test_the_command_tests_a_receiver(weather):
    count = len(weather.hooks["ok"].requests)
    good = tocsin(weather, "test", "ok")
    assert good.returncode == 0 and "delivered" in good.stdout, good.stdout + good.stderr
    assert len(weather.hooks["ok"].requests) == count + 1
    bad = tocsin(weather, "test", "slack")
    assert bad.returncode == 1 and "FAILED" in bad.stdout and "no_service" in bad.stdout, bad.stdout + bad.stderr


def test_an_envelope(weather):
    fired = fire(weather, "envelope-1")
    the(settled(weather, fired["alert_id"]))
    sent = the(weather.extra["envelope"].of(fired["alert_id"]))
    body = json.loads(sent.body)
    assert body["type"] == "alert.fired" and body["timestamp"] == fired["timestamp"]
    assert body["data"]["alert_id"] == fired["alert_id"]
    assert sent.headers["authorization"] == TOKEN and is_signed(sent, KEYS)


def test_each_url_is_a_target_of_its_own(weather):
    weather.extra["both-2"].script(Reply(500), OK)
    fired = fire(weather, "both-1")
    found = settled(weather, fired["alert_id"], count=2)
    one, two = weather.extra["both-1"], weather.extra["both-2"]
    assert len(one.of(fired["alert_id"])) == 1 and len(two.of(fired["alert_id"])) == 2
    assert len({d["target"] for d in found}) == 2 and len({d["delivery_id"] for d in found}) == 2
    assert sorted(d["attempts"] for d in found) == [1, 2]


def test_a_resolution_follows_what_fired(weather):
    """A receiver is told in the order in which things happened. One that takes its time hears of what fired and that it
    is over, but not of the acknowledgement that came and went meanwhile."""
    hook = weather.extra["resolved"]
    hook.script(OK, OK, OK, Reply(500), OK)
    swift = fire(weather, "resolved-1")

    def change(alert_id, action, user):
        url = f"{weather.nodes[1].url}/api/alerts/{alert_id}/{action}"
        assert request("PUT", url, {"user_id": user}).status == 200

    def causes(alert_id, found):
        by_id = {d["delivery_id"]: d["cause"] for d in found}
        return [by_id[r.id] for r in hook.of(alert_id) if r.status == 200]
    the(settled(weather, swift["alert_id"]))
    change(swift["alert_id"], "acknowledge", "ann")
    settled(weather, swift["alert_id"], count=2)
    change(swift["alert_id"], "resolve", "ben")
    found = settled(weather, swift["alert_id"], count=3)
    assert {d["state"] for d in found} == {"delivered"}
    assert causes(swift["alert_id"], found) == ["fired", "acknowledged", "resolved"]
    assert json.loads(hook.of(swift["alert_id"])[-1].body)["resolved_by"] == "ben"
    events = [e["event"] for e in timeline(weather, swift["alert_id"])]
    assert set(events) == {
        "fired", "acknowledged", "resolved", "delivery_due", "delivery_claimed", "delivery_attempt"}

    slow = fire(weather, "resolved-2")
    wait_for(lambda: hook.of(slow["alert_id"]), what="the first attempt")
    change(slow["alert_id"], "acknowledge", "ann")
    change(slow["alert_id"], "resolve", "ben")
    found = settled(weather, slow["alert_id"], count=3)
    assert {(d["cause"], d["state"]) for d in found} == {
        ("fired", "delivered"), ("acknowledged", "cancelled"), ("resolved", "delivered")}
    assert causes(slow["alert_id"], found) == ["fired", "resolved"]


def test_a_resolution_cancels_what_nobody_has_seen(weather):
    fired = fire(weather, "never-1")
    wait_for(lambda: the(deliveries(weather, alert_id=fired["alert_id"]))["state"] == "retrying", what="a refused attempt")
    assert request("PUT", f"{weather.nodes[1].url}/api/alerts/{fired['alert_id']}/resolve").status == 200
    assert the(settled(weather, fired["alert_id"]))["state"] == "cancelled"
    weather.extra["never"].open()
    other = fire(weather, "never-2")
    assert the(settled(weather, other["alert_id"]))["state"] == "delivered"
    assert not weather.extra["never"].of(fired["alert_id"])
    assert "webhook" not in alert(weather, fired["alert_id"])["notification_status"]
    assert timeline(weather, fired["alert_id"])[-1]["state"] == "cancelled"


@pytest.mark.parametrize("campaigns", ["calm", "shared"])
def test_one_that_hangs_delays_no_other(weather, campaigns):
    """Of 300 alerts one receiver answers none, the other gets all while the first attempts at that one still last: on hosts
    of their own, and with both at one host (as all webhooks of Slack are)."""
    healthy = weather.extra["fast"] if campaigns == "calm" else weather.shared
    hanging = weather.extra["slow"] if campaigns == "calm" else weather.shared

    def arrivals():
        return {json.loads(r.body)["campaign_id"]: r.clock for r in list(healthy.requests) if not r.path.endswith("/slow")
                and b'"' + campaigns.encode() + b"-" in r.body}
    asked = {}
    for number in range(300):
        campaign = f"{campaigns}-{number}"
        asked[campaign] = time.monotonic()
        fire(weather, campaign, node=number % 2)
    wait_for(lambda: len(arrivals()) == 300, what="all alerts at the healthy receiver")
    delays = sorted(at - asked[campaign] for campaign, at in arrivals().items())
    print(f"{campaigns}: p50 {delays[150] * 1000:.1f} ms, p99 {delays[296] * 1000:.1f} ms")
    # How fast it is, is measured elsewhere.
    name = "slow" if campaigns == "calm" else "slow-path"
    hung = deliveries(weather, receiver=name, state="sending", limit=1000)
    assert hung and all(not d["history"] for d in hung), hung
    assert not deliveries(weather, receiver=name, state="delivered", limit=1000)
    hanging.script(OK)
    hanging.hang_up()


def test_dead_deliveries_are_replayed(weather):
    hook = weather.hooks["not-found"]
    alert_id = weather.alerts["not-found"]["alert_id"]
    dead = the(settled(weather, alert_id))
    assert [d["delivery_id"] for d in deliveries(weather, receiver="not-found", state="dead")] == [dead["delivery_id"]]
    hook.script(OK)

    async def scenario():
        async with websockets.connect(weather.nodes[0].ws) as socket:
            await subscribe_to_updates(socket)
            answer = await asyncio.to_thread(
                request, "POST", f"{weather.nodes[1].url}/api/deliveries/{dead['delivery_id']}/replay")
            told = []
            while not told or not told[-1].get("webhook"):
                message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                if message["type"] == "alert_updated" and message["alert_id"] == alert_id:
                    told.append(message["notification_status"])
            return answer, told

    assert alert(weather, alert_id)["notification_status"]["webhook"] is False
    answer, told = asyncio.run(scenario())
    assert answer.status == 200 and answer.json["success"] is True
    assert answer.json["delivery"]["state"] in ("pending", "sending", "delivered")
    stored = {"database": True, "websocket": True}
    assert told == [stored, stored | {"webhook": True}], "of a delivery that is due again the status says nothing"
    wait_for(lambda: the(deliveries(weather, alert_id=alert_id))["state"] == "delivered", what="the replayed delivery")
    assert [r.id for r in hook.of(alert_id)] == [dead["delivery_id"]] * 2, "a replay has the same id"
    assert alert(weather, alert_id)["notification_status"]["webhook"] is True
    missing = request("POST", f"{weather.nodes[0].url}/api/deliveries/{alert_id}/replay")
    assert missing.status == 404


def test_the_command_lists_and_replays(weather):
    hook = weather.hooks["bad-request"]
    alerts = [weather.alerts["bad-request"]["alert_id"]] + [
        fire(weather, f"bad-request-{n}")["alert_id"] for n in (2, 3)]
    dead = [the(settled(weather, a))["delivery_id"] for a in alerts]
    listed = tocsin(weather, "deliveries", "list", "--receiver", "bad-request", "--state", "dead")
    assert listed.returncode == 0, listed.stderr
    assert all(each in listed.stdout for each in dead), listed.stdout
    told = json.loads(tocsin(weather, "deliveries", "list", "--alert", alerts[0], "--json").stdout)
    assert told["count"] == 1 and told["deliveries"][0]["last_error"]
    hook.script(OK)
    one = tocsin(weather, "deliveries", "replay", dead[0])
    assert one.returncode == 0 and dead[0] in one.stdout, one.stdout + one.stderr
    many = tocsin(weather, "deliveries", "replay", "--receiver", "bad-request", node=1)
    assert many.returncode == 0 and "2" in many.stdout, many.stdout + many.stderr
    for alert_id in alerts:
        wait_for(lambda: the(deliveries(weather, alert_id=alert_id))["state"] == "delivered", what="a replay")
        assert len(hook.of(alert_id)) == 2
    assert tocsin(weather, "deliveries", "replay", alerts[0]).returncode == 1


def test_pages_of_deliveries(weather):
    all_of_them = deliveries(weather, limit=1000)
    paged, cursor = [], ""
    while True:
        page = request("GET", f"{weather.nodes[1].url}/api/deliveries?limit=7{cursor}").json
        paged += page["deliveries"]
        if "next_cursor" not in page:
            break
        cursor = "&cursor=" + page["next_cursor"]
    ids = [d["delivery_id"] for d in paged]
    assert len(ids) == len(set(ids)) and set(ids) >= {d["delivery_id"] for d in all_of_them[-20:]}
    assert [d["alert_id"] for d in paged] == sorted((d["alert_id"] for d in paged), reverse=True)


def test_metrics_tell_of_deliveries(weather):
    text = request("GET", weather.nodes[0].url + "/metrics").body.decode()
    for line in ('tocsin_delivery_attempts_total{channel="webhook",outcome="delivered"}',
                 'tocsin_delivery_attempts_total{channel="webhook",outcome="permanent"}',
                 'tocsin_delivery_attempts_total{channel="webhook",outcome="retryable"}',
                 'tocsin_delivery_attempts_total{channel="email",outcome="delivered"}',
                 'tocsin_delivery_duration_seconds_bucket{channel="webhook"', "tocsin_deliveries_oldest_seconds",
                 "tocsin_deliveries_dead", "tocsin_delivery_breaker_state{receiver="):
        assert line in text, line


# Who gets what, and what follows a change of the file.

RECEIVERS = """
receivers:
  - name: on-call
    fallback: desk
    webhook:
      url: {on_call}
  - name: desk
    webhook:
      url: {desk}
  - name: stuck
    fallback: desk
    fallback_after: 4s
    concurrency: 2
    webhook:
      url: {stuck}
      timeout: 3s
  - name: archive
    webhook:
      url_file: archive-url
routes:
{routes}
deliveries:
  retry_base_seconds: 0.2
"""
ROUTES = """
  - match: {severity: [critical, high, medium], metadata: {region: north}}
    receivers: archive
    continue: true
  - match: {campaign_id: "brand-*-[x]?"}
    receivers: [on-call]
  - match: {campaign_id: "brand-*"}
    receivers: [desk]
  - match: {campaign_id: "stuck-*"}
    receivers: [stuck]
"""


@pytest.fixture(scope="module")
def routed(receivers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("routed")
    hooks = {name: receivers.hook() for name in ("on_call", "desk", "stuck", "archive")}
    (folder / "archive-url").write_text(hooks["archive"].url + "\n")
    file = folder / "tocsin.yaml"

    def write(routes):
        """As a mounted file changes: at once, by another one in its place."""
        new = folder / "new"
        new.write_text(RECEIVERS.format(routes=routes, **{name: hook.url for name, hook in hooks.items()}))
        new.rename(file)

    write(ROUTES)
    made = Cluster(1, environment={"TOCSIN_CONFIG": str(file), "TOCSIN_LOG_LEVEL": "debug"})
    made.hooks, made.write = hooks, write
    yield made
    made.stop()


def receivers_of(cluster, campaign, **more):
    return {d["receiver"] for d in deliveries(cluster, alert_id=fire(cluster, campaign, **more)["alert_id"])}


def test_routes(routed):
    assert receivers_of(routed, "brand-1") == {"desk"}
    assert receivers_of(routed, "brand-1-[x]y") == {"on-call"}
    assert receivers_of(routed, "brand-2", context={"region": "north"}) == {"archive", "desk"}
    assert receivers_of(routed, "other-1", context={"region": "north"}) == {"archive"}
    assert receivers_of(routed, "other-2", context={"region": "south"}) == set()
    assert receivers_of(routed, "Brand-3") == set()


def test_an_alert_without_receivers_is_complete_at_once(routed):
    fired = fire(routed, "nobody")
    assert alert(routed, fired["alert_id"])["notification_status"] == {"database": True, "websocket": True}
    assert [e["event"] for e in timeline(routed, fired["alert_id"])] == ["fired"]


def test_an_alert_without_receivers_says_why(routed):
    def count():
        return routed.nodes[0].metric(r'tocsin_deliveries_planned_none_total\{reason="no_route_matches"\}')

    before = count()
    fired = fire(routed, "nobody-why")
    first = timeline(routed, fired["alert_id"])[0]
    assert (first["reason"], first["detail"]) == ("no_route_matches", "no route matches the alert")
    assert count() == before + 1


def test_a_fallback_gets_what_was_given_up(routed):
    routed.hooks["on_call"].script(Reply(400), OK)
    fired = fire(routed, "brand-fallback-[x]1")
    found = settled(routed, fired["alert_id"], count=2)
    assert {(d["receiver"], d["cause"], d["state"]) for d in found} == {
        ("on-call", "fired", "dead"), ("desk", "fallback", "delivered")}
    assert len(routed.hooks["desk"].of(fired["alert_id"])) == 1


def test_fallbacks_are_told_of_all_that_waits_for_a_target_that_hangs(routed):
    """Only few of them are ever tried; then the target answers again and gets them all."""
    routed.hooks["stuck"].script(HANG)
    batch = {"checks": [firing(f"stuck-{n}", 2.5) for n in range(200)]}
    answer = request("POST", routed.nodes[0].url + "/api/alerts/check/batch", batch)
    fired = {a["alert_id"] for result in answer.json["results"] for a in result["alerts"]}
    assert len(fired) == 200

    def missing(name):
        return fired - {json.loads(r.body)["alert_id"] for r in list(routed.hooks[name].requests)}

    wait_for(lambda: not missing("desk"), what="that the fallback is told of all")
    tried = len(routed.hooks["stuck"].requests)
    assert tried < 100
    log = pathlib.Path(routed.nodes[0].log)
    wait_for(lambda: "a receiver does not answer" in log.read_text(), what="that the log says so")
    routed.hooks["stuck"].script(OK)
    wait_for(lambda: not deliveries(routed, receiver="stuck", state="pending", limit=1000)
             and not deliveries(routed, receiver="stuck", state="retrying", limit=1000)
             and not deliveries(routed, receiver="stuck", state="sending", limit=1000), what="that all are delivered")
    assert len(deliveries(routed, receiver="stuck", state="delivered", limit=1000)) == 200
    told = [json.loads(r.body)["alert_id"] for r in list(routed.hooks["desk"].requests)]
    assert all(told.count(each) == 1 for each in fired), "each fallback once"
    wait_for(lambda: "a receiver answers again" in log.read_text(), what="that the log says so")


def test_the_file_is_read_again(routed):
    """After a signal, after another file took its place; one that cannot be used changes nothing."""
    node = routed.nodes[0].server
    numbers = iter(range(10_000))

    def goes_to(*names):
        return receivers_of(routed, f"again-{next(numbers)}") == set(names)

    def said(words):
        return pathlib.Path(routed.nodes[0].log).read_text().count(words)

    def gauge():
        text = request("GET", routed.nodes[0].url + "/metrics").body.decode()
        return re.search(r"^tocsin_config_last_reload_successful (\S+)$", text, re.M).group(1)

    assert goes_to() and gauge() == "1"
    count = said("were read again")
    node.signal(signal.SIGHUP)
    wait_for(lambda: said("were read again") > count, what="what SIGHUP does")
    routed.write(ROUTES + "  - receivers: [archive]\n")
    node.signal(signal.SIGHUP)
    wait_for(lambda: goes_to("archive"), what="the new routes after SIGHUP")
    routed.write(ROUTES + "  - receivers: [archive, desk]\n")
    wait_for(lambda: goes_to("archive", "desk"), what="the new routes after a change of the file")

    for wrong in ("  - receivers: [nobody]\n", "  - receivers: [desk\n", "  - {recievers: [desk]}\n"):
        count = said("the configuration is refused")
        routed.write(ROUTES + wrong)
        node.signal(signal.SIGHUP)
        wait_for(lambda: said("the configuration is refused") > count, what="a refusal in the log")
        wait_for(lambda: gauge() == "0", what="the metric")
        assert goes_to("archive", "desk"), "the old routes are gone"
        assert routed.nodes[0].is_ready()
    routed.write(ROUTES)
    wait_for(lambda: goes_to(), what="the first routes again")
    wait_for(lambda: gauge() == "1", what="the metric")


def test_what_waits_follows_a_url_that_is_corrected(routed, receivers):
    """Two alerts went to a wrong address: one was given up, and is replayed; one is still tried."""
    wrong, right = receivers.hook(Reply(404), Reply(500)), receivers.hook()
    file = pathlib.Path(routed.nodes[0].cluster.environment["TOCSIN_CONFIG"]).parent / "archive-url"
    before = file.read_text()
    file.write_text(wrong.url + "\n")
    log = pathlib.Path(routed.nodes[0].log)
    count = log.read_text().count("were read again")
    wait_for(lambda: log.read_text().count("were read again") > count, what="the wrong address")
    fired = [fire(routed, f"corrected-{n}", context={"region": "north"})["alert_id"] for n in range(2)]
    rows = {a: lambda a=a: the(deliveries(routed, alert_id=a)) for a in fired}
    wait_for(lambda: {rows[a]()["state"] for a in fired} >= {"dead"}, what="one that is given up")
    wait_for(lambda: any(row()["attempts"] for row in rows.values() if row()["state"] == "retrying"), what="one that is tried")
    file.write_text(right.url + "\n")
    count = log.read_text().count("were read again")
    wait_for(lambda: log.read_text().count("were read again") > count, what="the right address")
    replayed = request("POST", routed.nodes[0].url + "/api/deliveries/replay", {"receiver": "archive"})
    assert replayed.json["replayed"] == 1
    wait_for(lambda: all(row()["state"] == "delivered" for row in rows.values()), what="both at the right address")
    assert {json.loads(r.body)["alert_id"] for r in right.requests} == set(fired) and len(right.requests) == 2
    file.write_text(before)
    mistyped = request("POST", routed.nodes[0].url + "/api/deliveries/replay", {"reciever": "archive"})
    assert mistyped.status == 422 and "reciever" in mistyped.body.decode()


def test_a_secret_file_is_read_again(routed, receivers):
    """A URL that stands in a file of its own is followed, too: another URL is another target."""
    other = receivers.hook()
    new = pathlib.Path(routed.nodes[0].cluster.environment["TOCSIN_CONFIG"]).parent / "archive-url"
    new.write_text(other.url + "\n")
    routed.hooks["another"] = other
    numbers = iter(range(10_000))

    def arrives():
        fired = fire(routed, f"moved-{next(numbers)}", context={"region": "north"})
        settled(routed, fired["alert_id"])
        return len(other.of(fired["alert_id"])) == 1
    wait_for(arrives, what="an alert at the other URL")


def test_a_node_does_not_start_with_a_wrong_file(tmp_path):
    file = tmp_path / "tocsin.yaml"
    file.write_text("receivers:\n  - name: a\n    slack:\n      url: hooks-" + TOKEN + "\n  - name: a\n")
    done = subprocess.run(
        [BINARY, "serve", "--config", file, "--port", "0"], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2, done.stderr
    assert "receivers[0].slack.url" in done.stderr and TOKEN not in done.stderr + done.stdout


# PostgreSQL goes away while receivers answer.

def test_postgres_away_while_results_are_pending(cluster, receivers, tmp_path):
    """60 requests are under way and their leases run out, as it happens in a long outage; then PostgreSQL stops and the
    receiver answers. No node sends one of them again, though all leases are over when PostgreSQL returns."""
    gate = receivers.gate()
    hook = receivers.hook(gate)
    file = tmp_path / "tocsin.yaml"
    file.write_text(json.dumps({"receivers": [{"name": "hook", "webhook": {"url": hook.url}, "concurrency": 100}]}))
    made = cluster(nodes=2, environment={"TOCSIN_CONFIG": str(file)})
    fired = [fire(made, f"pending-{n}", node=n % 2)["alert_id"] for n in range(60)]
    # As many as the node has connections for: the others wait in it.
    wait_for(lambda: len(hook.requests) >= 16, what="requests under way")
    for node in made.nodes:
        node.server.signal(signal.SIGSTOP)
    made.postgres.sql("UPDATE delivery_queue SET due_at = clock_timestamp()")
    made.postgres.stop()
    for node in made.nodes:
        node.server.signal(signal.SIGCONT)
    gate.open()
    wait_for(lambda: sum(r.status == 200 for r in list(hook.requests)) >= 60, what="all at the receiver")

    async def more():
        from load import Load
        load = Load([n.url for n in made.nodes], lambda i: firing(f"later-{i}", 2.5), count=10)
        await load.run()
        return load
    load = asyncio.run(more())
    assert set(load.statuses()) == {200} and not any(body["persisted"] for _, _, body in load.answers)
    made.postgres.start()
    later = load.fired
    for alert_id in fired + later:
        assert the(settled(made, alert_id))["state"] == "delivered"
    ids = [r.id for r in hook.requests]
    assert len(set(ids)) == 70, "an alert was lost"
    assert len(ids) == 70, f"{len(ids) - 70} were sent twice"


# Nothing that is secret is seen anywhere else. (The last test: it looks at all that the others left behind.)

def test_secrets_are_seen_nowhere(existing, weather, routed):
    hidden = {PASSWORD, TOKEN}
    for hook in [*existing.hooks, existing.slack, *weather.hooks.values(), *weather.extra.values(), weather.shared,
                 *routed.hooks.values()]:
        hidden.add(hook.path.strip("/").split("/")[-1])
    hidden |= {base64.b64encode(key).decode() for key in KEYS}
    hidden |= {base64.b64encode(PASSWORD.encode()).decode().rstrip("=")}
    hidden |= {base64.b64encode(b"\0alerts@example.org\0" + PASSWORD.encode()).decode().rstrip("=")}
    assert all(len(secret) > 12 for secret in hidden)

    seen = {}
    for made in (existing, weather, routed):
        name = made.folder.name
        for node in made.nodes:
            seen[f"{name}: log of node {node.number}"] = pathlib.Path(node.log).read_text(errors="replace")
            paths = ["/metrics", "/api/deliveries?limit=1000", "/api/alerts?limit=1000", "/api/alerts/history?limit=1000",
                     "/readyz", "/api/alerts/test?channel=nobody", "/api/deliveries?state=dead", "/openapi.json"]
            paths += [f"/api/alerts/{a['alert_id']}/timeline" for a in
                      request("GET", node.url + "/api/alerts?limit=200").json["alerts"]]
            for path in paths:
                seen[name + path] = request("POST" if "/test" in path else "GET", node.url + path).body.decode()
        for channel in ("webhook", "slack", "email"):
            answer = request("POST", f"{made.nodes[0].url}/api/alerts/test?channel={channel}")
            seen[f"{name}: test of {channel}"] = answer.body.decode()
        shown = subprocess.run([BINARY, "config"], capture_output=True, text=True,
                               env={**os.environ, **made.environment})
        seen[f"{name}: tocsin config"] = shown.stdout + shown.stderr
        for table in ("delivery_queue", "deliveries", "disabled_targets", "known_receivers", "alerts"):
            seen[f"{name}: table {table}"] = made.postgres.sql(f"SELECT * FROM {table}")
    assert sum(map(len, seen.values())) > 100_000, "there was nothing to look at"
    found = sorted({(place, line[:200]) for place, text in seen.items() for secret in hidden if secret in text
                    for line in text.splitlines() if secret in line})
    assert not found, found

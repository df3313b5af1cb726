"""Measures how long an alert takes from its check to a receiver's socket.

    python Tests/EndToEnd/measure_deliveries.py --rate 500 --seconds 20

One node, real Redis and PostgreSQL. Checks are sent at their times whatever the answers do (open loop); what counts is
the time from when a check was due to when the receiver's process reads the request. First with one healthy receiver,
then with another healthy one beside it, then with one that never answers in that one's place, and so in turn. Receivers
run in a process of their own.
"""
import argparse
import asyncio
import json
import multiprocessing
import pathlib
import re
import tempfile
import time

import conftest

CAMPAIGN = re.compile(rb'"campaign_id":"([^"]+)"')


def receive(pipe):
    from receivers import HANG, Receivers
    with Receivers() as receivers:
        healthy, second, hanging = receivers.hook(), receivers.hook(), receivers.hook(HANG)
        pipe.send((healthy.url, second.url, hanging.url))
        while (prefix := pipe.recv()) is not None:
            arrived = {}
            for sent in list(healthy.requests):
                name = CAMPAIGN.search(sent.body).group(1).decode()
                if name.startswith(prefix):
                    arrived.setdefault(name, sent.clock)
            pipe.send((arrived, len(hanging.requests)))


class Client(asyncio.Protocol):
    """A connection that carries one check at a time."""

    def __init__(self, idle):
        self.idle, self.buffer, self.answer = idle, b"", None

    def connection_made(self, transport):
        self.transport = transport
        self.idle.append(self)

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = int(re.search(rb"content-length: *(\d+)", self.buffer[:end], re.I).group(1))
        if len(self.buffer) >= end + 4 + length:
            status = int(self.buffer[9:12])
            self.buffer = b""
            self.idle.append(self)
            self.answer(status)


async def load(port, prefix, rate, seconds):
    """Sends checks; answers when each was due, and how long the answers took."""
    loop = asyncio.get_running_loop()
    idle, due, latencies, failures = [], {}, [], 0
    for _ in range(256):
        await loop.create_connection(lambda: Client(idle), "127.0.0.1", port)
    begun = time.monotonic() + 0.1
    for number in range(rate * seconds):
        at = begun + number / rate
        if (wait := at - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        while not idle:
            await asyncio.sleep(0.001)
        name = f"{prefix}{number}"
        due[name] = at
        body = json.dumps(conftest.firing(name, 2.5)).encode()
        client = idle.pop()

        def answered(status, at=at):
            nonlocal failures
            failures += status != 200
            latencies.append(time.monotonic() - at)
        client.answer = answered
        client.transport.write(
            b"POST /api/alerts/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body)
    while len(latencies) < len(due):
        await asyncio.sleep(0.01)
    for client in idle:
        client.transport.close()
    return due, sorted(latencies), failures


def percentiles(values):
    values = sorted(values)
    return {p: values[min(len(values) - 1, int(len(values) * p / 100))] * 1000 for p in (50, 90, 99, 99.9)}


def line(name, values):
    print(f"{name:32}" + "  ".join(f"p{p:g} {ms:7.2f} ms" for p, ms in percentiles(values).items()), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=500, help="alerts a second")
    parser.add_argument("--seconds", type=int, default=20, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=2, help="of all measurements")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=receive, args=(theirs,))
    process.start()
    healthy, second, hanging = pipe.recv()
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "tocsin.yaml"
        file.write_text(json.dumps({
            "receivers": [{"name": "healthy", "webhook": {"url": healthy}},
                          {"name": "second", "webhook": {"url": second}},
                          {"name": "hanging", "webhook": {"url": hanging}}],
            "routes": [{"match": {"campaign_id": "alone-*"}, "receivers": ["healthy"]},
                       {"match": {"campaign_id": "pair-*"}, "receivers": ["second", "healthy"]},
                       {"match": {"campaign_id": "hang-*"}, "receivers": ["hanging", "healthy"]}]}))
        cluster = conftest.Cluster(1, environment={"TOCSIN_CONFIG": str(file)})
        try:
            asyncio.run(load(cluster.nodes[0].port, "warm-", options.rate, 3))
            together = {"alone": [], "pair": [], "hang": []}
            for turn in range(options.rounds):
                for kind in together:
                    prefix = f"{kind}-{turn}-"
                    due, answers, failures = asyncio.run(
                        load(cluster.nodes[0].port, prefix, options.rate, options.seconds))
                    end = time.monotonic() + 30
                    while True:
                        pipe.send(prefix)
                        arrived, hung = pipe.recv()
                        if len(arrived) == len(due) or time.monotonic() > end:
                            break
                        time.sleep(0.2)
                    assert not failures, f"{failures} checks failed"
                    assert len(arrived) == len(due), f"{len(due) - len(arrived)} did not arrive"
                    times = [arrived[name] - at for name, at in due.items()]
                    together[kind] += times
                    titles = {"alone": "one healthy", "pair": "two healthy", "hang": f"one hangs ({hung} requests)"}
                    line(f"{options.rate}/s, {titles[kind]}", times)
                    line("   the check's answer", answers)
            p99 = {kind: percentiles(times)[99] for kind, times in together.items()}
            print(f"p99 alone {p99['alone']:.2f} ms, beside a healthy one {p99['pair']:.2f} ms, beside one that hangs "
                  f"{p99['hang']:.2f} ms: {100 * (p99['hang'] / p99['pair'] - 1):+.0f} % against the healthy one")
        finally:
            cluster.stop()
            pipe.send(None)
            process.join(20)


if __name__ == "__main__":
    main()

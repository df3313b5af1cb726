"""Clients and load for the failure tests, on asyncio."""
import asyncio
import json

import aiohttp
import websockets
from conftest import PATIENCE


class Watcher:
    """A WebSocket client that keeps everything, and resumes (on the next node) when its connection ends."""

    def __init__(self, urls):
        self.urls, self.turn = list(urls), 0
        self.events, self.resyncs, self.closes = [], [], []
        self.last = None
        self.connected = asyncio.Event()
        self.task = asyncio.create_task(self.run())

    async def run(self):
        while True:
            url = self.urls[self.turn % len(self.urls)]
            query = f"?last_event_id={self.last}" if self.last else ""
            try:
                async with websockets.connect(url + query, max_queue=None, open_timeout=PATIENCE, ping_interval=None) as socket:
                    try:
                        async for text in socket:
                            self.take(json.loads(text))
                    finally:
                        self.closes.append(socket.close_code)
            except (OSError, TimeoutError, websockets.WebSocketException):
                pass
            self.connected.clear()
            self.turn += 1
            await asyncio.sleep(0.05)

    def take(self, message):
        kind = message["type"]
        if kind == "connected":
            if self.last is None:
                self.last = message["last_event_id"]
            self.connected.set()
        elif kind == "resync":
            self.resyncs.append(message)
            self.last = None
        elif "event_id" in message:
            self.events.append(message)
            self.last = message["event_id"]

    @property
    def alerts(self):
        return [e["data"]["alert_id"] for e in self.events if e["type"] == "alert"]

    async def stop(self):
        self.task.cancel()
        try:
            await self.task
        except asyncio.CancelledError:
            pass


class Load:
    """Sends checks with so many workers; notes what every one was answered.

    With a rate (checks a second) none is sent before its time; with `insists` each is sent until a node takes it.
    """

    def __init__(self, urls, make, count=None, workers=32, rate=None, insists=False):
        self.urls, self.make, self.count, self.workers = list(urls), make, count, workers
        self.rate, self.insists = rate, insists
        self.sent = 0
        self.answers = []
        self.running = True

    async def run(self):
        self.begun = asyncio.get_running_loop().time()
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            await asyncio.gather(*(self.work(session, number) for number in range(self.workers)))

    async def work(self, session, number):
        while self.running and (self.count is None or self.sent < self.count):
            index = self.sent
            self.sent += 1
            if self.rate:
                await asyncio.sleep(self.begun + index / self.rate - asyncio.get_running_loop().time())
            turn = index + number
            while await self.ask(session, index, self.urls[turn % len(self.urls)]) != 200 and self.insists:
                turn += 1

    async def ask(self, session, index, url):
        status, body = 0, None
        try:
            async with session.post(url + "/api/alerts/check", json=self.make(index)) as answer:
                body = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, asyncio.TimeoutError, json.JSONDecodeError) as error:
            body = {"error": repr(error)}
        self.answers.append((index, status, body))
        if status == 0:
            await asyncio.sleep(0.02)
        elif status >= 500:
            await asyncio.sleep(0.05)
        return status

    def stop(self):
        self.running = False

    @property
    def fired(self):
        """Ids of all alerts that were answered."""
        return [a["alert_id"] for _, status, body in self.answers if status == 200 for a in body["alerts"]]

    def statuses(self):
        counts = {}
        for _, status, _ in self.answers:
            counts[status] = counts.get(status, 0) + 1
        return counts


async def until(condition, seconds=PATIENCE, what="the condition"):
    """Polls until the condition holds; the deadline only ends a test that would fail anyway."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if loop.time() > end:
            raise AssertionError(f"{what} did not come about within {seconds} s")
        await asyncio.sleep(0.05)

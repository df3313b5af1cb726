"""A client of server-sent events, as browsers are: it resumes by `Last-Event-ID` when its connection ends."""
import asyncio
import json

import aiohttp
from conftest import PATIENCE


class EventSource:
    """Keeps everything that it gets, and resumes (on the next address) when its connection ends."""

    def __init__(self, urls, query=""):
        self.urls, self.query, self.turn = list(urls), query, 0
        self.events, self.kinds, self.resyncs = [], [], []
        self.last, self.retry = None, 3.0
        self.connected = asyncio.Event()
        self.task = asyncio.create_task(self.run())

    async def run(self):
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                url = self.urls[self.turn % len(self.urls)] + "/api/alerts/stream" + self.query
                headers = {"Last-Event-ID": self.last} if self.last else {}
                try:
                    async with session.get(url, headers=headers) as answer:
                        if answer.status == 200:
                            assert answer.content_type == "text/event-stream"
                            await self.read(answer.content)
                except (OSError, aiohttp.ClientError):
                    pass
                self.connected.clear()
                self.turn += 1
                await asyncio.sleep(0.05)

    async def read(self, content):
        fields, buffer = {}, b""
        async for chunk in content.iter_any():
            buffer += chunk
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                if line.startswith(b":"):
                    continue
                if line:
                    name, _, value = line.decode().partition(": ")
                    fields[name] = value
                    continue
                # A block that is cut off is none.
                if "data" in fields:
                    self.take(fields)
                fields = {}

    def take(self, fields):
        message = json.loads(fields["data"])
        assert message["type"] == fields["event"]
        self.kinds.append(message["type"])
        if "retry" in fields:
            self.retry = int(fields["retry"]) / 1000
        if message["type"] == "connected":
            self.connected.set()
        if message["type"] == "resync":
            self.resyncs.append(message)
        if "event_id" in message:
            assert message["event_id"] == fields["id"]
            self.events.append(message)
        self.last = fields.get("id", self.last)

    @property
    def alerts(self):
        return [e["data"]["alert_id"] for e in self.events if e["type"] == "alert"]

    async def stop(self):
        self.task.cancel()
        try:
            await self.task
        except asyncio.CancelledError:
            pass

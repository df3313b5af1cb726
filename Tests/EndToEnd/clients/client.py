"""Subscribes to one campaign, prints its first alert's id, acknowledges it."""
import asyncio
import json
import sys

import websockets


async def main():
    async with websockets.connect(sys.argv[1]) as socket:
        assert json.loads(await socket.recv())["type"] == "connected"
        await socket.send(json.dumps({"type": "subscribe", "campaign_id": "for-python"}))
        assert json.loads(await socket.recv())["type"] == "subscribed"
        print("subscribed", flush=True)
        alert = json.loads(await socket.recv())
        print(alert["data"]["alert_id"])
        await socket.send(json.dumps({"type": "acknowledge", "alert_id": alert["data"]["alert_id"], "user_id": "py"}))
        while (message := json.loads(await socket.recv()))["type"] != "acknowledged":
            assert message["type"] == "alert_acknowledged", message
        print("acknowledged")


asyncio.run(main())

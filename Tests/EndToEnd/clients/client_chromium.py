"""A page in Chromium subscribes to one campaign, prints its first alert's id, acknowledges it."""
import sys

from playwright.sync_api import sync_playwright

PAGE = """url => {
  const socket = new WebSocket(url);
  socket.onclose = ({ code }) => console.log(`closed ${code}`);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "connected") socket.send(JSON.stringify({ type: "subscribe", campaign_id: "for-chromium" }));
    if (message.type === "subscribed") console.log("subscribed");
    if (message.type === "alert") {
      console.log(message.data.alert_id);
      socket.send(JSON.stringify({ type: "acknowledge", alert_id: message.data.alert_id, user_id: "page" }));
    }
    if (message.type === "acknowledged") console.log("acknowledged");
  };
}"""

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
    page = browser.new_page()
    lines = []

    def said(message):
        # Chromium itself tells of other things, such as an icon that is not there.
        if message.type == "log":
            lines.append(message.text)
            print(message.text, flush=True)

    page.on("console", said)
    # A page of the node's own: others are refused.
    page.goto(sys.argv[1].replace("ws://", "http://").replace("/ws/alerts", "/livez"))
    page.evaluate(PAGE, sys.argv[1])
    while not any(line == "acknowledged" or line.startswith("closed") for line in lines):
        page.wait_for_timeout(50)
    browser.close()

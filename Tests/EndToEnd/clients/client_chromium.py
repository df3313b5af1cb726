"""A page in Chromium subscribes to one campaign, prints its first alert's id, acknowledges it."""
import sys

from playwright.sync_api import sync_playwright

PAGE = """url => {
  const socket = new WebSocket(url);
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
    page.on("console", lambda message: (lines.append(message.text), print(message.text, flush=True)))
    page.evaluate(PAGE, sys.argv[1])
    while "acknowledged" not in lines:
        page.wait_for_timeout(50)
    browser.close()

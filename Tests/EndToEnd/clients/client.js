// Subscribes to one campaign, prints its first alert's id, acknowledges it.
const WebSocket = require("ws");
const socket = new WebSocket(process.argv[2]);
socket.on("message", (text) => {
  const message = JSON.parse(text);
  switch (message.type) {
    case "connected":
      socket.send(JSON.stringify({ type: "subscribe", campaign_id: "for-node" }));
      break;
    case "subscribed":
      console.log("subscribed");
      break;
    case "alert":
      console.log(message.data.alert_id);
      socket.send(JSON.stringify({ type: "acknowledge", alert_id: message.data.alert_id, user_id: "node" }));
      break;
    case "acknowledged":
      console.log("acknowledged");
      socket.close(1000);
      break;
  }
});
socket.on("error", (error) => {
  console.error(error);
  process.exit(1);
});

/// Why a connection ends. It decides the close code, feeds metrics and logs, and tells the client what to do.
enum CloseReason: String, Sendable, CaseIterable {
  /// The client asked for it.
  case clientClosed = "client_closed"
  /// The socket went away without a close handshake.
  case disconnected
  /// The client broke RFC 6455.
  case protocolError = "protocol_error"
  /// The client sent a binary message.
  case binaryMessage = "binary_message"
  /// A text message was not valid UTF-8.
  case invalidText = "invalid_text"
  /// A message was longer than the limit.
  case tooBig = "too_big"
  /// The client reads more slowly than events come; it can connect again and resume.
  case tooSlow = "too_slow"
  /// Nothing was heard of the client for too long.
  case silent
  /// The client sent too much before it was let in.
  case impatient
  /// The node shuts down; another one takes over.
  case draining
  /// The node does not know the event log yet.
  case notReady = "not_ready"
  /// The rest of a replay is out of reach; connecting again and resuming from the last event goes on from there.
  case replayBroken = "replay_broken"

  /// The status code of the close frame (RFC 6455, section 7.4), or nil where none is sent.
  var code: UInt16? {
    switch self {
    case .clientClosed, .disconnected: nil
    case .protocolError: 1002
    case .binaryMessage: 1003
    case .invalidText: 1007
    case .impatient: 1008
    case .tooBig: 1009
    case .draining: 1012
    case .notReady, .replayBroken: 1013
    case .silent, .tooSlow: 3008
    }
  }

  /// The close frame's text, at most 123 bytes.
  var text: String {
    switch self {
    case .clientClosed, .disconnected: ""
    case .protocolError: "the frames break RFC 6455"
    case .binaryMessage: "send text messages"
    case .invalidText: "the text is not valid UTF-8"
    case .impatient: "wait for the connected message"
    case .tooBig: "messages may have 65536 bytes"
    case .draining: "the node restarts; connect again and resume from your last event_id"
    case .notReady: "the node is not ready; connect again in a few seconds"
    case .replayBroken: "connect again and resume from your last event_id"
    case .silent: "nothing was heard of the client for too long"
    case .tooSlow: "events come faster than they are read; connect again and resume from your last event_id"
    }
  }

  /// Whether the client broke the protocol, so that nothing more is read from it.
  var isViolation: Bool {
    switch self {
    case .protocolError, .binaryMessage, .invalidText, .tooBig, .impatient: true
    default: false
    }
  }
}

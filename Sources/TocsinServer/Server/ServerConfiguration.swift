package import NIOCore

/// Where the node listens, and what it allows its clients.
package struct ServerConfiguration: Sendable {
  /// The address to listen on.
  package var host = "0.0.0.0"
  /// The port to listen on; 0 takes a free one.
  package var port = 8000
  /// How many connections may wait to be accepted.
  package var backlog = 4096
  /// How many connections may be open, WebSockets among them; more are not accepted until one ends.
  package var connectionLimit = 10_000
  /// How many bytes a request's body may have.
  package var bodyLimit = 1 << 20
  /// How many bytes one header field may have, and how many all of a request together.
  package var headerLimit = 32 << 10
  /// How many header fields a request may have.
  package var headerCountLimit = 100
  /// How long a request's header may take to arrive once it has begun.
  package var headerTimeout = TimeAmount.seconds(10)
  /// How long a request's body may take to arrive.
  package var bodyTimeout = TimeAmount.seconds(30)
  /// How long a new connection may take to begin its first request.
  package var firstRequestTimeout = TimeAmount.seconds(20)
  /// How long a connection without a further request is kept.
  package var idleTimeout = TimeAmount.seconds(75)
  /// How long an answer may take to be made, and how long a client may take to read one.
  package var answerTimeout = TimeAmount.seconds(300)
  /// A client that takes no byte of an answer for so long is disconnected.
  package var stallTimeout = TimeAmount.seconds(30)
  /// How many bytes of answers all clients together may leave unread; past that, large answers become 503s.
  package var pendingLimit = 128 << 20
  /// How many bytes of bodies that have not arrived as a whole there may be; past that, large ones get a 503.
  package var receivingLimit = 128 << 20
  /// What browsers may ask for; nil: what fits a node that listens on ``host``.
  package var browsers: BrowserAccess?
  /// Whether each request is logged.
  package var accessLog = false

  /// The defaults.
  package init() {}
}

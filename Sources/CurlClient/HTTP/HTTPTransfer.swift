/// An HTTP request, and how far its transfer may go.
///
/// Redirects are not followed: a 3xx is a response like any other. `Content-Length` and the other headers that frame a
/// message are the client's own.
package struct HTTPTransfer: Sendable, Hashable {
  /// A header's name and value.
  package struct Header: Sendable, Hashable {
    /// A token (RFC 9110, 5.6.2).
    package var name: String
    /// Anything without CR, LF and NUL; white space around it goes.
    package var value: String

    /// A header.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// `GET`, `POST`, … as it stands in the request.
  package var method: String
  /// An `http` or `https` URL, percent-encoded.
  package var url: String
  /// Headers in the order in which they are sent.
  package var headers: [Header]
  /// The request's body.
  package var body: [UInt8]
  /// How long the connection may take, with name lookup and TLS.
  package var connectTimeout: Duration = .seconds(5)
  /// How long everything may take, the time in line included; a day at most.
  package var timeout: Duration = .seconds(15)
  /// How many bytes of the response's body are taken; a longer one is an error.
  package var maximumResponseBytes: Int = 1 << 20
  /// How many bytes of response headers are taken; more is an error.
  package var maximumHeaderBytes: Int = 64 << 10
  /// Whether only addresses of the public Internet are connected to, whatever the host's name resolves to. No proxy
  /// is used then, since only the proxy would see where the request goes.
  package var deniesPrivateAddresses: Bool = false

  /// A request.
  package init(_ method: String, _ url: String, headers: [Header] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

extension HTTPTransfer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The method and the body's size: URL and headers are as good as passwords.
  package var description: String { "\(method) with \(body.count) bytes" }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// Shows the description only, so that not even `dump` shows the URL.
  package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

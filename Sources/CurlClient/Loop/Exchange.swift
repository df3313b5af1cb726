import CLibcurl

/// All that is known of a transfer at its end; a response or an error is made of it.
struct Exchange: Sendable {
  /// Why the transfer ended.
  enum Ending: Sendable, Equatable {
    /// By itself, with libcurl's result.
    case result(CURLcode)
    /// Before it began: libcurl took an option not as it is.
    case unusable(CURLcode)
    /// Before it began: the system had no thread or no memory for it.
    case exhausted
    case expired, cancelled, closed

    /// What it means that a transfer could not begin.
    init(_ failure: CurlFailure) {
      switch failure.result {
      case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: self = .exhausted
      default: self = .unusable(failure.result)
      }
    }
  }

  let ending: Ending
  var mayHaveBeenSent = false
  var status = 0
  var version: HTTPResponse.Version?
  var headers = HTTPResponse.Headers()
  var body: [UInt8] = []
  var overflow: ResponseCollector.Overflow?
  /// The scope of an address that was refused, when none was connected to.
  var refusedScope: AddressScope?
  var conversation: MailConversation?
  var timings = TransferTimings()

  init(_ ending: Ending) {
    self.ending = ending
  }

  /// The response of an HTTP server.
  func httpResponse() throws(CurlError) -> HTTPResponse {
    guard ending == .result(CURLE_OK) else { throw error(recipients: []) }
    return partialResponse ?? HTTPResponse(status: status)
  }

  /// The outcome of a mail to these recipients.
  func mailResponse(recipients: [String]) throws(CurlError) -> MailResponse {
    guard ending == .result(CURLE_OK), let reply = conversation?.acceptance else { throw error(recipients: recipients) }
    let refused = refused(recipients)
    let names = Set(refused.map(\.recipient))
    return MailResponse(
      reply: reply, acceptedRecipients: recipients.filter { !names.contains($0) }, refusedRecipients: refused,
      timings: timings)
  }

  /// What has arrived of a response, if its status has.
  var partialResponse: HTTPResponse? {
    guard status > 0, conversation == nil else { return nil }
    return HTTPResponse(status: status, headers: headers, body: body, version: version, timings: timings)
  }

  func refused(_ recipients: [String]) -> [RefusedRecipient] {
    (conversation?.refused ?? []).map { RefusedRecipient(recipient: recipients[$0.index], reply: $0.reply) }
  }
}

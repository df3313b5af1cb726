import CLibcurl

extension Exchange {
  /// The failure that the ending stands for.
  func error(recipients: [String]) -> CurlError {
    let refusal = refusal
    let (code, cause) = explanation(refusal)
    return CurlError(
      code, cause, mayHaveBeenSent: mayHaveBeenSent && refusal == nil, reply: refusal,
      isRefusedAtOnce: refusal != nil && conversation?.refusal == nil, refusedRecipients: refused(recipients),
      partialResponse: partialResponse)
  }

  /// The reply that ended a mail: the conversation knows those after the log-in; before it libcurl's result says
  /// whether it was a reply at all that it gave up for.
  private var refusal: MailReply? {
    guard let conversation, case .result(let result) = ending else { return nil }
    if let refusal = conversation.refusal { return refusal }
    guard conversation.stage == .login, let last = conversation.last, last.code >= 400 else { return nil }
    let answers = [CURLE_LOGIN_DENIED, CURLE_USE_SSL_FAILED, CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED]
    return answers.contains(result) ? last : nil
  }

  private func explanation(_ refusal: MailReply?) -> (CurlError.Code, String) {
    switch ending {
    case .expired: (.timedOut, "the transfer did not end in time")
    case .cancelled: (.cancelled, "the task was cancelled")
    case .closed: (.closed, "the client is shut down")
    case .exhausted: (.couldNotConnect, "this machine has no thread or no memory for another transfer")
    case .unusable(let result): (.invalidRequest, "an option was not taken: \(result.explanation)")
    case .result(let result): explanation(of: result, refusal)
    }
  }

  private func explanation(of result: CURLcode, _ refusal: MailReply?) -> (CurlError.Code, String) {
    if let refusedScope, result == CURLE_COULDNT_CONNECT || result == CURLE_ABORTED_BY_CALLBACK {
      return (.refusedAddress, "the host has no address that is allowed: \(refusedScope.rawValue)")
    }
    if let overflow, result == CURLE_WRITE_ERROR {
      return (.tooLarge, "the response's \(overflow == .body ? "body is" : "headers are") larger than the limit")
    }
    if refusal != nil, result != CURLE_LOGIN_DENIED, result != CURLE_USE_SSL_FAILED {
      return (.mailRefused, "the mail server refused the mail")
    }
    if result == CURLE_OPERATION_TIMEDOUT, mayHaveBeenSent {
      return (.timedOut, "the server did not answer in time")
    }
    if result == CURLE_UNSUPPORTED_PROTOCOL, mayHaveBeenSent {
      // HTTP/0.9 is what libcurl takes any other answer for.
      return (.protocolError, "the server's answer is not HTTP")
    }
    return (result.errorCode, result.explanation)
  }
}

extension CURLcode {
  /// libcurl's own words for a result. Not those of an error buffer, which names hosts and quotes servers.
  var explanation: String {
    curl_easy_strerror(self).map { String(cString: $0) } ?? "result \(rawValue)"
  }

  /// What a result means where nothing else is known.
  fileprivate var errorCode: CurlError.Code {
    switch self {
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: .invalidRequest
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .couldNotConnect
    case CURLE_OPERATION_TIMEDOUT: .connectTimedOut
    case CURLE_PEER_FAILED_VERIFICATION: .untrusted
    case CURLE_SSL_CONNECT_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
      .tls
    case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: .authentication
    case CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_READ_ERROR: .sendFailed
    case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_BAD_CONTENT_ENCODING, CURLE_OK:
      .protocolError
    case CURLE_ABORTED_BY_CALLBACK: .cancelled
    default: .receiveFailed
    }
  }
}

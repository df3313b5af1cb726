import CLibcurl

extension EasyHandle {
  /// Sends a mail, on this thread and to its end.
  mutating func send(
    _ mail: MailTransfer, _ configuration: CurlConfiguration, _ progress: TransferProgress, sockets: OpenSockets
  ) -> Exchange {
    reset()
    let context = TransferContext(mail, progress, sockets: sockets)
    do throws(CurlFailure) {
      try prepare(context, configuration)
      try prepare(mail)
    } catch {
      return Exchange(Exchange.Ending(error))
    }
    let result = perform()
    return exchange(.result(result), context)
  }

  /// Sets what makes a mail. Its timeout is watched by the loop's thread.
  private mutating func prepare(_ mail: MailTransfer) throws(CurlFailure) {
    try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    try set(CURLOPT_URL, mail.server.url)
    try set(CURLOPT_USE_SSL, Int(mail.server.encryption.level.rawValue))
    if let login = mail.server.login {
      try set(CURLOPT_USERNAME, login.user)
      try set(CURLOPT_PASSWORD, login.password)
      try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
    }
    try set(CURLOPT_MAXCONNECTS, 1)
    try set(CURLOPT_CONNECTTIMEOUT_MS, mail.connectTimeout.wholeMilliseconds)
    // libcurl's own limit for one reply is two minutes.
    try set(CURLOPT_SERVER_RESPONSE_TIMEOUT, mail.timeout.wholeMilliseconds / 1000 + 2)
    try set(CURLOPT_MAIL_FROM, mail.sender)
    try set(CURLOPT_MAIL_RCPT, mail.recipients)
    try set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, mail.allowsRefusedRecipients ? 1 : 0)
    try set(CURLOPT_UPLOAD, 1)
    try setSize(CURLOPT_INFILESIZE_LARGE, mail.message.count)
  }
}

extension MailServer.Encryption {
  /// What libcurl asks of a connection that begins without TLS.
  fileprivate var level: curl_usessl {
    switch self {
    case .none, .implicit: CURLUSESSL_NONE
    case .startTLSIfOffered: CURLUSESSL_TRY
    case .startTLS: CURLUSESSL_ALL
    }
  }
}

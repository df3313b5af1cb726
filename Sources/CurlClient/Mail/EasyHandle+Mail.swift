import CLibcurl

extension EasyHandle {
  /// Sends a mail, on this thread and to its end.
  mutating func send(
    _ mail: MailTransfer, _ authorities: Authorities, _ progress: TransferProgress, sockets: OpenSockets
  ) -> Exchange {
    reset()
    let context = TransferContext(mail, progress, sockets: sockets)
    do throws(CurlFailure) {
      try prepare(context, authorities)
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
    var server = mail.server
    server.greetingName = server.greetingName ?? GreetingName.ofThisHost
    try set(CURLOPT_URL, server.url)
    if !server.verifiesCertificate {
      try set(CURLOPT_SSL_VERIFYPEER, 0)
      try set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    try set(CURLOPT_USE_SSL, Int(mail.server.encryption.level.rawValue))
    if let login = mail.server.login {
      try set(CURLOPT_USERNAME, login.user)
      try set(CURLOPT_PASSWORD, login.password)
      try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
    }
    try set(CURLOPT_MAXCONNECTS, 1)
    // libcurl's own limits are five minutes until the log-in is through, and two for one reply. Both are to be longer than
    // the timeout, so that it alone counts.
    let limit = mail.connectTimeout ?? mail.timeout + .seconds(2)
    try set(CURLOPT_CONNECTTIMEOUT_MS, limit.wholeMilliseconds)
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

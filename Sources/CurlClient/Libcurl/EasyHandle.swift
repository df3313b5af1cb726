import CLibcurl

/// The owner of one `CURL` with all that libcurl only borrows: lists, and the context of its callbacks.
///
/// It keeps the connections that ``perform()`` opened; those of a transfer in a ``MultiHandle`` stay there.
struct EasyHandle: ~Copyable {
  private let pointer: UnsafeMutableRawPointer
  private let sockets: OpenSockets?
  private var context: TransferContext?
  private var list: StringList?

  /// - Parameter sockets: where the open sockets are noted, if another thread is to shut them down
  /// - Throws: where there is no memory for it
  init(sockets: OpenSockets? = nil) throws(CurlFailure) {
    guard Libcurl.isReady, let easy = curl_easy_init() else { throw CurlFailure(result: CURLE_FAILED_INIT) }
    pointer = easy
    self.sockets = sockets
  }

  deinit {
    curl_easy_cleanup(pointer)
  }

  /// Lends the handle to the multi handle.
  func withPointer<T>(_ body: (UnsafeMutableRawPointer) -> T) -> T {
    body(pointer)
  }

  /// Forgets the options of the last transfer, not its connection.
  mutating func reset() {
    curl_easy_reset(pointer)
    context = nil
    list = nil
  }

  /// Sets what all transfers have in common.
  mutating func prepare(_ context: TransferContext, _ authorities: Authorities) throws(CurlFailure) {
    self.context = context
    // A signal would interrupt some other thread, and there is no timer per thread.
    try set(CURLOPT_NOSIGNAL, 1)
    // Who gives up must not wait for the system's resolver, which has no timeout of its own worth the name; its thread
    // cleans up by itself.
    try set(CURLOPT_QUICK_EXIT, 1)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    // What a proxy answers to CONNECT is not the server's.
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    switch authorities.source {
    case .standard: break
    case .file(let file): try set(CURLOPT_CAINFO, file)
    case .bundle(let certificates): try setBlob(CURLOPT_CAINFO_BLOB, certificates)
    }
    if !authorities.usesStandardFolder { try set(CURLOPT_CAPATH, nil) }
    if context.deniesPrivateAddresses { try set(CURLOPT_PROXY, "") }
    try register(context)
  }

  private func register(_ context: TransferContext) throws(CurlFailure) {
    let opaque = Unmanaged.passUnretained(context).toOpaque()
    try CurlFailure.check(tocsin_curl_on_line(pointer, onLine, opaque))
    try CurlFailure.check(tocsin_curl_on_body(pointer, onBody, opaque))
    try CurlFailure.check(tocsin_curl_on_request(pointer, onRequest, opaque))
    try CurlFailure.check(tocsin_curl_on_open(pointer, onOpen, opaque))
    guard let sockets else { return }
    try CurlFailure.check(tocsin_curl_on_upload(pointer, onUpload, opaque))
    try CurlFailure.check(tocsin_curl_on_progress(pointer, onProgress, opaque))
    // Called when the connection ends, long after the transfer: so with another context.
    try CurlFailure.check(tocsin_curl_on_close(pointer, onClose, Unmanaged.passUnretained(sockets).toOpaque()))
  }

  // MARK: Options

  func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try CurlFailure.check(tocsin_curl_set_long(pointer, option, value))
  }

  func setSize(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try CurlFailure.check(tocsin_curl_set_size(pointer, option, curl_off_t(value)))
  }

  /// Sets a string, which must not have a NUL.
  func set(_ option: CURLoption, _ value: String?) throws(CurlFailure) {
    try CurlFailure.check(tocsin_curl_set_string(pointer, option, value))
  }

  /// Sets bytes, of which libcurl copies as many as it was told before.
  func setCopy(_ option: CURLoption, _ bytes: [UInt8]) throws(CurlFailure) {
    try CurlFailure.check(bytes.withUnsafeBytes { tocsin_curl_set_pointer(pointer, option, $0.baseAddress) })
  }

  /// Sets bytes with their number; libcurl copies them.
  func setBlob(_ option: CURLoption, _ bytes: [UInt8]) throws(CurlFailure) {
    try CurlFailure.check(bytes.withUnsafeBytes { tocsin_curl_set_blob(pointer, option, $0.baseAddress, $0.count) })
  }

  mutating func set(_ option: CURLoption, _ strings: [String]) throws(CurlFailure) {
    let list = try StringList(strings)
    let pointer = pointer
    try list.withList { (first) throws(CurlFailure) in
      try CurlFailure.check(tocsin_curl_set_list(pointer, option, first))
    }
    self.list = consume list
  }

  /// Gives the transfer its number.
  func number(_ id: UInt64) throws(CurlFailure) {
    let value = UnsafeRawPointer(bitPattern: UInt(id))
    try CurlFailure.check(tocsin_curl_set_pointer(pointer, CURLOPT_PRIVATE, value))
  }

  /// The number that a transfer was given, or 0.
  static func number(of easy: UnsafeMutableRawPointer) -> UInt64 {
    var value: UnsafeMutableRawPointer?
    tocsin_curl_get_pointer(easy, CURLINFO_PRIVATE, &value)
    return UInt64(UInt(bitPattern: value))
  }

  /// Runs the transfer on this thread to its end.
  func perform() -> CURLcode {
    curl_easy_perform(pointer)
  }
}

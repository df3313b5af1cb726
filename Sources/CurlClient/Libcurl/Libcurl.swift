import CLibcurl

/// libcurl as a whole.
enum Libcurl {
  /// Sets libcurl up, once in a process; each owner of a handle reads it first. False where that failed.
  static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

/// libcurl did not take an option or a transfer.
struct CurlFailure: Error {
  let result: CURLcode

  /// Throws when a result is not `CURLE_OK`.
  static func check(_ result: CURLcode) throws(CurlFailure) {
    guard result == CURLE_OK else { throw CurlFailure(result: result) }
  }
}

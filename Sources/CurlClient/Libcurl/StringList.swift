import CLibcurl

/// The owner of a list of strings, which libcurl does not copy: it must outlive the transfer.
struct StringList: ~Copyable {
  /// Nil for an empty list.
  private var first: UnsafeMutablePointer<curl_slist>?

  /// Copies the strings.
  init(_ strings: [String]) throws(CurlFailure) {
    for string in strings {
      // The list is as it was when there is no memory for one more.
      guard let longer = curl_slist_append(first, string) else { throw CurlFailure(result: CURLE_OUT_OF_MEMORY) }
      first = longer
    }
  }

  deinit {
    curl_slist_free_all(first)
  }

  /// Lends the list.
  func withList<T>(_ body: (UnsafeMutablePointer<curl_slist>?) throws(CurlFailure) -> T) throws(CurlFailure) -> T {
    try body(first)
  }
}

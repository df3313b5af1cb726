import CLibcurl
import Glibc

/// The owner of one `CURLM`: many transfers on one thread.
///
/// Sendable although it holds a pointer: one thread calls everything but ``wakeUp()``, which libcurl allows any thread
/// to call at any time (`curl_multi_wakeup(3)`).
struct MultiHandle: ~Copyable, @unchecked Sendable {
  /// Keeps the handle for as long as one thread may wake another.
  final class Shared: Sendable {
    let handle: MultiHandle

    init(_ configuration: CurlConfiguration) throws(CurlFailure) {
      handle = try MultiHandle(configuration)
    }
  }

  private let pointer: UnsafeMutableRawPointer
  /// False where there were no descriptors for that: libcurl then goes on without.
  private let canBeWoken: Bool

  /// - Throws: where there is no memory for it
  init(_ configuration: CurlConfiguration) throws(CurlFailure) {
    guard Libcurl.isReady, let multi = curl_multi_init() else { throw CurlFailure(result: CURLE_FAILED_INIT) }
    pointer = multi
    canBeWoken = curl_multi_wakeup(multi) == CURLM_OK
    for (option, value) in [
      (CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections),
      (CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost),
      (CURLMOPT_MAXCONNECTS, max(1, configuration.maximumIdleConnections)),
      (CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)),
    ] {
      tocsin_curl_set_multi_long(multi, option, value)
    }
  }

  deinit {
    curl_multi_cleanup(pointer)
  }

  /// Begins a transfer.
  func add(_ easy: borrowing EasyHandle) throws(CurlFailure) {
    let added = easy.withPointer { curl_multi_add_handle(pointer, $0) }
    guard added == CURLM_OK else { throw CurlFailure(result: CURLE_FAILED_INIT) }
  }

  /// Ends a transfer that was begun, wherever it is.
  func remove(_ easy: borrowing EasyHandle) {
    _ = easy.withPointer { curl_multi_remove_handle(pointer, $0) }
  }

  /// Does all that can be done without waiting.
  func perform() {
    var running: Int32 = 0
    curl_multi_perform(pointer, &running)
  }

  /// The next transfer that has ended by itself: its number, and libcurl's result.
  func nextEnded() -> (id: UInt64, result: CURLcode)? {
    var result = CURLE_OK
    guard let easy = tocsin_curl_next_ended(pointer, &result) else { return nil }
    return (EasyHandle.number(of: easy), result)
  }

  /// Waits until there is something to do, the deadline has come, or another thread wakes this one.
  func wait(until deadline: ContinuousClock.Instant?) {
    var timeout: Int32 = .max
    // Rounded up, or the last millisecond would be spent spinning.
    if let deadline { timeout = Int32(clamping: (deadline - .now).wholeMilliseconds) }
    if !canBeWoken { timeout = min(timeout, 50) }
    // Without memory for it the call returns at once, and so does the next one.
    if curl_multi_poll(pointer, nil, 0, max(0, timeout), nil) != CURLM_OK { usleep(10_000) }
  }

  /// Ends the present wait, or the next one. From any thread.
  func wakeUp() {
    curl_multi_wakeup(pointer)
  }
}

extension Duration {
  /// Milliseconds, rounded up.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}

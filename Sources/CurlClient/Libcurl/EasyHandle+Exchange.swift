import CLibcurl
import Synchronization

extension EasyHandle {
  /// What is known of the transfer that has ended, or that is about to be.
  func exchange(_ ending: Exchange.Ending, _ context: TransferContext) -> Exchange {
    var exchange = Exchange(ending)
    exchange.mayHaveBeenSent = context.progress.mayHaveBeenSent.load(ordering: .acquiring)
    exchange.refusedScope = context.refusedScope
    exchange.conversation = context.conversation
    exchange.timings = timings
    if context.conversation == nil {
      exchange.status = long(CURLINFO_RESPONSE_CODE)
      exchange.version = version
      exchange.headers = context.response.headers
      exchange.body = context.response.body
      exchange.overflow = context.response.overflow
    }
    return exchange
  }

  private var version: HTTPResponse.Version? {
    switch long(CURLINFO_HTTP_VERSION) {
    case Int(CURL_HTTP_VERSION_1_0): .http10
    case Int(CURL_HTTP_VERSION_1_1): .http11
    case Int(CURL_HTTP_VERSION_2_0): .http2
    default: nil
    }
  }

  private var timings: TransferTimings {
    let isReused = long(CURLINFO_NUM_CONNECTS) == 0 && long(CURLINFO_RESPONSE_CODE) > 0
    return TransferTimings(
      nameLookup: time(CURLINFO_NAMELOOKUP_TIME_T),
      connect: isReused ? .zero : time(CURLINFO_CONNECT_TIME_T),
      tls: isReused ? .zero : time(CURLINFO_APPCONNECT_TIME_T),
      total: time(CURLINFO_TOTAL_TIME_T),
      isConnectionReused: isReused)
  }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    _ = withPointer { tocsin_curl_get_long($0, info, &value) }
    return value
  }

  private func time(_ info: CURLINFO) -> Duration {
    var microseconds: curl_off_t = 0
    _ = withPointer { tocsin_curl_get_size($0, info, &microseconds) }
    return .microseconds(Int64(microseconds))
  }
}

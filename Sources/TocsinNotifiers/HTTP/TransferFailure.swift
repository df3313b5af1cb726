import CurlClient
import TocsinCore

/// What it means that there was no answer.
enum TransferFailure {
  static func outcome(of error: CurlError) -> DeliveryOutcome {
    let failure = DeliveryFailure(reason(error), mayHaveArrived: error.mayHaveBeenSent)
    switch error.code {
    case .invalidRequest, .refusedAddress: return .permanent(failure)
    default: return .retryable(failure)
    }
  }

  private static func reason(_ error: CurlError) -> String {
    switch error.code {
    case .invalidRequest: "the request cannot be sent: \(error.cause)"
    case .refusedAddress: "the host's address is not allowed: only addresses of the public Internet are"
    case .couldNotResolve: "the host's name has no address"
    case .couldNotConnect: "no connection to the host"
    case .connectTimedOut: "the connection was not there in time"
    case .timedOut where error.mayHaveBeenSent: "the server did not answer in time"
    case .timedOut: "the attempt did not end in time"
    case .untrusted: "the server's certificate is not trusted: TOCSIN_CA_FILE names its authority"
    case .tls: "no secure connection: \(error.cause)"
    case .sendFailed: "the connection was lost while sending"
    case .receiveFailed: "the connection was lost before the answer"
    case .protocolError: "the server broke the rules of its protocol"
    case .cancelled: "the attempt was cancelled"
    case .closed: "this node is shutting down"
    default: "the attempt failed (\(error.code))"
    }
  }
}

import TocsinCore
import TocsinEngine

/// Why a client's message was not carried out; the connection stays.
struct ClientError: Error, Equatable {
  /// What clients can tell apart.
  enum Code: String {
    case invalidJSON = "invalid_json"
    case unknownType = "unknown_type"
    case invalidField = "invalid_field"
    case notFound = "not_found"
    case unavailable
    case rejected
    case failed = "internal_error"
    case tooMany = "too_many_requests"
    case notSubscribed = "not_subscribed"
    case tooManySubscriptions = "too_many_subscriptions"
    case resumeInProgress = "resume_in_progress"
  }

  /// What clients can tell apart.
  var code: Code
  /// What is wrong and what to do, for people.
  var message: String
  /// The alert that it is about.
  var alertID: AlertID?
  /// When asking again makes sense, in seconds.
  var retryAfterSeconds: Int?
  /// Each field that has to be changed, where that is known.
  var faults: [ValidationError.FieldError] = []

  /// An error of these parts.
  init(_ code: Code, _ message: String, alertID: AlertID? = nil, retryAfterSeconds: Int? = nil) {
    self.code = code
    self.message = message
    self.alertID = alertID
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Names that a message may not have.
  init(_ faults: [ValidationError.FieldError]) {
    self.init(.invalidField, faults.map(\.detail).joined(separator: " "))
    self.faults = faults
  }

  /// A subscription more than a client may have.
  static let tooManySubscriptions = ClientError(
    .tooManySubscriptions,
    """
    a connection may have \(Subscriptions.maximumFilters) subscriptions that name \(Subscriptions.maximumCampaigns) \
    campaigns of \(Subscriptions.maximumBytes) bytes in all; unsubscribe from some, subscribe by severities or \
    alert_types, or open another connection
    """
  )

  /// An `unsubscribe` that fits no subscription.
  static let notSubscribed = ClientError(
    .notSubscribed, "no subscription fits; unsubscribe from what was subscribed to")

  /// What the engine's error means to a client.
  init(_ error: EngineError, alertID: AlertID) {
    let code: Code =
      switch error.code {
      case .notFound: .notFound
      case .unavailable: .unavailable
      case .rejected, .invalid: .rejected
      case .failed: .failed
      }
    self.init(code, error.message, alertID: alertID, retryAfterSeconds: error.retryAfterSeconds)
  }
}

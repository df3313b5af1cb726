import NIOHTTP1
import TocsinCore

/// Says who sends a request. This is the one place that decides it.
///
/// There is no access control yet: everybody is the administrator of the only tenant.
struct FrontDoor: Sendable {
  func principal(of head: HTTPRequestHead) -> Principal { .anonymous }
}

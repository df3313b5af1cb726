import Support
package import TocsinCore
package import TocsinJSON

extension TocsinClient {
  /// Deliveries, those of the newest alert first, page after page, until there are `count` or no more.
  /// - Returns: the deliveries as the server sent them, and whether there are more
  package func deliveries(
    _ query: DeliverySelection, count: Int
  ) async throws(ClientError) -> (deliveries: [JSONObject], more: Bool) {
    var deliveries: [JSONObject] = []
    var cursor: String?
    repeat {
      let items = query.items(limit: min(1000, count - deliveries.count), cursor: cursor)
      let page = try await answer(APIRequest(.get, "/api/deliveries", query: items)) { json -> [JSONObject]? in
        json.object?["deliveries"]?.array?.compactMap(\.object)
      }
      deliveries += page.value
      // A page may be empty and not the last one; one that leads to itself would never end.
      let next = page.json.object?["next_cursor"]?.string
      cursor = next == cursor ? nil : next
    } while cursor != nil && deliveries.count < count
    return (deliveries, cursor != nil)
  }

  /// Makes one delivery due again; one that has not come to its end stays as it is.
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  package func replay(_ deliveryID: String) async throws(ClientError) -> JSON {
    try await transport.send(APIRequest(.post, "/api/deliveries/" + PercentCoding.encode(deliveryID) + "/replay"))
  }

  /// Makes deliveries due again, 10,000 at most.
  /// - Parameter query: its state has to be a final one; `dead` where none is given
  /// - Returns: how many
  package func replay(_ query: DeliverySelection) async throws(ClientError) -> Answer<Int> {
    let request = APIRequest(.post, "/api/deliveries/replay", body: .object(query.body))
    return try await answer(request) { json in json.object?["replayed"]?.integer.map { Int($0) } }
  }

  /// Sends a sample alert to a receiver, or through a channel.
  /// - Returns: whether all targets took it, and what the server says about it
  package func test(_ name: String) async throws(ClientError) -> Answer<(success: Bool, message: String)> {
    let request = APIRequest(.post, "/api/alerts/test", body: ["channel": .string(name)], isRepeatable: false)
    return try await answer(request) { json in
      guard let object = json.object, let success = object["success"]?.bool else { return nil }
      return (success, object["message"]?.string ?? "")
    }
  }
}

/// Which deliveries are asked for.
package struct DeliverySelection: Sendable, Hashable {
  /// Only those of this alert.
  package var alertID: String?
  /// Only those to this receiver.
  package var receiver: String?
  /// Only those in this state.
  package var state: DeliveryState?
  /// Only those of alerts of these campaigns; an id that contains a comma matches nothing. A replay does not mind them.
  package var campaignIDs: [String]
  /// Only those of alerts that fired at that moment or later. A replay does not mind it.
  package var since: Timestamp?

  /// A query of these parts.
  package init(
    alertID: String? = nil, receiver: String? = nil, state: DeliveryState? = nil, campaignIDs: [String] = [],
    since: Timestamp? = nil
  ) {
    self.alertID = alertID
    self.receiver = receiver
    self.state = state
    self.campaignIDs = campaignIDs
    self.since = since
  }

  func items(limit: Int, cursor: String?) -> [(String, String)] {
    var items = members.map { ($0.0, $0.1) }
    items += campaignIDs.map { ("campaign_id", $0) }
    if let since { items.append(("since", since.description)) }
    items.append(("limit", String(limit)))
    if let cursor { items.append(("cursor", cursor)) }
    return items
  }

  var body: JSONObject { JSONObject(members.map { ($0.0, .string($0.1)) }) }

  private var members: [(String, String)] {
    [("alert_id", alertID), ("receiver", receiver), ("state", state?.rawValue)].compactMap { name, value in
      value.map { (name, $0) }
    }
  }
}

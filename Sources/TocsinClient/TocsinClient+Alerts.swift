import Support
package import TocsinCore
package import TocsinJSON

extension TocsinClient {
  /// One page of alerts, newest first.
  /// - Parameter limit: 1 to 1,000
  package func alerts(
    _ query: AlertSelection = AlertSelection(), limit: Int = 100, cursor: String? = nil
  ) async throws(ClientError) -> Answer<AlertPage> {
    let request = APIRequest(.get, query.path, query: query.items(limit: limit, cursor: cursor))
    return try await answer(request) { json in
      guard let object = json.object, let alerts = object["alerts"]?.array else { return nil }
      return AlertPage(
        alerts: try alerts.map { try Alert(json: $0) }, nextCursor: object["next_cursor"]?.string)
    }
  }

  /// Alerts newest first, page after page, until there are `count` or no more.
  /// - Returns: the alerts with the elements that they were read from, and whether there are more
  package func alerts(
    _ query: AlertSelection, count: Int
  ) async throws(ClientError) -> (alerts: [Alert], elements: [JSON], more: Bool) {
    var alerts: [Alert] = []
    var elements: [JSON] = []
    var cursor: String?
    repeat {
      let page = try await self.alerts(query, limit: min(1000, count - alerts.count), cursor: cursor)
      alerts += page.value.alerts
      elements += page.json.object?["alerts"]?.array ?? []
      // A page may be empty and not the last one; one that leads to itself would never end.
      cursor = page.value.nextCursor == cursor ? nil : page.value.nextCursor
    } while cursor != nil && alerts.count < count
    return (alerts, elements, cursor != nil)
  }

  /// The alert of that id.
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  package func alert(_ alertID: String) async throws(ClientError) -> Answer<Alert> {
    try await answer(APIRequest(.get, alertPath(alertID))) { try Alert(json: $0) }
  }

  /// What happened to the alert of that id and its deliveries, oldest first.
  /// - Returns: the entries as the server sent them
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  package func timeline(_ alertID: String) async throws(ClientError) -> Answer<[JSONObject]> {
    try await answer(APIRequest(.get, alertPath(alertID) + "/timeline")) { json in
      json.object?["timeline"]?.array?.compactMap(\.object)
    }
  }

  /// Acknowledges the alert of that id; one that already is acknowledged or resolved stays as it is.
  /// - Parameter user: who does it; the client's ``user`` where it is nil
  /// - Returns: the answer: `acknowledged_by` says who did it first, `changed` whether this request did
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  @discardableResult
  package func acknowledge(_ alertID: String, user: String? = nil) async throws(ClientError) -> JSON {
    try await change(alertID, "acknowledge", user: user)
  }

  /// Resolves the alert of that id; one that already is resolved stays as it is.
  /// - Parameter user: who does it; the client's ``user`` where it is nil
  /// - Returns: the answer: `resolved_by` says who did it first, `changed` whether this request did
  /// - Throws: ``ClientError``; of code ``ClientError/Code/notFound`` where there is none
  @discardableResult
  package func resolve(_ alertID: String, user: String? = nil) async throws(ClientError) -> JSON {
    try await change(alertID, "resolve", user: user)
  }

  private func change(_ alertID: String, _ verb: String, user: String?) async throws(ClientError) -> JSON {
    let body: JSON? = user.map { ["user_id": .string($0)] }
    return try await transport.send(APIRequest(.put, alertPath(alertID) + "/" + verb, body: body))
  }

  private func alertPath(_ alertID: String) -> String {
    "/api/alerts/" + PercentCoding.encode(alertID)
  }
}

/// What an alert is about: a campaign, or one ad of it.
package struct Entity: Sendable, Hashable, CustomStringConvertible {
  /// The campaign's id, never empty.
  package var campaignID: String
  /// The ad's id, or `""` where the whole campaign is meant.
  package var adID: String

  /// An entity of these ids.
  package init(campaignID: String, adID: String = "") {
    self.campaignID = campaignID
    self.adID = adID
  }

  /// `campaign_id` or `campaign_id:ad_id`, for people.
  package var description: String { adID.isEmpty ? campaignID : campaignID + ":" + adID }

  /// A text that no other entity has, for keys: the campaign's length in bytes goes first, since ids may hold colons.
  package var key: String { "\(campaignID.utf8.count):\(campaignID):\(adID)" }
}

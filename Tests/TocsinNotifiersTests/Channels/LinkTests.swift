import Testing
import TocsinCore

@testable import TocsinNotifiers

@Suite struct LinkTests {
  @Test(arguments: [
    ("https://a.example", "https://a.example?alert_id=ID"),
    ("https://a.example/console/", "https://a.example/console/?alert_id=ID"),
    ("https://a.example/?x=1", "https://a.example/?x=1&alert_id=ID"),
    ("https://a.example/#top", "https://a.example/?alert_id=ID#top"),
    ("https://a.example/alerts/{alert_id}/view", "https://a.example/alerts/ID/view"), ("javascript:alert(1)", nil),
    ("", nil),
  ])
  func leadsToTheAlert(_ console: String, _ link: String?) {
    let id = Samples.alert().alertID
    #expect(Notice.link(to: id, console: console) == link?.replacing("ID", with: id.description))
  }
}

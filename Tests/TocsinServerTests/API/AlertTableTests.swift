import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct AlertTableTests {
  private static func cell(_ text: String) -> String {
    var bytes: [UInt8] = []
    AlertTable.append(text: text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("Spring sale", "Spring sale"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("a\nb", "\"a\nb\""),
    ("", ""), ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@sum", "\"'@sum\""), ("  =x", "\"'  =x\""),
    ("\t=x", "\"'\t=x\""), ("a=b", "a=b"), ("é🌷", "é🌷"), ("\u{ff1d}x", "\"'\u{ff1d}x\""),
  ])
  func aCellIsNeverAFormula(text: String, expected: String) {
    #expect(Self.cell(text) == expected)
  }

  /// Figures are not texts: a negative one stays a number.
  @Test func aRowHasACellForEachColumn() throws {
    let alert = Alert(
      alertID: try #require(AlertID("01a21c94-dff1-775d-8d07-21911af9901f")), ruleID: "r", alertType: .roasDrop,
      severity: .high, title: "T", message: "M, n", entity: Entity(campaignID: "c1"), campaignName: "=x",
      metricName: "roas", metricValue: -1.5, thresholdValue: 2, details: ["a": "b"],
      resolution: Alert.Mark(at: Timestamp(milliseconds: 0), by: "kim"),
      notificationStatus: NotificationStatus(["slack": true, "email": false]))
    var bytes: [UInt8] = []
    alert.appendCSV(to: &bytes)
    let row = String(decoding: bytes, as: UTF8.self)
    #expect(
      row == "01a21c94-dff1-775d-8d07-21911af9901f,r,roas_drop,high,T,\"M, n\",c1,\"'=x\",,roas,-1.5,2.0,"
        + "\"{\"\"a\"\":\"\"b\"\"}\",\(alert.timestamp),false,,,true,1970-01-01T00:00:00.000Z,kim,email=false slack=true\r\n"
    )
    #expect(AlertTable.header.split(separator: ",").count == 21)
    #expect(AlertTable.header.hasSuffix("notification_status\r\n"))
  }
}

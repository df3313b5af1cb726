import TocsinCore
import TocsinJSON

/// What the checks of a measurement look like.
package struct CheckShape: Sendable {
  /// The metric's name.
  package var metric: String
  /// The value of every check.
  package var value: Double
  /// A word that no other run has; campaigns carry it.
  var run: String

  /// With the rules of a new installation a value that fires exactly one of them, or none.
  package static func usual(fires: Bool, run: String) -> CheckShape {
    CheckShape(metric: "cpa", value: fires ? 150 : 50, run: run)
  }

  /// Checks that fire: each has a campaign of its own, so that no cooldown keeps it quiet.
  package var firing: [RequestTemplate.Piece] {
    [.text(opening + ",\"campaign_id\":\"bench-\(run)-"), .digits(.sequence), .text("\"}")]
  }

  /// Checks that stay quiet, all of one campaign.
  package var quiet: [RequestTemplate.Piece] {
    [.text(opening + ",\"campaign_id\":\"bench-\(run)\"}")]
  }

  /// Checks whose alerts are recognised again: each has an ad of its own in one of so many campaigns, and carries its
  /// number and its time.
  package func traced(campaigns: Int) -> [RequestTemplate.Piece] {
    [
      .text(opening + ",\"campaign_id\":\"bench-\(run)-"), .digits(.group(UInt64(campaigns))),
      .text("\",\"ad_id\":\""), .digits(.sequence), .text("\",\"context\":{\"\(tracer)\":"), .value(.sequence),
      .text(",\"t_ns\":"), .value(.due), .text("}}"),
    ]
  }

  /// The name of the context's member that holds a check's number.
  var tracer: String { "bench_\(run)" }

  /// The id of a campaign of ``traced(campaigns:)``.
  func campaignID(_ number: Int) -> String {
    let digits = String(number)
    return "bench-\(run)-" + String(repeating: "0", count: 20 - digits.count) + digits
  }

  private var opening: String {
    "{\"metric_name\":\(JSON.string(metric).text),\"metric_value\":\(JSON.number(value).text),"
      + "\"campaign_name\":\"Bench\""
  }
}

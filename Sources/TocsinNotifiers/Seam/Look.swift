import TocsinCore

/// How something looks: a colour for light ground, one for dark ground, and a sign that needs no colours.
struct Look: Sendable, Hashable {
  /// `#RRGGBB`; white text on it can be read (contrast of at least 4.5).
  var color: String
  /// The same for dark ground.
  var darkColor: String
  var emoji: String

  /// The colour as a number.
  var rgb: Int { Int(color.dropFirst(), radix: 16) ?? 0 }
}

extension Severity {
  var look: Look {
    switch self {
    case .critical: Look(color: "#B3261E", darkColor: "#FF8A80", emoji: "🔴")
    case .high: Look(color: "#C2410C", darkColor: "#FFAB70", emoji: "🟠")
    case .medium: Look(color: "#8A6100", darkColor: "#F2CC60", emoji: "🟡")
    case .low: Look(color: "#1D5FBF", darkColor: "#8AB8FF", emoji: "🔵")
    case .info: Look(color: "#52606D", darkColor: "#B8C4CE", emoji: "⚪")
    }
  }

  /// `HIGH`
  var label: String { rawValue.uppercased() }
}

extension AlertType {
  /// `ROAS drop`
  var label: String {
    let words = rawValue.split(separator: "_").map {
      ["roas", "ctr", "cpa"].contains($0) ? $0.uppercased() : String($0)
    }
    let text = words.joined(separator: " ")
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}

extension Notice {
  /// An alert looks like its severity until it is resolved.
  var look: Look {
    switch cause {
    case .fired, .fallback: alert.severity.look
    case .acknowledged: Look(color: alert.severity.look.color, darkColor: alert.severity.look.darkColor, emoji: "👀")
    case .resolved: Look(color: "#1B7A3D", darkColor: "#7EE2A8", emoji: "✅")
    }
  }
}

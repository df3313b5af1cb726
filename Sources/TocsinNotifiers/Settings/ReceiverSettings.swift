package import TocsinCore

/// A receiver as the configuration has it: who is told, and by which channels.
package struct ReceiverSettings: Sendable, Hashable {
  /// Its name, which routes use.
  package var name: String
  /// The ways to it. One alert goes all of them.
  package var channels: [ChannelSettings]

  /// A receiver of these parts.
  package init(name: String, channels: [ChannelSettings]) {
    self.name = name
    self.channels = channels
  }

  /// Its targets for the routing table, each once, in the order of the configuration.
  package var targets: [RoutingTable.Target] {
    var known: Set<TargetName> = []
    return channels.flatMap { $0.targets(of: name) }.filter { known.insert($0.name).inserted }
  }

  /// What cannot work, in one sentence each and without secrets; empty for settings that can be used.
  package var problems: [String] {
    var problems = name.isEmpty ? ["the receiver has no name"] : []
    if channels.isEmpty { problems.append("the receiver has no channel") }
    return problems + channels.flatMap { channel in channel.problems.map { "\(channel.channel): \($0)" } }
  }
}

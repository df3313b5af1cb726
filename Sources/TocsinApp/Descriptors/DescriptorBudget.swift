/// How a process' descriptors are shared out: what the node itself needs comes first, then connections to receivers, and
/// what is left are connections of clients.
struct DescriptorBudget: Hashable {
  /// What the node needs for itself, whatever its clients do.
  let own: Int
  /// HTTP connections to receivers.
  let outbound: Int
  /// Connections of clients, WebSockets among them.
  let clients: Int

  /// The fewest connections of clients that a node is run for.
  static let fewestClients = 16
  /// The most connections to receivers that are of use.
  private static let mostOutbound = 1024

  /// - Parameters:
  ///   - limit: how many descriptors the process may have
  ///   - loops: how many event loops the node has
  ///   - redis: how many connections to Redis it has for commands
  ///   - postgres: how many connections all pools have together
  ///   - mails: how many mails may be under way at once
  init(limit: Int, loops: Int, redis: Int, postgres: Int, mails: Int) {
    // The standard streams; configuration, secrets and templates while they are read; what the system's resolver,
    // Dispatch and libcurl have for themselves.
    let process = 3 + 16 + 24
    // An event loop has a queue, a timer and a wake-up. Beside the server's socket there are connections that are accepted
    // beyond the limit in one go.
    let network = 3 * loops + 1 + 4
    // Signals have a connection to Redis of their own. One to PostgreSQL has a socket, a pipe, and another socket while a
    // statement is cancelled; two more are for the schema and the statistics.
    own = process + network + redis + 2 + 4 * (postgres + 2) + mails
    let left = max(0, limit - own)
    outbound = min(DescriptorBudget.mostOutbound, left / 4)
    clients = left - outbound
  }

  /// The limit that a node with these needs has to have at least.
  var least: Int { own + DescriptorBudget.fewestClients * 4 / 3 }
}

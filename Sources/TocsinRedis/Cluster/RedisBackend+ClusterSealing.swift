import RedisClient
package import TocsinCore

extension RedisBackend: ClusterSealing {
  package func seal(
    _ seal: ClusterSeal, insteadOf former: DatabaseIdentity?, lasting milliseconds: Int64
  ) async throws(StoreError) -> FoundSeal? {
    let reply = try await run(
      Scripts.sealCluster, keys: [keys.seal],
      [
        RedisArgument(seal.redisIdentity), RedisArgument(seal.database.id), RedisArgument(seal.database.description),
        RedisArgument(milliseconds), RedisArgument(former?.id ?? ""),
      ])
    if reply.isNull { return nil }
    guard let parts = reply.array, parts.count == 2, let value = parts[0].string, let left = parts[1].int else {
      throw .unexpected(reply)
    }
    let words = value.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard words.count == 4 else { return nil }
    return FoundSeal(
      seal: ClusterSeal(
        redisIdentity: words[1], database: DatabaseIdentity(id: words[2], description: words[3])),
      millisecondsLeft: Int64(left))
  }
}

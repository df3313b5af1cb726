extension RedisClient {
  /// Runs a Lua script by its digest; sends the source only where the server does not have it.
  ///
  /// A server that was restarted, flushed its scripts or took over from another answers `NOSCRIPT` (nothing was executed):
  /// then the script is sent whole, once, which also stores it there.
  /// - Parameters:
  ///   - keys: the keys that the script touches, `KEYS` in Lua
  ///   - arguments: the rest, `ARGV` in Lua
  /// - Returns: what the script returned
  /// - Throws: ``RedisError`` as ``send(_:)`` does
  package func eval(
    _ script: RedisScript, keys: [String], arguments: [RedisArgument]
  ) async throws(RedisError) -> RedisValue {
    let digest: String
    if let known = script.sha1 {
      digest = known
    } else {
      guard let told = try await send(["SCRIPT", "LOAD", RedisArgument(script.source)]).string else {
        throw RedisError(.unexpectedReply, "SCRIPT LOAD without a digest", mayHaveBeenExecuted: false)
      }
      script.sha1 = told
      digest = told
    }
    do {
      return try await send(Self.call("EVALSHA", digest, keys, arguments))
    } catch  where error.code == .serverError && error.message.hasPrefix("NOSCRIPT") {
      return try await send(Self.call("EVAL", script.source, keys, arguments))
    }
  }

  private static func call(
    _ name: RedisArgument, _ script: String, _ keys: [String], _ arguments: [RedisArgument]
  ) -> [RedisArgument] {
    var command: [RedisArgument] = []
    command.reserveCapacity(3 + keys.count + arguments.count)
    command.append(name)
    command.append(RedisArgument(script))
    command.append(RedisArgument(keys.count))
    for key in keys { command.append(RedisArgument(key)) }
    command.append(contentsOf: arguments)
    return command
  }
}

import Foundation
import LocalServers
import RedisClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct LocalRedisTests {
  @Test func aNamedFolderKeepsTheDataOverARestart() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "redis-kept-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let redis = try LocalRedis.start(folder: folder)
    try await withClient(redis.configuration()) { client in
      _ = try await client.send(["SET", "k", "v"])
    }
    redis.stop()
    try redis.restart()
    try await withClient(redis.configuration()) { client in
      let reply = try await client.send(["GET", "k"])
      #expect(reply.string == "v")
    }
    redis.stop()
    #expect(FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func aTemporaryFolderIsRemoved() throws {
    let redis = try LocalRedis.start()
    #expect(FileManager.default.fileExists(atPath: redis.folder.path))
    redis.pause()
    redis.stop()
    #expect(!FileManager.default.fileExists(atPath: redis.folder.path))
  }

  @Test func aServerThatDoesNotStartSaysWhy() {
    let error = #expect(throws: ServerProcess.Failure.self) { try LocalRedis.start(options: ["--nonsense", "1"]) }
    #expect(error?.description.contains("nonsense") == true)
  }
}

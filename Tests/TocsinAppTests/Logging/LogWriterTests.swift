import Foundation
import Logging
import Testing
import TocsinEngine
import TocsinMetrics

@testable import TocsinApp

@Suite(.timeLimit(.minutes(10))) struct LogWriterTests {
  /// A logger that writes to a pipe, and the pipe.
  private func makeLog(limit: Int = 1 << 20) -> (Logger, LogWriter, Pipe) {
    let pipe = Pipe()
    let writer = LogWriter(to: pipe.fileHandleForWriting.fileDescriptor, format: .text, limit: limit)
    let logger = Logger(label: "test") { _ in LineLogHandler(writer: writer, level: .info) }
    return (logger, writer, pipe)
  }

  private func lines(of pipe: Pipe) throws -> [Substring] {
    try pipe.fileHandleForWriting.close()
    return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
  }

  @Test func aLinesOwnValuesComeBeforeTheLoggers() async throws {
    var (logger, writer, pipe) = makeLog()
    logger[metadataKey: "node"] = "n1"
    logger[metadataKey: "zone"] = "general"
    logger.info("listening", metadata: ["zone": "eu", "port": "8000"])
    logger.debug("not wanted")
    #expect(await writer.finish(within: .seconds(120)))
    let lines = try lines(of: pipe)
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix("Z info    listening port=8000 zone=eu node=n1") == true, "\(lines)")
  }

  @Test func nobodyWaitsForAFullPipeAndTheReaderLearnsWhatIsMissing() async throws {
    let (logger, writer, pipe) = makeLog(limit: 4096)
    var count = 0
    // The pipe holds some 64 KiB, the queue 4 KiB, the batch that is being written as many again.
    while writer.dropped.value < 1000 {
      logger.info("request", metadata: ["number": "\(count)"])
      count += 1
    }
    logger.warning("important")
    let dropped = writer.dropped.value
    // The reader comes back.
    let reader = Task.detached {
      var text = Data()
      while let part = try pipe.fileHandleForReading.read(upToCount: 1 << 16), !part.isEmpty { text += part }
      return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }
    #expect(await writer.finish(within: .seconds(120)))
    try pipe.fileHandleForWriting.close()
    let lines = try await reader.value
    let told = lines.filter { $0.contains("log lines were dropped") }
      .compactMap { $0.split(separator: "=").last.flatMap { Int($0) } }
    #expect(told.reduce(0, +) == dropped)
    #expect(lines.count { $0.contains("request number=") } == count - dropped)
    #expect(lines.contains { $0.hasSuffix("warning important") })
  }

  @Test func theEndDoesNotWaitForAReaderThatIsStuck() async {
    let (logger, writer, pipe) = makeLog()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    while write(descriptor, "full", 4) > 0 {}
    _ = fcntl(descriptor, F_SETFL, flags)
    logger.info("request")
    #expect(await writer.finish(within: .milliseconds(1)) == false)
    withExtendedLifetime(pipe) {}
  }

  @Test func aReaderThatWentAwayCostsLinesOnly() async throws {
    let (logger, writer, pipe) = makeLog()
    try pipe.fileHandleForReading.close()
    logger.info("one")
    #expect(await writer.finish(within: .seconds(120)))
    #expect(writer.dropped.value == 1)
  }
}

import Testing

@testable import CurlClient

@Suite struct ResponseCollectorTests {
  private func take(_ collector: inout ResponseCollector, _ lines: String...) -> [Bool] {
    lines.map { line in Array((line + "\r\n").utf8).withUnsafeBytes { collector.receive(line: $0) } }
  }

  @Test func interimHeadsAndTrailersAreNotTheHeaders() {
    var collector = ResponseCollector(headerLimit: 1000, bodyLimit: 10)
    _ = take(&collector, "HTTP/1.1 103 Early Hints", "Link: a", "", "HTTP/1.1 200 OK", "X-One:  1 ", "x-one: 2", "")
    _ = take(&collector, "X-Trailer: 3")
    #expect(collector.headers.fields == [.init("X-One", "1"), .init("x-one", "2")])
    #expect(collector.headers["x-ONE"] == "1" && collector.headers["none"] == nil)
    #expect(collector.headers.values(of: "X-one") == ["1", "2"])
  }

  @Test func foldedAndStrangeLines() {
    var collector = ResponseCollector(headerLimit: 1000, bodyLimit: 10)
    _ = take(&collector, "HTTP/1.1 200", " nothing before", "no colon", "A: b:c", "\t d", "Empty:", "")
    #expect(collector.headers.fields == [.init("A", "b:c d"), .init("Empty", "")])
  }

  @Test func tooManyHeaders() {
    var collector = ResponseCollector(headerLimit: 30, bodyLimit: 10)
    #expect(take(&collector, "HTTP/1.1 200 OK", "A: 1", "B: 123456") == [true, true, false])
    #expect(collector.overflow == .headers && collector.headers["A"] == "1")
  }

  @Test func theBodyIsCutAtItsLimit() {
    var collector = ResponseCollector(headerLimit: 30, bodyLimit: 5)
    let part: [UInt8] = [1, 2, 3]
    #expect(part.withUnsafeBytes { collector.receive(body: $0) })
    #expect(part.withUnsafeBytes { collector.receive(body: $0) } == false)
    #expect(collector.body == [1, 2, 3, 1, 2] && collector.overflow == .body)
  }

  @Test func aBodyOfExactlyTheLimit() {
    var collector = ResponseCollector(headerLimit: 30, bodyLimit: 3)
    #expect([UInt8]([1, 2, 3]).withUnsafeBytes { collector.receive(body: $0) })
    #expect(collector.overflow == nil)
  }
}

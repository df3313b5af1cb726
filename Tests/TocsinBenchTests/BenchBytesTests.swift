import NIOCore
import Testing
import TocsinClient
import TocsinCore
import TocsinJSON

@testable import TocsinBench

@Suite struct BenchBytesTests {
  private let server = try? ServerAddress("http://h:8000/base")

  private func request(_ check: [RequestTemplate.Piece], batch: Int? = nil, sequence: UInt64) throws -> (String, JSON) {
    let template = RequestTemplate(server: try #require(server), check: check, batch: batch)
    var buffer = ByteBuffer(string: "kept")
    template.write(sequence: sequence, due: 123_456_789, to: &buffer)
    let text = String(buffer: buffer)
    #expect(text.hasPrefix("kept"))
    let parts = text.dropFirst(4).split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
    #expect(parts[0].contains("content-length: \(parts[1].utf8.count)"))
    return (parts[0], try JSON(parsing: parts[1]))
  }

  @Test func aFiringCheckHasACampaignOfItsOwn() throws {
    let shape = CheckShape.usual(fires: true, run: "abc")
    let (head, body) = try request(shape.firing, sequence: 42)
    #expect(head.hasPrefix("POST /base/api/alerts/check HTTP/1.1\r\nhost: h:8000\r\n"))
    #expect(body.object?["campaign_id"] == "bench-abc-00000000000000000042")
    #expect(body.object?["metric_value"]?.double == 150)
  }

  @Test func aBatchCountsOn() throws {
    let (head, body) = try request(CheckShape.usual(fires: true, run: "r").firing, batch: 3, sequence: 9)
    #expect(head.contains("/api/alerts/check/batch "))
    let ids = body.object?["checks"]?.array?.compactMap { $0.object?["campaign_id"]?.string?.suffix(2) }
    #expect(ids == ["09", "10", "11"])
  }

  @Test func aTracedCheckCarriesItsNumberAndTime() throws {
    let shape = CheckShape.usual(fires: true, run: "r")
    let (_, body) = try request(shape.traced(campaigns: 5), sequence: 12)
    #expect(body.object?["campaign_id"]?.string == shape.campaignID(2))
    #expect(body.object?["ad_id"]?.string == "00000000000000000012")
    #expect(body.object?["context"] == ["bench_r": 12, "t_ns": 123_456_789])
    #expect(try Check(json: body).entity.campaignID == shape.campaignID(2))
  }

  @Test func responsesAreReadInAnyPieces() throws {
    let text =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
      + "HTTP/1.1 503 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" + "HTTP/1.1 100 Continue\r\n\r\n"
      + "HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    for step in [1, 2, 7, text.utf8.count] {
      var reader = ResponseReader()
      var read: [String] = []
      for start in stride(from: 0, to: text.utf8.count, by: step) {
        reader.append(ByteBuffer(bytes: Array(text.utf8)[start..<min(start + step, text.utf8.count)]))
        while let response = try reader.next() {
          read.append("\(response.status) \(String(buffer: response.body)) \(response.closes)")
        }
      }
      #expect(read == ["200 hello false", "503  true", "201 abcde false"])
    }
  }

  @Test(arguments: ["GARBAGE THAT IS NO HTTP\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "HTTP/1.1 xxx OK\r\n\r\n"])
  func whatIsNoResponse(text: String) {
    var reader = ResponseReader()
    reader.append(ByteBuffer(string: text))
    #expect(throws: ResponseReader.Malformed.self) { try reader.next() }
  }

  @Test func alertsAreCounted() {
    let single = ByteBuffer(string: "{\"alerts_triggered\": 2,\"alerts\":[{\"alerts_triggered\":9}]}")
    #expect(LoadWorker.alertCount(single, isBatch: false) == 2)
    let batch = ByteBuffer(string: "{\"results\":[{\"alerts_triggered\":1}],\"alerts_triggered\":17}")
    #expect(LoadWorker.alertCount(batch, isBatch: true) == 17)
    #expect(LoadWorker.alertCount(ByteBuffer(string: "{}"), isBatch: false) == 0)
  }

  @Test(arguments: [1, 3, 1000])
  func framesAreReadInAnyPieces(step: Int) {
    let long = [UInt8](repeating: 65, count: 300)
    let bytes: [UInt8] = [0x81, 2, 72, 105] + [0x89, 0] + [0x81, 126, 1, 44] + long + [0x88, 0]
    var reader = FrameReader()
    var frames: [String] = []
    for start in stride(from: 0, to: bytes.count, by: step) {
      let part = ByteBuffer(bytes: bytes[start..<min(start + step, bytes.count)])
      #expect(reader.read(part) { frames.append("\($0) \($1.count)") })
    }
    #expect(frames == ["text 2", "ping 0", "text 300", "close 0"])
  }

  @Test func maskedFramesAreRefused() {
    var reader = FrameReader()
    #expect(!reader.read(ByteBuffer(bytes: [0x81, 0x82, 0, 0, 0, 0, 72, 105])) { _, _ in })
  }

  @Test func patternsAreFound() {
    func offsets(_ pattern: String, _ text: String) -> [Int?] {
      let pattern = BytePattern(pattern)
      return Array(text.utf8).withUnsafeBytes { [pattern.firstOffset(in: $0), pattern.lastOffset(in: $0)] }
    }
    #expect(offsets("\"t_ns\":", "{\"x_y\":1,\"t_ns\":2,\"t_ns\":3}") == [9, 18])
    #expect(offsets("a_b", "a_") == [nil, nil])
    #expect(offsets("a_b", "__a_b") == [2, 2])
    #expect(offsets("ab", "ab") == [0, 0])
    #expect(offsets("ab", "") == [nil, nil])
  }
}

import RedisClient
import Testing

@Suite struct ConfigurationTests {
  @Test func everyPartOfAURL() throws {
    let all = try RedisConfiguration(url: "rediss://us%40er:p%3Aw%2f%00@redis.example:7000/12")
    #expect(all.host == "redis.example")
    #expect(all.port == 7000)
    #expect(all.username == "us@er")
    #expect(all.password == "p:w/\0")
    #expect(all.database == 12)
    #expect(all.tls != nil)
    #expect(all.connectTimeout == .seconds(2))
    #expect(all.reconnectCap == .milliseconds(500))
  }

  @Test(arguments: [
    ("redis://h", "h", 6379, 0), ("redis://h/", "h", 6379, 0), ("REDIS://h:1/2", "h", 1, 2),
    ("redis://[::1]:6380", "::1", 6380, 0), ("redis://[fe80::1]/5", "fe80::1", 6379, 5), ("redis://@h", "h", 6379, 0),
  ])
  func shortURLs(url: String, host: String, port: Int, database: Int) throws {
    let configuration = try RedisConfiguration(url: url)
    #expect(configuration.host == host)
    #expect(configuration.port == port)
    #expect(configuration.database == database)
    #expect(configuration.tls == nil)
    #expect(configuration.password == nil)
    #expect(configuration.username == nil)
  }

  @Test func logIns() throws {
    let passwordOnly = try RedisConfiguration(url: "redis://:p@ss@h")
    #expect(passwordOnly.username == nil)
    #expect(passwordOnly.password == "p@ss")
    let userOnly = try RedisConfiguration(url: "redis://u@h")
    #expect(userOnly.username == "u")
    #expect(userOnly.password == "")
  }

  @Test func unixSockets() throws {
    let configuration = try RedisConfiguration(url: "unix://:secret@/run/redis%20a.sock?db=4")
    #expect(configuration.unixSocketPath == "/run/redis a.sock")
    #expect(configuration.database == 4)
    #expect(configuration.password == "secret")
  }

  @Test(arguments: [
    "", "h:6379", "http://h", "redis://", "redis://:6379", "redis://h:port", "redis://h:0", "redis://h:65536",
    "redis://h/x",
    "redis://h/-1", "redis://h/1?x=y", "redis://h#1", "redis://u:%zz@h", "redis://u:%ff@h", "redis://[::1",
    "redis://[::1]x",
    "unix://h/path", "unix://", "unix:///p?x=1", "redis://h:+1",
  ])
  func whatIsNotAURLOfAServer(url: String) {
    let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
    #expect(error?.code == .invalidURL)
  }

  @Test func noDescriptionShowsThePassword() throws {
    let configuration = try RedisConfiguration(url: "redis://user:secret@[::1]:7000/1")
    #expect(configuration.description == "redis://user:***@[::1]:7000/1")
    #expect(try RedisConfiguration(url: "redis://secret@h").description == "redis://***@h:6379/0")
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(!(dumped + String(reflecting: configuration) + "\(configuration)").contains("secret"))
    let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: "redis://u:secret@h:port") }
    #expect(error?.description.contains("secret") == false)
  }
}

// swift-tools-version: 6.2
import PackageDescription

/// What every module of the project is compiled with.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// A module of the project; the files of the folder, if one is named, travel in the binary.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], embedding folder: String? = nil) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: folder.map { [.embedInCode($0)] } ?? [], swiftSettings: strict)
}

/// The tests beside a module.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let embedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let http: [Target.Dependency] = [
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
]
let client: [Target.Dependency] = [
  .product(name: "ArgumentParser", package: "swift-argument-parser"),
  .product(name: "AsyncHTTPClient", package: "async-http-client"),
  .product(name: "Yams", package: "Yams"),
]
let web: [Target.Dependency] = [
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
]

let package = Package(
  name: "tocsin",
  products: [
    .executable(name: "tocsin", targets: ["tocsin"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CHiredis"),
    .systemLibrary(name: "CLibpq"),
    .systemLibrary(name: "CLibcurl"),
    module("LocalServers"),
    module("Support"),
    module(
      "RedisClient",
      ["CHiredis", "Support", logging, lifecycle, .product(name: "NIOSSL", package: "swift-nio-ssl")] + nio),
    module("PostgresClient", ["CLibpq", "Support", logging, lifecycle]),
    module("CurlClient", ["CLibcurl", "Support", lifecycle]),
    module("TocsinJSON"),
    module("TocsinMetrics"),
    module("TocsinCore", ["TocsinJSON", "Support"]),
    module("TocsinEngine", ["TocsinCore", "TocsinJSON", "TocsinMetrics", "Support", logging, lifecycle]),
    module(
      "TocsinRedis", ["TocsinCore", "TocsinJSON", "RedisClient", "Support", logging, lifecycle] + nio,
      embedding: "Scripts"),
    module(
      "TocsinPostgres", ["TocsinCore", "TocsinJSON", "PostgresClient", "Support", logging], embedding: "Statements"),
    module(
      "TocsinNotifiers",
      [
        "TocsinCore", "TocsinJSON", "CurlClient", "Support", logging,
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    module(
      "TocsinServer",
      ["TocsinCore", "TocsinJSON", "TocsinEngine", "TocsinMetrics", "Support", logging, lifecycle] + nio + http + web),
    module(
      "TocsinApp",
      [
        "TocsinCore", "TocsinJSON", "TocsinEngine", "TocsinMetrics", "TocsinRedis", "TocsinPostgres", "TocsinNotifiers",
        "TocsinServer",
        "RedisClient", "PostgresClient", "CurlClient", "Support", logging, lifecycle,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ] + nio),
    module(
      "TocsinClient",
      [
        "TocsinCore", "TocsinJSON", "Support", .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ] + nio + http),
    module(
      "TocsinBench",
      [
        "TocsinClient", "TocsinCore", "TocsinJSON", histogram, .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ] + nio),
    .executableTarget(
      name: "tocsin",
      dependencies: [
        "LocalServers", "Support", "TocsinApp", "TocsinBench", "TocsinClient", "TocsinCore", "TocsinJSON",
        "TocsinPostgres", logging,
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ] + nio + client,
      swiftSettings: strict),
    tests(
      "RedisClientTests",
      ["RedisClient", "LocalServers", "Fuzzing", logging, embedded] + nio),
    tests("SupportTests", ["Support"]),
    tests("PostgresClientTests", ["PostgresClient", "Support", "LocalServers", logging]),
    tests(
      "CurlClientTests",
      [
        "CurlClient", "Support", "FakeServer", lifecycle,
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ] + nio),
    tests("TocsinJSONTests", ["TocsinJSON", "Fuzzing"]),
    tests("TocsinMetricsTests", ["TocsinMetrics"]),
    tests("TocsinCoreTests", ["TocsinCore", "TocsinJSON", "Fuzzing"]),
    tests("TocsinRedisTests", ["TocsinRedis", "RedisClient", "Support", "LocalServers", "Fuzzing", logging] + nio),
    tests(
      "TocsinNotifiersTests",
      ["TocsinNotifiers", "TocsinCore", "TocsinJSON", "CurlClient", "FakeServer", "TestLog", logging] + nio + http),
    tests(
      "TocsinAppTests",
      [
        "TocsinApp", "TocsinCore", "TocsinJSON", "TocsinEngine", "TocsinMetrics", "TocsinNotifiers", "Fuzzing",
        "TestLog", logging,
        lifecycle,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]),
    tests(
      "TocsinPostgresTests",
      ["TocsinPostgres", "TocsinCore", "TocsinTesting", "Support", "LocalServers", "Fuzzing", "TestLog", logging]),
    tests(
      "TocsinEngineTests",
      [
        "TocsinEngine", "TocsinMetrics", "TocsinCore", "TocsinJSON", "TocsinTesting", logging, lifecycle,
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]),
    tests(
      "TocsinServerTests",
      [
        "TocsinServer", "TocsinEngine", "TocsinMetrics", "TocsinCore", "TocsinJSON", "TocsinTesting", "Fuzzing",
        "TestLog",
        logging,
        lifecycle,
        embedded,
      ] + nio + http + web),
    // What the tests of the client and of the command talk to.
    .target(name: "FakeServer", dependencies: nio + http, path: "Tests/FakeServer", swiftSettings: strict),
    // The log of a test.
    .target(name: "TestLog", dependencies: [logging], path: "Tests/TestLog", swiftSettings: strict),
    // A clock that tests move, and the ports of the engine in memory.
    .target(
      name: "TocsinTesting", dependencies: ["TocsinEngine", "TocsinCore", "TocsinJSON"], path: "Tests/TocsinTesting",
      swiftSettings: strict),
    tests(
      "PortContractTests",
      [
        "TocsinTesting", "TocsinCore", "TocsinJSON", "TocsinRedis", "TocsinPostgres", "RedisClient", "PostgresClient",
        "LocalServers", logging,
      ] + nio),
    // What fuzz tests are made with.
    .target(name: "Fuzzing", path: "Tests/Fuzzing", swiftSettings: strict),
    tests(
      "TocsinClientTests", ["TocsinClient", "Support", "TocsinCore", "TocsinJSON", "FakeServer", embedded] + nio + http),
    tests("TocsinBenchTests", ["TocsinBench", "TocsinClient", "TocsinCore", "TocsinJSON", histogram] + nio),
    tests("TocsinCommandTests", ["tocsin", "TocsinClient", "TocsinCore", "TocsinJSON", "FakeServer"] + nio + client),
    tests(
      "ClusterTests",
      [
        "TocsinApp", "TocsinClient", "TocsinCore", "TocsinJSON", "TocsinEngine", "TocsinMetrics", "TocsinRedis",
        "RedisClient", "PostgresClient",
        "LocalServers", "Fuzzing", logging,
      ] + nio),
  ]
)

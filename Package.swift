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

/// A module of the project.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests beside a module.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
  name: "tocsin",
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CHiredis"),
    .systemLibrary(name: "CLibpq"),
    module("LocalServers"),
    module(
      "RedisClient",
      ["CHiredis", logging, lifecycle, .product(name: "NIOSSL", package: "swift-nio-ssl")] + nio),
    module("PostgresClient", ["CLibpq", logging, lifecycle]),
    module("TocsinCore"),
    tests(
      "RedisClientTests",
      ["RedisClient", "LocalServers", .product(name: "NIOEmbedded", package: "swift-nio")] + nio),
    tests("PostgresClientTests", ["PostgresClient", "LocalServers"]),
    tests("TocsinCoreTests", ["TocsinCore"]),
  ]
)

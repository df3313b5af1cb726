import Foundation
import Testing

@testable import tocsin

@Suite struct DataFolderTests {
  @Test func eachCheckoutHasANameOfItsOwn() {
    #expect(DataFolder.name(of: "/home/kim/tocsin") == DataFolder.name(of: "/home/kim/tocsin"))
    #expect(DataFolder.name(of: "/home/kim/tocsin") != DataFolder.name(of: "/home/lee/tocsin"))
    #expect(DataFolder.name(of: "/home/kim/tocsin").hasPrefix("tocsin-"))
    #expect(DataFolder.name(of: "/").hasPrefix("root-"))
    let odd = DataFolder.name(of: "/x/" + String(repeating: "ü /", count: 3) + String(repeating: "a", count: 200))
    #expect(odd.utf8.count == 32 + 1 + 8)
  }

  @Test func aFolderInsideACheckoutBelongsToIt() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    defer { try? FileManager.default.removeItem(at: root) }
    let below = root.appendingPathComponent("Sources/tocsin")
    try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
    #expect(DataFolder.checkout(of: below.path) == below.path)
    try Data().write(to: root.appendingPathComponent("Package.swift"))
    #expect(DataFolder.checkout(of: below.path) == root.path)
  }

  @Test func aLockedFolderTakesNoSecondCluster() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var lock: FolderLock? = try FolderLock(folder)
    let failure = #expect(throws: CommandFailure.self) { try FolderLock(folder) }
    #expect(failure?.lines.first?.contains("is in use by a running cluster (pid \(getpid()))") == true)
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(throws: Never.self) { try FolderLock(folder) }
  }

  @Test func takenPortsAreNamedAndNoneIsKept() throws {
    let port = try freeRange()
    var held: HeldPorts? = try HeldPorts(port + 1...port + 1)
    let failure = #expect(throws: CommandFailure.self) { try HeldPorts(port...port + 2) }
    #expect(failure?.lines.first?.hasPrefix("tocsin: port \(port + 1) is in use; ") == true)
    withExtendedLifetime(held) {}
    held = nil
    #expect(throws: Never.self) { try HeldPorts(port...port + 2) }
  }

  /// Three ports in a row that were free a moment ago.
  private func freeRange() throws -> Int {
    for port in stride(from: 20_000 + Int(getpid() % 1000) * 8, to: 32_000, by: 3) {
      if (try? HeldPorts(port...port + 2)) != nil { return port }
    }
    throw CommandFailure(.usage, "no free ports")
  }
}

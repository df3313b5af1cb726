/// The parameters of one execution, encoded one behind the other in memory that is kept for the next one.
struct ParameterBuffer: ~Copyable {
  /// Where a parameter lies.
  struct Slot {
    /// Its first byte, or -1 for NULL.
    var start: Int
    var length: Int
    var isBinary: Bool
  }

  private(set) var slots: [Slot] = []
  private var memory: UnsafeMutableRawBufferPointer
  private var count = 0

  /// More than this is given back after an execution.
  private static let kept = 1 << 20

  init() {
    memory = .allocate(byteCount: 4096, alignment: 8)
  }

  deinit {
    memory.deallocate()
  }

  /// Forgets the parameters of the execution before.
  mutating func clear() {
    slots.removeAll(keepingCapacity: true)
    count = 0
    if memory.count > Self.kept {
      memory.deallocate()
      memory = .allocate(byteCount: 4096, alignment: 8)
    }
  }

  /// Lends the encoded bytes; slots are offsets into them.
  borrowing func withBytes<T, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> T
  ) throws(Failure) -> T {
    try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
  }

  /// Adds a NULL.
  mutating func appendNull() {
    slots.append(Slot(start: -1, length: 0, isBinary: true))
  }

  /// Adds a parameter of what the body writes. One that is too large is seen by ``isTooLarge``, before it is sent.
  mutating func append(binary: Bool, _ write: (inout Self) -> Void) {
    let start = count
    write(&self)
    slots.append(Slot(start: start, length: count - start, isBinary: binary))
  }

  /// Whether the newest parameter is larger than any value that PostgreSQL takes (1 GB; documentation, appendix K). Its
  /// lengths may not have fitted the 32 bits that they have.
  var isTooLarge: Bool { (slots.last?.length ?? 0) > Self.largest }

  /// The greatest length of a parameter in bytes.
  static let largest = 1 << 30

  /// Makes room for so many more bytes.
  mutating func reserve(_ bytes: Int) {
    let needed = count + bytes
    guard needed > memory.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(needed, memory.count * 2), alignment: 8)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    memory.deallocate()
    memory = larger
  }

  /// Writes an integer in network order.
  @inline(__always)
  mutating func write<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer) {
    reserve(MemoryLayout<Integer>.size)
    memory.storeBytes(of: value.bigEndian, toByteOffset: count, as: Integer.self)
    count += MemoryLayout<Integer>.size
  }

  /// Writes bytes as they are.
  mutating func write(_ bytes: [UInt8]) {
    reserve(bytes.count)
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: $0) }
    count += bytes.count
  }

  /// Writes a string's UTF-8, behind its length if asked for.
  mutating func write(_ string: String, prefixed: Bool = false) {
    var string = string
    string.withUTF8 { bytes in
      reserve(bytes.count + 4)
      if prefixed { write(Int32(truncatingIfNeeded: bytes.count)) }
      UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: UnsafeRawBufferPointer(bytes))
      count += bytes.count
    }
  }
}

/// Reads PostgreSQL's binary format; every step checks that the bytes are there.
struct BinaryReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The next integer, in network order.
  @inline(__always)
  mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _: Integer.Type = Integer.self
  ) throws(PostgresError) -> Integer {
    guard bytes.count - offset >= MemoryLayout<Integer>.size else { throw Self.short }
    defer { offset += MemoryLayout<Integer>.size }
    return Integer(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
  }

  /// The next bytes, or all that are left.
  mutating func slice(_ count: Int? = nil) throws(PostgresError) -> UnsafeRawBufferPointer {
    let count = count ?? bytes.count - offset
    guard count >= 0, bytes.count - offset >= count else { throw Self.short }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// Reads a one-dimensional array; a NULL element is handed to the body as nil.
  mutating func array<Element>(
    of type: TypeOID,
    _ element: (UnsafeRawBufferPointer?) throws(PostgresError) -> Element
  ) throws(PostgresError) -> [Element] {
    let dimensions: Int32 = try integer()
    _ = try integer(Int32.self)
    let found = TypeOID(rawValue: try integer())
    guard found == type || (type == .text && found.isTextual) else {
      throw PostgresError(.decoding, "the array's elements have the type \(found.rawValue), not \(type.rawValue)")
    }
    if dimensions == 0 { return [] }
    guard dimensions == 1 else { throw PostgresError(.decoding, "the array has \(dimensions) dimensions") }
    let count: Int32 = try integer()
    _ = try integer(Int32.self)
    // Each element has at least its length, so a count that cannot be is not believed.
    guard count >= 0, Int(count) <= (bytes.count - offset) / 4 else { throw Self.short }
    var elements: [Element] = []
    elements.reserveCapacity(Int(count))
    for _ in 0..<count {
      let length: Int32 = try integer()
      // -1 is NULL; no other negative length means anything.
      guard length >= -1 else { throw Self.short }
      elements.append(try element(length < 0 ? nil : try slice(Int(length))))
    }
    return elements
  }

  static var short: PostgresError { PostgresError(.decoding, "the value is shorter than its type") }
  static var null: PostgresError { PostgresError(.decoding, "the value is NULL") }
}

import CLibcurl
import Glibc

// What libcurl calls. Each finds its object through the pointer that was registered with it; the handle that registered
// it keeps the object.

private func context(_ pointer: UnsafeMutableRawPointer) -> TransferContext {
  Unmanaged<TransferContext>.fromOpaque(pointer).takeUnretainedValue()
}

/// Anything but the number of bytes aborts the transfer with `CURLE_WRITE_ERROR`.
private let refused = 0

func onLine(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  guard let pointer else { return refused }
  return context(pointer).receive(line: UnsafeRawBufferPointer(start: bytes, count: size * count))
    ? size * count : refused
}

func onBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  guard let pointer else { return refused }
  return context(pointer).receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    ? size * count : refused
}

func onUpload(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  guard let pointer else { return Int(CURL_READFUNC_ABORT) }
  let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
  return context(pointer).send(into: buffer) ?? Int(CURL_READFUNC_ABORT)
}

func onRequest(
  _ pointer: UnsafeMutableRawPointer?, _ remote: UnsafeMutablePointer<CChar>?, _ local: UnsafeMutablePointer<CChar>?,
  _ remotePort: Int32, _ localPort: Int32
) -> Int32 {
  guard let pointer, let remote else { return CURL_PREREQFUNC_ABORT }
  return context(pointer).startRequest(to: String(cString: remote)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

func onProgress(
  _ pointer: UnsafeMutableRawPointer?, _ toReceive: curl_off_t, _ received: curl_off_t, _ toSend: curl_off_t,
  _ sent: curl_off_t
) -> Int32 {
  guard let pointer else { return 1 }
  return context(pointer).mayGoOn ? 0 : 1
}

func onOpen(
  _ pointer: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let pointer, let address, let field = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return -1 }
  // The address goes on behind the struct's end, for as long as libcurl says.
  let bytes = UnsafeRawBufferPointer(
    start: UnsafeRawPointer(address) + field, count: Int(address.pointee.addrlen))
  return context(pointer).open(
    family: address.pointee.family, type: address.pointee.socktype, protocol: address.pointee.protocol, address: bytes)
}

func onClose(_ pointer: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
  guard let pointer else { return close(socket) }
  return Unmanaged<OpenSockets>.fromOpaque(pointer).takeUnretainedValue().close(socket)
}

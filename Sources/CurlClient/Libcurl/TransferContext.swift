import CLibcurl
import Glibc
import Synchronization

/// What libcurl's callbacks work on: what is to be sent, what has arrived, where a connection may lead.
///
/// Used by the transfer's thread only; what others may see is in its ``progress``.
final class TransferContext {
  let progress: TransferProgress
  let deniesPrivateAddresses: Bool
  let sockets: OpenSockets?
  private(set) var response: ResponseCollector
  private(set) var conversation: MailConversation?
  private var upload: ArraySlice<UInt8> = []
  private var refused: AddressScope?
  private var hasConnected = false

  /// The context of an HTTP transfer.
  init(_ request: HTTPTransfer, _ progress: TransferProgress) {
    self.progress = progress
    deniesPrivateAddresses = request.deniesPrivateAddresses
    sockets = nil
    response = ResponseCollector(headerLimit: request.maximumHeaderBytes, bodyLimit: request.maximumResponseBytes)
  }

  /// The context of a mail.
  init(_ mail: MailTransfer, _ progress: TransferProgress, sockets: OpenSockets?) {
    self.progress = progress
    deniesPrivateAddresses = mail.deniesPrivateAddresses
    self.sockets = sockets
    response = ResponseCollector(headerLimit: 0, bodyLimit: 0)
    conversation = MailConversation(
      recipientCount: mail.recipients.count, allowsRefused: mail.allowsRefusedRecipients)
    upload = mail.message[...]
  }

  /// The scope of a refused address, when no other one was tried.
  var refusedScope: AddressScope? { hasConnected ? nil : refused }

  private var isInterrupted: Bool { progress.isInterrupted.load(ordering: .acquiring) }

  /// Takes a line of a head or of a mail server's reply.
  func receive(line: UnsafeRawBufferPointer) -> Bool {
    guard conversation != nil else { return response.receive(line: line) }
    conversation?.receive(line: line)
    return true
  }

  func receive(body: UnsafeRawBufferPointer) -> Bool {
    // A mail has no answer but its replies.
    conversation != nil || response.receive(body: body)
  }

  /// Hands out the next bytes of the message; nil to abort.
  func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard !isInterrupted else { return nil }
    let part = upload.prefix(buffer.count)
    upload = upload.dropFirst(part.count)
    // From here on libcurl ends the message by itself.
    if upload.isEmpty { progress.mayHaveBeenSent.store(true, ordering: .releasing) }
    buffer.copyBytes(from: part)
    return part.count
  }

  /// The connection is there, new or kept, and the request goes out next.
  ///
  /// A kept one may be that of a transfer that was allowed to go anywhere.
  func startRequest(to address: String) -> Bool {
    if deniesPrivateAddresses {
      let scope = NetworkAddress(address)?.scope ?? .reserved
      guard scope == .global else {
        refused = scope
        hasConnected = false
        return false
      }
    }
    if conversation == nil { progress.mayHaveBeenSent.store(true, ordering: .releasing) }
    conversation?.startMail()
    return true
  }

  /// Opens a socket for an address, after name resolution and whatever the name was; -1 to refuse it.
  func open(family: Int32, type: Int32, protocol number: Int32, address: UnsafeRawBufferPointer) -> Int32 {
    guard !isInterrupted else { return -1 }
    if deniesPrivateAddresses {
      let scope = NetworkAddress(socketAddress: address)?.scope ?? .reserved
      guard scope == .global else {
        refused = scope
        return -1
      }
    }
    hasConnected = true
    // Programs that this process starts must not inherit it.
    let type = type | Int32(bitPattern: SOCK_CLOEXEC.rawValue)
    return sockets?.open(family, type, number) ?? socket(family, type, number)
  }

  /// Whether a transfer that is waited for within libcurl may go on. After a refusal that is only libcurl's wait for
  /// the reply to QUIT.
  var mayGoOn: Bool { !isInterrupted && conversation?.refusal == nil }
}

import Foundation
import NIOCore
import NIOSSL
import Synchronization

@testable import CurlClient

/// Talks as the script says.
final class MailHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let post: MailPost
  private let context: NIOSSLContext
  private var input: [UInt8] = []
  private var message: [String]?
  private var isEncrypted: Bool
  /// What the next line is, within AUTH.
  private var login: [String]?

  init(_ post: MailPost, _ context: NIOSSLContext) {
    self.post = post
    self.context = context
    isEncrypted = post.script.encryption == .implicit
  }

  func channelActive(context: ChannelHandlerContext) {
    reply("GREETING", "220 mail.example.org ready", context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    input += unwrapInboundIn(data).readableBytesView
    var start = 0
    while let end = input[start...].firstIndex(of: 10) {
      let line = String(decoding: input[start..<end], as: UTF8.self)
      start = end + 1
      take(line.last == "\r" ? String(line.dropLast()) : line, context)
    }
    input.removeFirst(start)
  }

  private func take(_ line: String, _ context: ChannelHandlerContext) {
    if message != nil {
      post.messageBytes.add(line.utf8.count + 2, ordering: .relaxed)
      guard line == "." else {
        message?.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
        return
      }
      post.messages.withLock { $0.append((message ?? []).map { $0 + "\r\n" }.joined()) }
      message = nil
      return reply("MESSAGE", "250 2.0.0 queued as 4711", context)
    }
    post.commands.withLock { $0.append(line) }
    if login != nil { return takeLogin(line, context) }
    let words = line.split(separator: " ").map(String.init)
    switch words.first {
    case "EHLO": reply("EHLO", greeting, context)
    case "STARTTLS":
      reply("STARTTLS", "220 go on", context)
      encrypt(context)
    case "AUTH":
      login = [words.count > 1 ? words[1] : ""]
      say("334 " + (words.last == "LOGIN" ? "VXNlcm5hbWU6" : ""), context)
      post.tally("AUTH").add()
    case "RCPT": reply("RCPT " + line.dropFirst("RCPT TO:<".count).prefix { $0 != ">" }, "250 ok", context)
    case "DATA":
      message = []
      if post.script.stopsReading { _ = context.channel.setOption(.autoRead, value: false) }
      reply("DATA", "354 go on", context)
      if case .say(let text)? = post.script.replies["DATA"], !text.hasPrefix("354") { message = nil }
    case "QUIT":
      reply("QUIT", "221 bye", context)
      if post.script.replies["QUIT"] == nil { context.close(promise: nil) }
    case let command?: reply(command, "250 ok", context)
    case nil: say("500 what?", context)
    }
  }

  private var greeting: String {
    let offersTLS = post.script.encryption == .startTLS && !isEncrypted
    let lines = ["mail.example.org"] + post.script.extensions + (offersTLS ? ["STARTTLS"] : [])
    return lines.dropLast().map { "250-\($0)\r\n" }.joined() + "250 " + (lines.last ?? "")
  }

  /// PLAIN is one answer, LOGIN two; they are kept as commands in clear text.
  private func takeLogin(_ line: String, _ context: ChannelHandlerContext) {
    let text = Data(base64Encoded: line).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    post.commands.withLock { $0[$0.count - 1] = text.replacing("\0", with: "|") }
    login?.append(text)
    if login?.first == "LOGIN", login?.count == 2 { return say("334 UGFzc3dvcmQ6", context) }
    login = nil
    reply("LOGIN", "235 welcome", context)
  }

  private func encrypt(_ context: ChannelHandlerContext) {
    if case .say? = post.script.replies["STARTTLS"] { return }
    isEncrypted = true
    try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: self.context), position: .first)
  }

  private func reply(_ step: String, _ usual: String, _ context: ChannelHandlerContext) {
    defer { post.tally(step).add() }
    switch post.script.replies[step] {
    case nil: say(usual, context)
    case .say(let text): say(text, context)
    case .hang: break
    case .close: context.close(promise: nil)
    }
  }

  private func say(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
  }
}

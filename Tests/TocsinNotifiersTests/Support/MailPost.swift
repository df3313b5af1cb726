import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A scripted SMTP server without TLS on a free loopback port. Its script has by command (`MAIL`, `RCPT address`,
/// `MESSAGE` …) a reply that is not the usual one; an empty reply hangs up. With `LIMIT` it takes so many recipients at
/// once, and with `NO-SMTPUTF8` none that is not ASCII.
final class MailPost: Sendable {
  let messages = Mutex<[String]>([])
  let commands = Mutex<[String]>([])
  /// The recipients of each message.
  let envelopes = Mutex<[[String]]>([])
  private let channel: any Channel
  private let replies: Mutex<[String: String]>

  private init(_ channel: any Channel, _ script: [String: String]) {
    self.channel = channel
    replies = Mutex(script)
  }

  fileprivate var script: [String: String] { replies.withLock { $0 } }

  /// From now on everything is taken.
  func forgive() {
    replies.withLock { $0 = [:] }
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  static func with<T>(_ script: [String: String] = [:], _ body: (MailPost) async throws -> T) async throws -> T {
    let ready = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: MailPost.self)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        ready.futureResult.hop(to: channel.eventLoop).flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(MailHandler($0))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let post = MailPost(channel, script)
    ready.succeed(post)
    do {
      let result = try await body(post)
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }
}

private final class MailHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let post: MailPost
  private var input = ""
  private var message: String?
  private var recipients: [String] = []

  init(_ post: MailPost) {
    self.post = post
  }

  func channelActive(context: ChannelHandlerContext) {
    reply("GREETING", "220 mail.example.org", context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    input += String(buffer: unwrapInboundIn(data))
    while let end = input.range(of: "\r\n") {
      let line = String(input[..<end.lowerBound])
      input = String(input[end.upperBound...])
      take(line, context)
    }
  }

  private func take(_ line: String, _ context: ChannelHandlerContext) {
    if let text = message {
      guard line == "." else {
        return message = text + (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
      }
      message = nil
      post.messages.withLock { $0.append(text) }
      post.envelopes.withLock { [recipients] in $0.append(recipients) }
      return reply("MESSAGE", "250 2.0.0 queued", context)
    }
    post.commands.withLock { $0.append(line) }
    switch line.prefix(4) {
    case "EHLO": reply("EHLO", "250-mail.example.org\r\n250-AUTH PLAIN\r\n250 8BITMIME", context)
    case "AUTH": reply("AUTH", line == "AUTH PLAIN" ? "334 " : "235 welcome", context)
    case "RCPT": takeRecipient(String(line.dropFirst("RCPT TO:<".count).prefix { $0 != ">" }), context)
    case "DATA":
      if post.script["DATA"] == nil { message = "" }
      reply("DATA", "354 go on", context)
    case "QUIT": reply("QUIT", "221 bye", context)
    case "MAIL", "RSET", "NOOP", "HELO":
      recipients = []
      reply(String(line.prefix(4)), "250 ok", context)
    default: reply("AUTH", "235 welcome", context)
    }
  }

  private func takeRecipient(_ address: String, _ context: ChannelHandlerContext) {
    let script = post.script
    if let limit = script["LIMIT"].flatMap({ Int($0) }), recipients.count >= limit {
      return reply("", "452 4.5.3 too many recipients", context)
    }
    if script["NO-SMTPUTF8"] != nil, !address.utf8.allSatisfy({ $0 < 0x80 }) {
      return reply("", "553 5.6.7 not ASCII", context)
    }
    if script["RCPT \(address)"] == nil { recipients.append(address) }
    reply("RCPT \(address)", "250 ok", context)
  }

  private func reply(_ step: String, _ usual: String, _ context: ChannelHandlerContext) {
    let text = post.script[step] ?? usual
    guard !text.isEmpty else { return context.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
  }
}

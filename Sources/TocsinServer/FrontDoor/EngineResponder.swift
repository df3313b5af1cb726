import NIOCore
import NIOHTTP1
import TocsinCore
import TocsinEngine

/// Serves requests from the engine.
struct EngineResponder: Responder {
  let checks: CheckPipeline
  let health: HealthMonitor
  let router: APIRouter
  let hub: StreamHub

  func respond(to request: Request, _ reply: Reply) -> Response? {
    if request.isCheck { return check(request, reply) }
    reply.send(awaiting: { [router] in await router.respond(to: request) })
    return nil
  }

  /// The shortest way: a check that fires nothing is answered at once, one that fires by a callback.
  private func check(_ request: Request, _ reply: Reply) -> Response? {
    do {
      let check = try request.body.withUnsafeReadableBytes { bytes in try Check(body: bytes) }
      guard case .pending(let pending) = try checks.begin(check, tenant: request.principal.tenant) else {
        return .quiet
      }
      checks.finish(pending, on: reply.executor) { result in
        reply.send { EngineResponder.response(to: request, result) }
      }
      return nil
    } catch {
      return EngineResponder.response(to: request, error)
    }
  }

  private static func response(to request: Request, _ result: Result<CheckOutcome, EngineError>) -> Response {
    switch result {
    case .success(let outcome):
      var answer = HTTPAnswer(bytes: Body.outcome(outcome))
      answer.route = RequestLog.checkRoute
      return .answer(answer)
    case .failure(let error): return response(to: request, error)
    }
  }

  private static func response(to request: Request, _ error: any Error) -> Response {
    var answer = Problem(any: error).answer(to: request)
    answer.route = RequestLog.checkRoute
    return .answer(answer)
  }

  var refusesStreams: Bool { !hub.isAccepting || health.status.reasons.contains("draining") }

  func adopt(_ channel: any Channel, _ request: StreamRequest) -> EventLoopFuture<Void> {
    hub.adopt(channel: channel, request)
  }
}

import NIOCore
import NIOHTTP1
import TocsinCore
import TocsinEngine

/// Serves requests from the engine.
struct EngineServer: RequestServer {
  let checks: CheckPipeline
  let health: HealthMonitor
  let router: APIRouter
  let hub: any WebSocketAcceptor

  func begin(check body: UnsafeRawBufferPointer) -> CheckStart {
    do {
      let check = try Check(body: body)
      switch try checks.begin(check, tenant: .standard) {
      case .quiet: return .quiet
      case .pending(let pending):
        let checks = checks
        return .pending { executor, then in
          checks.finish(pending, on: executor) { result in then { EngineServer.answer(result) } }
        }
      }
    } catch {
      return .answered(EngineServer.answer(error))
    }
  }

  private static func answer(_ result: Result<CheckOutcome, EngineError>) -> Answer {
    switch result {
    case .success(let outcome):
      var answer = Answer(bytes: Body.outcome(outcome))
      answer.route = RequestLog.checkRoute
      return answer
    case .failure(let error): return answer(error)
    }
  }

  private static func answer(_ error: any Error) -> Answer {
    var answer = Problem(any: error).answer(instance: RequestLog.checkRoute)
    answer.route = RequestLog.checkRoute
    return answer
  }

  func respond(to request: RequestSequence.Request, on channel: any Channel) async -> Answer {
    await router.respond(to: request, on: channel)
  }

  var refusesSockets: Bool { !hub.isAccepting || health.status.reasons.contains("draining") }

  func adopt(_ channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void> {
    hub.adopt(channel: channel, head: head)
  }
}

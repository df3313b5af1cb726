import TocsinCore
import TocsinEngine

/// Carries out what sessions ask for: pages of the event log one after the other, acknowledgements and resolutions
/// side by side. Each client's number of unanswered ones is limited, so that the queue is, too.
final class Backend: HubBackend {
  private struct Request: Sendable {
    let action: AlertAction
    let id: AlertID
    let user: String?
    let tenant: Tenant
    let answer: @Sendable (Result<AlertActionOutcome, EngineError>) -> Void
  }

  private let pages: PageReader
  private let actions: any AlertActions
  private let requests: AsyncStream<Request>
  private let request: AsyncStream<Request>.Continuation

  init(history: any EventHistory, actions: any AlertActions, pageSize: Int) {
    pages = PageReader(history: history, pageSize: pageSize)
    self.actions = actions
    (requests, request) = AsyncStream.makeStream()
  }

  func page(after place: EventID, answer: @escaping @Sendable (HistoryPage) -> Void) {
    pages.request(after: place, answer: answer)
  }

  func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    answer: @escaping @Sendable (Result<AlertActionOutcome, EngineError>) -> Void
  ) {
    request.yield(Request(action: action, id: id, user: user, tenant: tenant, answer: answer))
  }

  /// Carries out requests until ``finish()``.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.pages.run() }
      for await request in requests {
        group.addTask { await self.perform(request) }
      }
    }
  }

  private func perform(_ request: Request) async {
    do throws(EngineError) {
      request.answer(
        .success(
          try await actions.apply(request.action, to: request.id, by: request.user, tenant: request.tenant)))
    } catch {
      request.answer(.failure(error))
    }
  }

  /// No more requests.
  func finish() {
    pages.finish()
    request.finish()
  }
}

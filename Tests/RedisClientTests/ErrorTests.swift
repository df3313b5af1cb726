import Testing

@testable import RedisClient

@Suite struct ErrorTests {
  @Test func whichErrorsLeaveADoubt() {
    let doubtful: [RedisError.Code] = [.connectionLost, .timeout, .unexpectedReply]
    for code in doubtful {
      #expect(RedisError(code, "x").mayHaveBeenExecuted)
      #expect("\(RedisError(code, "x"))" == "\(code): x (the command may have been executed)")
    }
    for code in [RedisError.Code.invalidURL, .notConnected, .serverError, .away, .shutdown] {
      #expect(!RedisError(code, "x").mayHaveBeenExecuted)
    }
  }

  @Test func repliesThatMeanAway() {
    #expect(RedisError(reply: "READONLY You can't write against a read only replica.").code == .away)
    #expect(RedisError(reply: "LOADING").code == .away)
    let wrapped = "ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write"
    #expect(RedisError(reply: wrapped).code == .away)
    #expect(RedisError(reply: "READONLYISH x").code == .serverError)
    #expect(RedisError(reply: "ERR the word -READONLY alone").code == .serverError)
    #expect(RedisError(reply: "").code == .serverError)
  }
}

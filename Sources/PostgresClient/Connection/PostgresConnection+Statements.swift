import CLibpq

/// What a connection knows of a statement that the server holds.
struct PreparedStatement {
  let sql: String
  let parameterTypes: [TypeOID]
}

extension PostgresConnection {
  /// Runs a prepared statement; prepares it first, or again when the server has lost its plan.
  func perform(_ statement: PostgresStatement, _ values: [PostgresValue]) throws(PostgresError) -> PostgresResult {
    do throws(PostgresError) {
      let known = prepared[statement.name] != nil
      do throws(PostgresError) {
        return try attempt(statement, values)
      } catch {
        guard known, try canRepeat(statement, after: error) else { throw error }
        return try attempt(statement, values)
      }
    } catch {
      throw error.at(statement.name)
    }
  }

  private func attempt(
    _ statement: PostgresStatement,
    _ values: [PostgresValue]
  ) throws(PostgresError) -> PostgresResult {
    let plan = try prepare(statement)
    guard plan.parameterTypes.count == values.count else {
      throw PostgresError(.decoding, "\(values.count) parameters for the statement's \(plan.parameterTypes.count)")
    }
    parameters.clear()
    for (value, type) in zip(values, plan.parameterTypes) {
      try parameters.append(value, as: type)
      guard !parameters.isTooLarge else {
        throw PostgresError(.server, "a parameter is larger than 1 GB", sqlState: "54000")
      }
    }
    let result = try run { $0.sendExecute(statement.name, $1) }
    return PostgresResult(ResultStorage(result))
  }

  private func prepare(_ statement: PostgresStatement) throws(PostgresError) -> PreparedStatement {
    if let plan = prepared[statement.name] {
      guard plan.sql == statement.sql else {
        throw PostgresError(.invalidConfiguration, "the statement's name stands for another text already")
      }
      return plan
    }
    _ = try run { handle, _ in handle.sendPrepare(statement) }
    let description = try run { handle, _ in handle.sendDescribe(statement.name) }
    let plan = PreparedStatement(sql: statement.sql, parameterTypes: description.parameterTypes)
    prepared[statement.name] = plan
    return plan
  }

  /// Two errors mean that a statement was not executed because what was prepared is gone (26000, after
  /// `DISCARD ALL`) or outdated (0A000, after a change of its tables): it is prepared anew. Not within
  /// a transaction, which has failed with it.
  private func canRepeat(_ statement: PostgresStatement, after error: PostgresError) throws(PostgresError) -> Bool {
    guard let state = error.sqlState, state == "26000" || state == "0A000", health == .idle else { return false }
    prepared[statement.name] = nil
    if state == "0A000" {
      let name = statement.name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      _ = try command("DEALLOCATE \"\(name)\"")
    }
    return true
  }

  /// Runs statements of the simple protocol.
  /// - Returns: the command that ran last, as the server names it
  func command(_ sql: String) throws(PostgresError) -> String {
    guard !sql.utf8.contains(0) else {
      throw PostgresError(.server, "U+0000 in a statement", sqlState: "22021")
    }
    let result = try run { handle, _ in handle.sendQuery(sql) }
    return result.command
  }
}

/// How PostgreSQL plans the statements that go through partitions in an index's order.
enum Planning {
  /// A condition that always holds, and makes the session plan each execution with its values from now on.
  ///
  /// After five executions PostgreSQL may switch to one plan for all values. It would know neither the campaign nor
  /// the range of ids, expect a handful of rows, and sort what may be a hundred thousand: measured at a million
  /// alerts, 140 ms instead of 2. Planning costs less than a millisecond, and leaves out partitions beforehand.
  /// A condition, because it then holds whoever opens the connections.
  static let withValues = "(SELECT set_config('plan_cache_mode', 'force_custom_plan', false)) <> ''"
}

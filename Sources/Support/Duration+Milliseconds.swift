extension Duration {
  /// Whole milliseconds, rounded toward zero; the greatest or smallest number where they do not fit.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return Int64(clamping: Int128(seconds) * 1000 + Int128(attoseconds / 1_000_000_000_000_000))
  }
}

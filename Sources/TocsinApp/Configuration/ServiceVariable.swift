/// The variables that Kubernetes puts into every pod for each Service of its namespace, unless `enableServiceLinks` is
/// false (documentation of Services, "Environment variables"). A Service called `tocsin` makes `TOCSIN_PORT`.
enum ServiceVariable {
  /// Whether Kubernetes makes variables of that name, other than `…_PORT`.
  static func isName(_ name: String) -> Bool {
    name.wholeMatch(of: /.*_SERVICE_HOST|.*_SERVICE_PORT(?:_[A-Z0-9_]+)?/) != nil
      || name.wholeMatch(of: /.*_PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_PROTO|_PORT|_ADDR)?/) != nil
  }

  /// Whether a variable has the value that Kubernetes gives `…_PORT`: `tcp://10.96.0.7:8000`.
  static func isValue(_ text: String, of name: String) -> Bool {
    name.hasSuffix("_PORT") && text.wholeMatch(of: /(?:tcp|udp|sctp):\/\/[^\/?#@ ]+/) != nil
  }
}

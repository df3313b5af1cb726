import ServiceLifecycle

/// A service that shows nothing but its name: the group that runs it logs each service with all its members, and those
/// may hold a password.
protocol QuietService: Service, CustomStringConvertible, CustomReflectable {}

extension QuietService {
  /// The type's name.
  package var description: String { "\(Self.self)" }

  /// A mirror without children.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

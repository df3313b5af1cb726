import TocsinCore
import TocsinNotifiers

extension SectionReader {
  /// What every channel can be told.
  mutating func options(_ channel: DeliveryChannel, _ standard: TargetOptions = TargetOptions()) -> TargetOptions {
    var options = standard
    options.sendAcknowledged = flag("send_acknowledged") ?? standard.sendAcknowledged
    options.sendResolved = flag("send_resolved") ?? standard.sendResolved
    options.deniesPrivateAddresses = flag("deny_private_addresses") ?? standard.deniesPrivateAddresses
    options.timeout = duration("timeout", upTo: .seconds(600)) ?? standard.timeout
    if TemplateName.all.contains(where: { $0.channel == channel }) { options.templates = templates(of: channel) }
    return options
  }

  /// Where templates are: a folder, or a mapping of `folder` and of single files. Of one channel they are known by their
  /// parts (`subject`), otherwise by their whole names (`email.subject`).
  mutating func templates(of channel: DeliveryChannel? = nil) -> TemplateSources {
    guard let tree = tree("templates") else { return TemplateSources() }
    let names = TemplateName.all.filter { channel == nil || $0.channel == channel }
    guard case .mapping = tree else {
      let folder = text(tree, at: place.member("templates"))
      return TemplateSources(folder: folder.flatMap { self.folder($0, at: place.member("templates"), of: names) })
    }
    guard var section = SectionReader(tree, at: place.member("templates"), in: context) else {
      return TemplateSources()
    }
    var sources = TemplateSources()
    if let path = section.text("folder") {
      sources.folder = folder(path, at: section.place.member("folder"), of: names)
    }
    for name in names {
      let key = channel == nil ? name.description : name.part
      guard let path = section.text(key).map(context.resolved) else { continue }
      context.note(template: path)
      if FileStamp(of: path) == .missing { context.report(section.place.member(key), "there is no such file") }
      sources.files[name] = path
    }
    section.finish()
    return sources
  }

  /// The path of a folder of templates, for this process.
  func folder(_ path: String, at place: Place, of names: [TemplateName]) -> String? {
    let path = context.resolved(path)
    guard FileStamp(of: path) != .missing else {
      context.report(place, "there is no such folder")
      return nil
    }
    for name in names { context.note(template: "\(path)/\(name.fileName)") }
    return path
  }
}

import Daemon
import Federation

@testable import Compound

/// A form as a browser, or somebody who isn't one, sends it. The first byte picks the page's form.
enum FormBytes {
    static func run(_ bytes: [UInt8]) {
        guard let form = Form(Array(bytes.dropFirst())) else { return }
        let kinds = Desks.all.flatMap(\.kinds)
        let kind = kinds[Int(bytes.first ?? 0) % kinds.count]
        guard let record = try? FormReader.record(kind, form, now: 1_649_242_800, draw: 1) else { return }
        holds(RecordBytes.isValid(record), "a form let in what JSON may not say")
    }
}

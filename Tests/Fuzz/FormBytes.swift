import Daemon
import Federation

@testable import Compound

/// A form as a browser, or somebody who isn't one, sends it. The first byte picks the page's form.
enum FormBytes {
    static func run(_ bytes: [UInt8]) {
        line(bytes)
        guard let form = Form(Array(bytes.dropFirst())) else { return }
        let kinds = Desks.all.flatMap(\.kinds)
        let kind = kinds[Int(bytes.first ?? 0) % kinds.count]
        guard let record = try? FormReader.record(kind, form, now: 1_649_242_800, draw: 1) else { return }
        holds(RecordBytes.isValid(record), "a form let in what JSON may not say")
    }

    /// A phone's line whose checksum is right, whatever it says.
    private static func line(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let said = "家园·\(text.filter { !$0.isWhitespace })"
        guard let line = try? ResultLine("\(said)·校验\(CRC32.text(said))") else { return }
        holds(line.entries.allSatisfy { $0.door.building == line.building }, "a door of another building")
        holds(
            line.entries.allSatisfy { ($0.people != nil) == $0.disposition.hasPeople }, "an answer without its people")
    }
}

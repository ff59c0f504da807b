import Daemon
import Foundation

/// `jiayuan adopt`: over the local socket only, since a journal holds names.
struct AdoptionRoutes: Sendable {
    let store: CompoundStore
    let queue: SerialQueue

    /// Bytes of a journal as JSON; far above what a compound records in a year.
    private static let limit = 256 * 1024 * 1024

    var routes: [Route] {
        [
            Route("POST", "/admin/adopt", bodyLimit: AdoptionRoutes.limit) { call in
                try await queue.run { try adopt(call) }
            }
        ]
    }

    private func adopt(_ call: Call) throws -> Reply {
        do {
            let other = try JSONDecoder().decode(JournalCopy.self, from: Data(call.body))
            let adopted = try succession(call).map { try store.take(over: other, $0) } ?? store.adopt(other)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return .json(String(decoding: try encoder.encode(adopted), as: UTF8.self))
        } catch let error as IntakeError {
            let words = [Messages.zhHans, .english].map { "\(error.text($0))：\(error.hint($0))" }
            return .text(words.joined(separator: "\n") + "\n", status: 422)
        } catch is DecodingError {
            return .text("not a copy of a journal of this version\n", status: 422)
        }
    }

    /// Nil where the journal is of another copy of this compound.
    private func succession(_ call: Call) -> Succession? {
        call.query["from"].map { from in
            let buildings = (call.query["buildings"] ?? "").split { $0 == "," || $0 == "，" || $0 == "、" }
            return Succession(
                from: from, buildings: buildings.map { $0.trimmingCharacters(in: .whitespaces) },
                prefix: call.query["prefix"] ?? "")
        }
    }
}

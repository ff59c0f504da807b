import Federation
import Foundation

/// Statements about one fact that differ, none taking another back: a work item for a person.
enum Disagreement {
    /// - Parameter says: what a statement says, as members of its line; equal members are agreement.
    /// - Returns: nil where the statements agree.
    static func among(
        _ statements: [Observation], says: (Observation) -> [(String, JSONLine.Value)]
    ) -> (kind: String, detail: String)? {
        guard Set(statements.map { JSONLine.object(says($0)) }).count > 1 else { return nil }
        let lines = statements.map { statement in
            let members: [(String, JSONLine.Value)] =
                [
                    ("id", .text(Hex.text(statement.id))), ("observed_at", .number(Int(statement.observedAt))),
                    ("recorder", .text(statement.recorder)),
                ] + says(statement)
            return JSONLine.object(members.sorted { $0.0 < $1.0 })
        }
        return (kind: "two_answers", detail: "[" + lines.joined(separator: ",") + "]")
    }

    /// The ids of the statements that disagree: whoever settles it takes all of them back.
    static func ids(_ detail: String) -> [String] {
        let lines = (try? JSONSerialization.jsonObject(with: Data(detail.utf8))) as? [[String: Any]]
        return (lines ?? []).compactMap { $0["id"] as? String }
    }
}

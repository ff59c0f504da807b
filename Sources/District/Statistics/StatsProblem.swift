import Daemon
import Foundation

/// Why a question about figures isn't answered: what is wrong, in which part of the question, and what to do.
struct StatsProblem: Answerable, Encodable {
    var status: Int
    var error: String
    /// The parameter at fault; nil where the question is fine.
    var parameter: String?
    /// What the token that was shown opens.
    var scope: String?
    var hint: String

    private enum CodingKeys: CodingKey { case error, parameter, scope, hint }

    func reply(to call: Call) -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var reply = Reply.json(
            (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}", status: status)
        if status == 503 { reply.headers.append((name: "retry-after", value: "5")) }
        return reply
    }

    static let noUnits = StatsProblem(status: 404, error: "no_units", hint: "register units first")
    static let tooManyWait = StatsProblem(
        status: 503, error: "too_many_wait", parameter: "wait", hint: "ask without wait=, every few seconds")

    static func wrong(_ parameter: String, _ hint: String) -> StatsProblem {
        StatsProblem(status: 422, error: "\(parameter)_unreadable", parameter: parameter, hint: hint)
    }

    static func absent(_ error: String, _ parameter: String, _ hint: String) -> StatsProblem {
        StatsProblem(status: 404, error: error, parameter: parameter, hint: hint)
    }
}

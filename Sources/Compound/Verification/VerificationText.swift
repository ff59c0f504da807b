import Daemon

extension JournalVerification {
    /// Lines that are told; whoever has a thousand needs none of them twice.
    private static let most = 200

    /// What was found, a line each, then what to do and how much was looked at.
    var text: String {
        let lines = found.prefix(JournalVerification.most).map(\.text)
        let more = found.count - lines.count
        let summary = "\(records) records, \(rows) rows, \(found.count) findings"
        let all = lines + (more > 0 ? ["… +\(more)"] : []) + remedies + [summary]
        return all.joined(separator: "\n") + "\n"
    }

    /// What a person does next.
    private var remedies: [String] {
        if let rederived { return [JournalVerification.both("verify.rederived", ["rows": "\(rederived)"])] + rest }
        return (found.contains(where: \.endsWithRederiving) ? [JournalVerification.both("verify.remedy")] : []) + rest
    }

    private var rest: [String] {
        let places = found.map(\.place)
        return [
            places.contains { if case .law = $0 { true } else { false } } ? "verify.remedy.law" : nil,
            places.contains(.file) ? "verify.remedy.file" : nil,
        ].compactMap { $0 }.map { JournalVerification.both($0) }
    }

    static func both(_ key: String, _ values: [String: String] = [:]) -> String {
        [Messages.zhHans, .english].map { $0(key, values) }.joined(separator: " / ")
    }
}

extension Discrepancy {
    /// Where, then what, in both languages.
    var text: String { "\(name)  \(JournalVerification.both(key, values))" }

    private var name: String {
        switch place {
        case .row(let dataset, let period, let subject, let indicator):
            ([dataset, period, subject] + [indicator].compactMap { $0 }).joined(separator: " ")
        case .table(let table, let key, let column): ([table, key] + [column].compactMap { $0 }).joined(separator: " ")
        case .digest: "position digest"
        case .seq: "position seq"
        case .desk(let desk): desk
        case .law(let law, let subject): "\(law.rawValue) \(subject)"
        case .file: "journal.sqlite"
        }
    }

    private var key: String {
        switch place {
        case .row, .table:
            stands == nil ? "verify.missing" : follows == nil ? "verify.extra" : "verify.different"
        case .digest: "verify.digest"
        case .seq: "verify.seq"
        case .desk: "verify.desk"
        case .law(let law, _): "verify.law.\(law.rawValue)"
        case .file: "verify.file"
        }
    }

    private var values: [String: String] { ["stands": stands ?? "", "follows": follows ?? ""] }
}

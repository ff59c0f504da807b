package import Federation

/// What an officer publishes downward, in one version: an order (指令), a notice (通知), a rule, or a round with its deadline.
///
/// A later version takes the place of an earlier one under the same code; a withdrawal is a version too.
package struct Directive: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case order, notice, rule, round }

    package var code: String
    /// From 1.
    package var version: Int
    /// One of `Kind`, or what a later parent calls it.
    package var kind: String
    package var title: String
    package var text: String
    /// The round that it is about.
    package var campaign: String?
    /// When a round opens, seconds since 1970.
    package var opens: Int64?
    /// By when it is to be done; of a round its deadline.
    package var due: Int64?
    /// When this version was published, seconds since 1970 by whoever published it.
    package var at: Int64
    package var officer: String
    /// Why there is this version.
    package var reason: String
    package var withdrawn: Bool
    /// Of a round: how far it should be by when, in the order of times; nil for none.
    package var targets: [RoundTarget]?
    /// True for a round that is over; absent for one that is open, and in what an older parent tells.
    package var closed: Bool?
    /// Divisions and units that it is for; nil for everybody who is told of it.
    package var to: [String]?
    /// Of a rule by which figures of the round are read: which classes count.
    package var counts: Counting?

    /// The role of classes in a measure: done and due, due alone, or, where a class isn't named, neither.
    package struct Counting: Codable, Sendable, Equatable {
        package var measure: String
        /// Names the roles beside a figure; the same as long as they are the same.
        package var version: Int
        /// In ascending order, as are those that are due.
        package var done: [String]
        package var due: [String]

        package init(measure: String, version: Int, done: [String], due: [String]) {
            (self.measure, self.version, self.done, self.due) = (measure, version, done.sorted(), due.sorted())
        }
    }

    package init(
        code: String, version: Int = 1, kind: Kind, title: String, text: String = "", campaign: String? = nil,
        opens: Int64? = nil, due: Int64? = nil, targets: [RoundTarget] = [], at: Int64, officer: String,
        reason: String = "",
        withdrawn: Bool = false, closed: Bool = false, to: [String]? = nil
    ) {
        (self.code, self.version, self.kind, self.title) = (code, version, kind.rawValue, title)
        (self.text, self.campaign, self.opens, self.due) = (text, campaign, opens, due)
        (self.at, self.officer, self.reason, self.withdrawn, self.to) = (at, officer, reason, withdrawn, to)
        self.targets = targets.isEmpty ? nil : targets
        self.closed = closed ? true : nil
    }
}

extension Directive {
    /// Rows of a unit that say whether it holds a version, and whether a person there has read it.
    package static let dataset = Code(literal: "directive")

    /// The period of those rows; nil where the code or the version is none.
    package static func period(_ code: String, _ version: Int) -> Code? {
        guard code.utf8.count <= Limits.directiveCode, Code(code) != nil,
            (1...Limits.directiveVersions).contains(version)
        else { return nil }
        return Code("\(code):\(version)")
    }

    package var period: Code? { Directive.period(code, version) }

    /// The code and the version that a period names.
    package static func named(by period: Code) -> (code: String, version: Int)? {
        guard let colon = period.text.lastIndex(of: ":"),
            let version = Int(period.text[period.text.index(after: colon)...])
        else { return nil }
        let code = String(period.text[..<colon])
        return Directive.period(code, version) == period ? (code, version) : nil
    }

    /// Whether a child may keep it; what isn't is left out, and the rest of the document counts.
    package var isSound: Bool {
        period != nil && !title.isEmpty && title.utf8.count <= Limits.directiveTitle
            && text.utf8.count <= Limits.directiveText && reason.utf8.count <= Limits.directiveTitle
            && officer.utf8.count <= Limits.directiveTitle && counts?.isSound != false
            && RoundTarget.fault(targets ?? []) == nil
    }

    /// Whether two versions say the same.
    package func says(sameAs other: Directive) -> Bool {
        var same = other
        (same.version, same.at, same.officer, same.reason) = (version, at, officer, reason)
        return same == self
    }

    /// In the order in which they were published.
    package static func isEarlier(_ a: Directive, _ b: Directive) -> Bool {
        (a.at, a.code, a.version) < (b.at, b.code, b.version)
    }
}

extension Directive.Counting {
    private static let mostClasses = 64
    private static let versions = 1...999_999

    fileprivate var isSound: Bool {
        Code(measure) != nil && Directive.Counting.versions.contains(version)
            && due.count <= Directive.Counting.mostClasses
            && Set(done).isSubset(of: due) && due.allSatisfy { Code($0) != nil }
    }
}

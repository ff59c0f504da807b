import Coverage
import Daemon
import Federation
import Laws
import Logging
import Testing
import Wire

@testable import District

/// Rules that officers publish for a round: what they may say, and that every figure is read by them, earlier rows too.
@Suite struct CountingRuleTests {
    private static let round = CaseDistrict.campaign
    private static let done = ["p_elsewhere_verified", "p_tested"]
    private static let due = done + ["p_absent", "p_untested"]

    private static func rule(
        _ code: String = "r-1", _ measure: Measure = .tested, version: Int = 101, at: Int64 = 100,
        done: [String] = done, due: [String] = due, withdrawn: Bool = false
    ) -> Directive {
        var rule = Directive(
            code: code, kind: .rule, title: "口径", text: "x", campaign: round.text, at: at, officer: "li", reason: "r",
            withdrawn: withdrawn)
        rule.counts = .init(measure: measure.code, version: version, done: done, due: due)
        return rule
    }

    private static func book(_ directives: [Directive], isCarried: Bool = true) -> DirectiveBook {
        DirectiveBook(directives.map { DirectiveBook.Entry($0, isFromAbove: !isCarried, isCarried: isCarried) })
    }

    // MARK: What may be published

    private static func draft(
        _ published: [Directive] = [], closed: Bool = false, above: [Directive] = []
    ) -> DirectiveDraft {
        DirectiveDraft(
            book: DirectiveBook(
                published.map { DirectiveBook.Entry($0) } + above.map { DirectiveBook.Entry($0, isFromAbove: true) }),
            tree: RollupTests.tree(units: 1),
            campaigns: [
                RegistryCampaign(code: round, name: "r", opens: 0, deadline: 9, order: "", closed: closed)
            ], now: 500)
    }

    private static func words(_ change: (inout DirectiveWords) -> Void = { _ in }) -> DirectiveWords {
        var words = DirectiveWords(code: "r-1")
        (words.kind, words.title, words.campaign) = ("rule", "口径", round.text)
        (words.measure, words.done, words.owed) = ("survey.tested", done, due)
        (words.reason, words.officer) = ("市指挥部通知", "张科长")
        change(&words)
        return words
    }

    @Test func aRuleHasANumberThatChangesWithItsRoles() throws {
        let first = try Self.draft().publish(Self.words())
        #expect(first.counts == .init(measure: "survey.tested", version: 101, done: Self.done, due: Self.due))
        #expect(first.text.contains("不在本地") && first.text.contains("away"), "compounds read what counts")
        let reworded = try Self.draft([first]).publish(
            Self.words { ($0.text, $0.done, $0.owed, $0.measure, $0.campaign) = ("见通知", nil, nil, nil, nil) })
        #expect(reworded.version == 2 && reworded.counts == first.counts && reworded.campaign == Self.round.text)
        let changed = try Self.draft([first, reworded]).publish(Self.words { $0.owed = Self.done })
        #expect(changed.counts?.version == 102 && changed.counts?.due == Self.done)
        let withdrawn = try Self.draft([first, reworded, changed]).withdraw(Self.words())
        let again = try Self.draft([first, reworded, changed, withdrawn]).publish(Self.words())
        #expect(again.counts?.version == 103, "between the two the program's rule was in force")
    }

    @Test func whatIsNoRuleIsRefused() throws {
        let wrong: [(DirectiveDraft, (inout DirectiveWords) -> Void, DirectiveProblem.Code)] = [
            (Self.draft(), { $0.kind = "order" }, .rule), (Self.draft(), { $0.measure = "survey.joy" }, .measure),
            (Self.draft(), { $0.measure = nil }, .measure), (Self.draft(), { $0.campaign = nil }, .campaign),
            (Self.draft(), { ($0.done, $0.owed) = ([], []) }, .classes),
            (Self.draft(), { $0.owed = ["p_absent"] }, .classes),
            (Self.draft(), { $0.owed?.append("completed") }, .classes),
            (Self.draft(), { ($0.measure, $0.done, $0.owed) = ("survey.completion", [], ["vacant"]) }, .classes),
            (Self.draft(), { $0.to = ["421303001000"] }, .ruleAddressees),
            (Self.draft(closed: true), { _ in }, .ruleOver),
            (Self.draft([Self.rule("r-0")]), { _ in }, .ruleOfRound),
            (Self.draft([Self.rule()]), { $0.measure = "survey.contact" }, .measure),
            (Self.draft(above: [Self.published(Self.round.text)]), { _ in }, .above),
        ]
        for (draft, change, code) in wrong {
            do {
                let published = try draft.publish(Self.words(change))
                Issue.record("\(code) was published: \(published)")
            } catch { #expect(error.code == code) }
        }
        #expect(throws: DirectiveProblem(code: .ruleOver, field: "campaign", value: Self.round.text)) {
            try Self.draft([Self.rule()], closed: true).withdraw(Self.words())
        }
    }

    private static func published(_ code: String, at: Int64 = 1) -> Directive {
        Directive(code: code, kind: .round, title: "t", campaign: code, at: at, officer: "li", reason: "r")
    }

    // MARK: What is in force

    @Test func theRoundIsReadByItAndNoOther() {
        let book = Self.book([Self.rule(), Self.rule("r-2", .completion, version: 102, done: [], due: ["unvisited"])])
        #expect(book.measures(of: Self.round).map(\.version) == [102, Measure.contact.version, 101])
        #expect(book.measures(of: Code(literal: "another")) == Measure.all)
        for gone in [
            Self.book([Self.rule(withdrawn: true)]), Self.book([Self.rule()], isCarried: false),
            Self.book([Self.rule(done: ["p_new_class"], due: ["p_new_class"])]),
        ] {
            #expect(gone.measures(of: Self.round) == Measure.all)
        }
    }

    @Test func aChildIsToldOfItHoweverMuchIsPublishedLater() {
        let later = (0..<Limits.directives + 5).map { Self.published("o-\($0)", at: 200 + Int64($0)) }
        let told = Self.book([Self.rule()] + later).concerning(0, RollupTests.tree(units: 1))
        #expect(told.count == Limits.directives + 1 && told.first?.code == "r-1" && told.last?.code == later.last?.code)
    }

    // MARK: Figures

    private static let catalogue = Catalogue(
        text: (["survey"] + Measure.completion.classes.map { "\($0) households open" }
            + Measure.tested.classes.map { "\($0) residents open" }).joined(separator: "\n") + "\n")!

    private static func sum(_ counts: [String: Int64], _ classes: Set<String>) -> Int64 {
        counts.filter { classes.contains($0.key) }.values.reduce(0, +)
    }

    /// Whatever the roles: of known units it is their own sum, of unknown ones the truth lies within the bounds.
    @Test func underAnyRuleTheTruthLiesWithinTheBounds() throws {
        var generator = SplitMix(20_220_406)
        let classes = Self.catalogue.indicators.map(\.code.text)
        for _ in 0..<20 {
            try BookDistrict.with { district in
                let truth = [BookDistrict.unit, BookDistrict.other].map { _ in
                    Dictionary(uniqueKeysWithValues: classes.map { ($0, Int64.random(in: 0...8, using: &generator)) })
                }
                func hear(_ unit: Int) throws {
                    var node = CaseNode(UInt128(unit + 1))
                    node.write("7", classes.map { Count(truth[unit][$0] ?? 0) ?? .unknown }, Self.catalogue)
                    var push = node.push(from: nil)
                    push.catalogues = [Self.catalogue]
                    try district.perform(.push(push, unit: [BookDistrict.unit, BookDistrict.other][unit]))
                }
                try hear(0)
                var rules: [Directive] = []
                for (number, measure) in Measure.all.enumerated() {
                    let due = measure.classes.filter { _ in Bool.random(using: &generator) } + [measure.classes[0]]
                    let done = due.filter { _ in Bool.random(using: &generator) }
                    rules.append(Self.rule("r-\(number)", measure, version: 101 + number, done: done, due: due))
                }
                for heard in [1, 2] {
                    if heard == 2 { try hear(1) }
                    var picture = district.picture
                    picture.directives = Self.book(rules)
                    let figures = picture.figures(0, picture.question(Self.round)).measures
                    for (measured, rule) in zip(figures, rules) {
                        let counts = try #require(rule.counts)
                        let (figure, known) = (measured.figure, truth.prefix(heard))
                        let done = truth.reduce(0) { $0 + Self.sum($1, Set(counts.done)) }
                        let due = truth.reduce(0) { $0 + Self.sum($1, Set(counts.due)) }
                        #expect(measured.measure.version == counts.version)
                        #expect(
                            figure.evidence.numerator == known.reduce(0) { $0 + Self.sum($1, Set(counts.done)) }
                                && figure.evidence.denominator == known.reduce(0) { $0 + Self.sum($1, Set(counts.due)) }
                        )
                        #expect(figure.isExact == (heard == 2))
                        guard due > 0, let lower = figure.lower, let upper = figure.upper else { continue }
                        #expect(lower.permilleDown * due <= 1000 * done && 1000 * done <= upper.permilleUp * due)
                    }
                }
            }
        }
    }

    // MARK: What hangs on figures

    @Test func theWorkListSaysSinceWhenARoundIsReadByAnother() throws {
        try BookDistrict.with { district in
            var picture = district.picture
            picture.directives = Self.book([Self.rule()])
            let item = try #require(picture.work(Self.round).first { $0.matter.kind == .rule })
            #expect(item.matter == .rule(.init(measure: "survey.tested", version: 101, since: 100, round: Self.round)))
            picture.directives = Self.book([Self.rule(at: 300, withdrawn: true)])
            let back = try #require(picture.work(Self.round).first { $0.matter.kind == .rule })
            #expect(
                back.matter
                    == .rule(.init(measure: "survey.tested", version: 2, since: 300, round: Self.round)))
            #expect(picture.work(nil).allSatisfy { $0.matter.kind != .rule })
        }
    }

    @Test func aSampleStaysReadAsItWas() throws {
        try BookDistrict.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            let series = Series(folder: district.folder, stepSeconds: 300, log: Logger(label: "test"))
            var picture = district.picture
            let start = picture.wall - picture.wall % 300
            series.take(start, picture)
            picture.directives = Self.book([Self.rule("r-1", .completion, done: [], due: ["unvisited"])])
            series.take(start + 300, picture)
            let log = series.log(Self.round, picture)
            let unit = SeriesSubject.unit(BookDistrict.unit)
            let now = picture.measure(.completion, Self.round)
            #expect(log.sample(unit, at: start)?.figure(.completion)?.evidence.numerator == 30)
            #expect(log.sample(unit, at: start + 300)?.figure(now)?.evidence.denominator == 50)
            #expect(log.sample(unit, at: start + 300)?.figure(.completion) == nil, "it isn't read by both")
            let line = log.line(unit, now)
            #expect(
                line.points.map { $0.figure == nil } == [true, false], "what was read otherwise isn't put beside it")
        }
    }

    /// The public compares rounds: what is read by a rule of its own is kept from it, and the rest stays safe.
    @Test func thePublicIsNotToldOfIt() throws {
        try ReleaseDistrict.with(4) { district in
            for community in 0..<4 { try district.count(community, 60 + Int64(community), of: 180) }
            let before = try #require(try district.at(8))
            district.directives = [Self.rule("r-1", .completion, done: ["completed"], due: ["completed"])]
            try district.count(0, 90, of: 180)
            let during = try #require(try district.at(9))
            #expect(during.measures.map(\.withheld) == [.own_rule, nil] && during.measures[0].rule_version == 101)
            #expect(during.figure("421303000000") == nil && before.figure("421303000000")?.done != nil)
            district.directives = []
            let after = try #require(try district.at(10))
            #expect(after.measures.map(\.withheld) == [nil, nil] && after.figure("421303000000")?.done == 276)
        }
    }
}

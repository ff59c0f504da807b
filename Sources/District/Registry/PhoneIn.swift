import Coverage
package import Federation

/// Counts phoned in for a silent compound (电话代报): the aggregator's own rows of lower rank. They stand in the place of
/// what the unit last said until its rows count again, and never touch a bound.
package struct PhoneIn: Sendable, Equatable {
    package struct Counts: Sendable, Equatable {
        package var done: Int64
        package var due: Int64
        /// Nil where nobody said.
        package var tested: Int64?
        package var residents: Int64?

        package init(done: Int64, due: Int64, tested: Int64? = nil, residents: Int64? = nil) {
            (self.done, self.due, self.tested, self.residents) = (done, due, tested, residents)
        }
    }

    /// What the node said when it came back.
    package struct Return: Sendable, Equatable {
        /// Seconds since 1970.
        package var at: Int64
        package var counts: Counts
    }

    /// Why a call isn't taken.
    package enum Refusal: String, Sendable, Equatable {
        case unitUnknown, unitNotCounted, campaignUnknown, campaignClosed, unitKnown, countsImpossible
    }

    /// Given by the aggregator, in the order of the calls.
    package var number: Int64 = 0
    /// Seconds since 1970.
    package var at: Int64
    package var unit: Code
    package var campaign: Code
    package var counts: Counts
    /// Who rang, and who wrote it down.
    package var caller: String
    package var officer: String
    /// Why the node doesn't say it itself; empty where nobody asked.
    package var reason: String
    /// Number of the read token with which it was written down; nil for a command.
    package var readToken: Int64?
    package var returned: Return?

    package init(
        at: Int64, unit: Code, campaign: Code, counts: Counts, caller: String, officer: String, reason: String = "",
        readToken: Int64? = nil
    ) {
        (self.at, self.unit, self.campaign, self.counts) = (at, unit, campaign, counts)
        (self.caller, self.officer) = (caller, officer)
        (self.reason, self.readToken) = (reason, readToken)
    }
}

extension PhoneIn.Counts {
    /// Nothing counts more than it owes, and people are told whole or not at all.
    var isPossible: Bool {
        func holds(_ part: Int64?, _ whole: Int64?) -> Bool {
            guard let part, let whole else { return part == nil && whole == nil }
            return (0...whole).contains(part) && whole <= Count.ceiling
        }
        return holds(done, due) && holds(tested, residents)
    }

    /// What a call says about a measure; nil where it says nothing.
    func pair(_ measure: Measure) -> (numerator: Int64, denominator: Int64)? {
        switch measure.code {
        case Measure.completion.code: (done, due)
        case Measure.tested.code: tested.flatMap { tested in residents.map { (tested, $0) } }
        default: nil
        }
    }

    /// The same of a unit's rows.
    ///
    /// - Parameter measures: by which the round is read.
    init(_ block: RowBlock, _ shelf: CatalogueShelf, _ measures: [Measure]) {
        func pair(_ program: Measure) -> (numerator: Int64, denominator: Int64) {
            block.counted(measures.rule(of: program), shelf)
        }
        let ((done, due), (tested, residents)) = (pair(.completion), pair(.tested))
        self.init(done: done, due: due, tested: tested, residents: residents)
    }
}

extension RowBlock {
    /// A rule applied to the known counts of rows.
    func counted(_ measure: Measure, _ shelf: CatalogueShelf) -> (numerator: Int64, denominator: Int64) {
        var (numerator, denominator): (Int64, Int64) = (0, 0)
        for (catalogue, vector) in sums {
            for (indicator, count) in zip(shelf[catalogue].indicators, vector) {
                let weight = measure.weight(of: indicator.code.text)
                numerator += count * weight.done
                denominator += count * weight.due
            }
        }
        return (numerator, denominator)
    }
}

import District

/// What an aggregator decided, on a disk that nobody takes back: each commit is whole or not at all.
final class DecisionsDisk: DecisionKeeping {
    private(set) var book = DecisionBook()
    /// After each commit and before the rows that follow from it; throws `Ended` if the process ends here.
    private let between: (Decided) throws -> Void

    init(between: @escaping (Decided) throws -> Void) { self.between = between }

    func commit(_ decided: Decided) throws {
        book.apply(decided)
        try between(decided)
    }
}

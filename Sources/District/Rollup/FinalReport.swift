import Federation

/// Whether a unit has said its last word about a round (终报): a row of a dataset of its own.
enum FinalReport {
    static let dataset = Code(literal: "report")
    private static let final = Code(literal: "final")

    static func isSent(_ copy: Copy, _ period: Code, _ shelf: CatalogueShelf) -> Bool {
        guard let block = copy.blocks[Cut(dataset: dataset, period: period)] else { return false }
        return block.entries.contains { entry in
            guard let place = shelf[entry.catalogue].place(of: final), entry.counts.indices.contains(place) else {
                return false
            }
            return entry.counts[place].known ?? 0 > 0
        }
    }
}

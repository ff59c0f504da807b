package import Federation

/// The catalogues that rows here were counted under, in the order in which they were first seen.
/// Blocks name a catalogue by its place, so a place is never given away again.
package struct CatalogueShelf: Sendable {
    package private(set) var catalogues: [Catalogue] = []
    private var places: [CatalogueHash: Int] = [:]

    package init(_ catalogues: [Catalogue] = []) { for catalogue in catalogues { add(catalogue) } }

    package func place(_ hash: CatalogueHash) -> Int? { places[hash] }
    package subscript(place: Int) -> Catalogue { catalogues[place] }

    /// - Returns: true if it was new.
    @discardableResult
    package mutating func add(_ catalogue: Catalogue) -> Bool {
        guard places[catalogue.hash] == nil else { return false }
        places[catalogue.hash] = catalogues.count
        catalogues.append(catalogue)
        return true
    }
}

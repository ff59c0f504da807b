/// An array whose copies share all that neither has changed: a change copies its page and the list of pages, not everything.
///
/// A picture holds a copy of what is known of every unit, and the writer goes on changing its own: of 100,000 units an
/// array would be copied whole after each picture.
struct Paged<Element>: RandomAccessCollection, MutableCollection {
    private var pages: [[Element]]
    let endIndex: Int
    var startIndex: Int { 0 }

    /// Elements of a page; a power of two near the square root of what a city has.
    private static var size: Int { 256 }

    init(_ elements: some Sequence<Element>) {
        let all = Array(elements)
        pages = stride(from: 0, to: all.count, by: Paged.size).map {
            Array(all[$0..<Swift.min($0 + Paged.size, all.count)])
        }
        endIndex = all.count
    }

    subscript(place: Int) -> Element {
        get { pages[place / Paged.size][place % Paged.size] }
        _modify { yield &pages[place / Paged.size][place % Paged.size] }
    }
}

extension Paged: Sendable where Element: Sendable {}

import Federation

/// The rows of one incarnation in one dataset and period, packed.
///
/// One block of bytes instead of a table row per building: a push rewrites a few hundred bytes, and a
/// row of 8 small counts takes about 30 bytes, in memory as on disk. Rows stand in ascending subject:
/// length and bytes of the subject, then variable-length integers: seq, asOf, catalogue, number of
/// counts, counts + 1 (so that unknown, −1, takes one byte).
struct RowBlock: Equatable, Sendable {
    private(set) var bytes: [UInt8]

    struct Entry: Equatable {
        var subject: Code
        var seq: UInt64
        var asOf: Int64
        /// Place in the store's list of catalogues.
        var catalogue: Int
        var counts: [Count]
    }

    init() { bytes = [] }
    init(bytes: [UInt8]) { self.bytes = bytes }

    init(_ entries: [Entry]) {
        bytes = []
        bytes.reserveCapacity(entries.count * 32)
        for entry in entries {
            bytes.append(UInt8(entry.subject.utf8.count))
            bytes.append(contentsOf: entry.subject.utf8)
            bytes.appendVariable(entry.seq)
            bytes.appendVariable(UInt64(bitPattern: entry.asOf))
            bytes.appendVariable(UInt64(entry.catalogue))
            bytes.appendVariable(UInt64(entry.counts.count))
            for count in entry.counts { bytes.appendVariable(UInt64(count.raw + 1)) }
        }
    }

    var isEmpty: Bool { bytes.isEmpty }
    var rows: Int { entries.count }

    var entries: [Entry] {
        var reader = Reader(bytes)
        var entries: [Entry] = []
        while let subject = reader.subject() {
            let seq = reader.integer()
            let asOf = Int64(bitPattern: reader.integer())
            let catalogue = Int(reader.integer())
            var counts: [Count] = []
            let width = Int(reader.integer())
            counts.reserveCapacity(width)
            for _ in 0..<width { counts.append(Count(unchecked: Int64(reader.integer()) - 1)) }
            entries.append(Entry(subject: subject, seq: seq, asOf: asOf, catalogue: catalogue, counts: counts))
        }
        return entries
    }

    func entry(_ subject: Code) -> Entry? { entries.first { $0.subject == subject } }

    /// Replaces (entry) or removes (nil) rows; each subject at most once, in any order.
    mutating func replace(_ changes: [(subject: Code, entry: Entry?)]) {
        let changes = changes.sorted { $0.subject < $1.subject }
        let old = entries
        var merged: [Entry] = []
        merged.reserveCapacity(old.count + changes.count)
        var place = 0
        for (subject, entry) in changes {
            while place < old.count, old[place].subject < subject {
                merged.append(old[place])
                place += 1
            }
            if place < old.count, old[place].subject == subject { place += 1 }
            if let entry { merged.append(entry) }
        }
        merged += old[place...]
        self = RowBlock(merged)
    }

    /// Every row's counts in order, without its name: what sums need, without building what they don't.
    func forEach(_ body: (_ catalogue: Int, _ column: Int, _ count: Count) -> Void) {
        var reader = Reader(bytes)
        while reader.skipSubject() {
            _ = reader.integer()
            _ = reader.integer()
            let catalogue = Int(reader.integer())
            for column in 0..<Int(reader.integer()) {
                body(catalogue, column, Count(unchecked: Int64(reader.integer()) - 1))
            }
        }
    }

    /// Whether these bytes are a block that this program could have written; nothing else may be asked of one that
    /// isn't. A bit that flipped on a disk is found here or by the digest.
    func isWellFormed(_ shelf: CatalogueShelf) -> Bool {
        var reader = Reader(bytes)
        var last: Code?
        while reader.index < bytes.count {
            let length = Int(bytes[reader.index])
            guard reader.index + 1 + length <= bytes.count, let subject = reader.subject(),
                last.map({ $0 < subject }) ?? true, reader.checkedInteger() != nil, reader.checkedInteger() != nil,
                let place = reader.checkedInteger(), place < shelf.catalogues.count,
                let width = reader.checkedInteger(), width <= Catalogue.mostIndicators
            else { return false }
            last = subject
            for _ in 0..<width {
                guard let count = reader.checkedInteger(), count <= UInt64(Count.ceiling) + 1 else { return false }
            }
        }
        return true
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func subject() -> Code? {
            guard index < bytes.count else { return nil }
            let length = Int(bytes[index])
            defer { index += 1 + length }
            return Code(String(decoding: bytes[(index + 1)..<(index + 1 + length)], as: UTF8.self))
        }

        /// - Returns: false at the end.
        mutating func skipSubject() -> Bool {
            guard index < bytes.count else { return false }
            index += 1 + Int(bytes[index])
            return true
        }

        mutating func checkedInteger() -> UInt64? { bytes.variable(at: &index) }
        mutating func integer() -> UInt64 { bytes.trustedVariable(at: &index) }
    }
}

import Federation

/// The first line of a push, as read.
struct PushHeader {
    private var version: Int64?
    private var incarnation: Incarnation?
    private var epoch: Epoch?
    private var session: Session?
    private var id: UInt64?
    private var part: Int64 = 1
    private var from: Position?
    private var hasFrom = false
    private var to: Position?
    private var sets: [SetName] = []
    private var symbols: [Code] = []
    private var catalogues: [Catalogue] = []

    mutating func read(_ cursor: inout JSONCursor) throws(WireError) {
        var header = self
        try cursor.object { (cursor, key) throws(WireError) in
            switch key {
            case "v": header.version = try cursor.integer()
            case "inc": header.incarnation = Incarnation(hex: try cursor.string())
            case "epoch": header.epoch = cursor.null() ? nil : try PushHeader.epoch(&cursor)
            case "session": header.session = try PushHeader.session(&cursor)
            case "push": header.id = Hex.uint64(try cursor.string())
            case "part": header.part = try cursor.integer()
            case "from":
                header.hasFrom = true
                header.from = cursor.null() ? nil : try PushHeader.position(&cursor)
            case "to": header.to = cursor.null() ? nil : try PushHeader.position(&cursor)
            case "sets": try header.readSets(&cursor)
            case "sym": try header.readSymbols(&cursor)
            case "cats": try header.readCatalogues(&cursor)
            default: try cursor.skipValue()
            }
        }
        self = header
    }

    func push(_ kind: Push.Kind) throws(WireError) -> Push {
        guard let version else { throw missing("v") }
        guard version == Limits.version else {
            throw WireError(.version, "version \(version) is not spoken here; supported: \(Limits.version)", line: 1)
        }
        guard let incarnation else { throw missing("inc") }
        guard let session else { throw missing("session") }
        guard let id else { throw missing("push") }
        guard hasFrom else { throw missing("from") }
        guard (1...100_000).contains(part) else { throw WireError(.malformed, "part must be 1 or more", line: 1) }
        return Push(
            kind: kind, incarnation: incarnation, epoch: epoch, session: session, id: id, part: Int(part), from: from,
            to: to, changes: [], catalogues: catalogues)
    }

    func set(_ index: Int64) throws(WireError) -> SetName {
        guard index >= 0, index < sets.count else { throw WireError(.malformed, "set \(index) is not in the header") }
        return sets[Int(index)]
    }

    func symbol(_ index: Int64) throws(WireError) -> Code {
        guard index >= 0, index < symbols.count else {
            throw WireError(.malformed, "symbol \(index) is not in the header")
        }
        return symbols[Int(index)]
    }

    private func missing(_ key: String) -> WireError {
        WireError(.malformed, "header: '\(key)' is missing or not of its form", line: 1)
    }

    // MARK: Pairs

    static func position(_ cursor: inout JSONCursor) throws(WireError) -> Position {
        let (seq, text) = try pair(&cursor)
        guard let digest = Digest(hex: text) else { throw WireError(.malformed, "a digest has 32 hexadecimal digits") }
        return Position(seq: seq, digest: digest)
    }

    static func epoch(_ cursor: inout JSONCursor) throws(WireError) -> Epoch {
        let (number, text) = try pair(&cursor)
        guard let holder = Incarnation(hex: text) else { throw WireError(.malformed, "an epoch names its holder") }
        return Epoch(number: number, holder: holder)
    }

    private static func session(_ cursor: inout JSONCursor) throws(WireError) -> Session {
        let (counter, text) = try pair(&cursor)
        guard let tag = Hex.uint64(text) else { throw WireError(.malformed, "a session tag has 16 hexadecimal digits") }
        return Session(counter: counter, tag: tag)
    }

    private static func pair(_ cursor: inout JSONCursor) throws(WireError) -> (UInt64, String) {
        try cursor.expect(UInt8(ascii: "["))
        let number = try cursor.integer()
        guard number >= 0 else { throw WireError(.malformed, "expected a number of 0 or more") }
        try cursor.expect(UInt8(ascii: ","))
        let text = try cursor.string()
        try cursor.expect(UInt8(ascii: "]"))
        return (UInt64(number), text)
    }

    // MARK: Names

    private mutating func readSets(_ cursor: inout JSONCursor) throws(WireError) {
        var sets: [SetName] = []
        try cursor.array { (cursor) throws(WireError) in
            guard sets.count < Limits.sets else { throw WireError(.tooLarge, "too many sets") }
            try cursor.expect(UInt8(ascii: "["))
            guard let dataset = Code(try cursor.string()) else { throw WireError(.malformed, "not a dataset code") }
            try cursor.expect(UInt8(ascii: ","))
            var hash: CatalogueHash?
            if !cursor.null() {
                hash = CatalogueHash(hex: try cursor.string())
                guard hash != nil else { throw WireError(.malformed, "a catalogue hash has 32 hexadecimal digits") }
            }
            try cursor.expect(UInt8(ascii: "]"))
            sets.append(SetName(dataset: dataset, catalogue: hash))
        }
        self.sets = sets
    }

    private mutating func readSymbols(_ cursor: inout JSONCursor) throws(WireError) {
        var symbols: [Code] = []
        try cursor.array { (cursor) throws(WireError) in
            guard symbols.count < Limits.symbols else { throw WireError(.tooLarge, "too many symbols") }
            let text = try cursor.string()
            guard let code = Code(text) else {
                throw WireError(
                    .malformed, "'\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))))' is not a code")
            }
            symbols.append(code)
        }
        self.symbols = symbols
    }

    private mutating func readCatalogues(_ cursor: inout JSONCursor) throws(WireError) {
        var catalogues: [Catalogue] = []
        try cursor.array { (cursor) throws(WireError) in
            guard catalogues.count < Limits.sets else { throw WireError(.tooLarge, "too many catalogues") }
            guard let catalogue = Catalogue(text: try cursor.string()) else {
                throw WireError(.malformed, "not the canonical text of a catalogue")
            }
            catalogues.append(catalogue)
        }
        self.catalogues = catalogues
    }
}

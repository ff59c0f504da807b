package import Federation

/// A push as bytes: a header line, then one JSON array of integers per row.
///
/// Names are sent once, in the header, and rows point at them. The digest is over the rows' meaning,
/// never over these bytes, so spacing and the order of names are free.
package enum PushCodec {
    package static func encode(_ push: Push) -> [UInt8] {
        var sets: [SetName] = []
        var setPlaces: [SetName: Int] = [:]
        var symbols: [Code] = []
        var symbolPlaces: [Code: Int] = [:]
        func place(_ code: Code) -> Int {
            if let known = symbolPlaces[code] { return known }
            symbolPlaces[code] = symbols.count
            symbols.append(code)
            return symbols.count - 1
        }
        func place(_ set: SetName) -> Int {
            if let known = setPlaces[set] { return known }
            setPlaces[set] = sets.count
            sets.append(set)
            return sets.count - 1
        }
        var rows = JSONText()
        rows.bytes.reserveCapacity(push.changes.count * 48)
        for change in push.changes {
            let set = place(SetName(dataset: change.key.dataset, catalogue: change.body?.catalogue))
            rows.raw("[")
            rows.number(change.seq)
            for number in [set, place(change.key.period), place(change.key.subject)] {
                rows.raw(",")
                rows.number(number)
            }
            if let body = change.body {
                rows.raw(",")
                rows.number(body.asOf)
                for count in body.counts {
                    rows.raw(",")
                    rows.number(count.raw)
                }
            }
            rows.raw("]\n")
        }
        return header(push, sets: sets, symbols: symbols) + rows.bytes
    }

    private static func header(_ push: Push, sets: [SetName], symbols: [Code]) -> [UInt8] {
        var line = JSONText()
        line.raw("{\"v\":1")
        line.key("inc")
        line.string("\(push.incarnation)")
        if let epoch = push.epoch {
            line.key("epoch")
            line.pair(epoch.number, "\(epoch.holder)")
        }
        line.key("session")
        line.pair(push.session.counter, Hex.text(push.session.tag))
        line.key("push")
        line.string(Hex.text(push.id))
        line.key("part")
        line.number(push.part)
        line.key("from")
        if let from = push.from { line.pair(from.seq, "\(from.digest)") } else { line.raw("null") }
        if let to = push.to {
            line.key("to")
            line.pair(to.seq, "\(to.digest)")
        }
        if !sets.isEmpty {
            line.key("sets")
            line.list(sets) { line, set in
                line.raw("[")
                line.string(set.dataset.text)
                line.raw(",")
                if let hash = set.catalogue { line.string("\(hash)") } else { line.raw("null") }
                line.raw("]")
            }
            line.key("sym")
            line.list(symbols) { $0.string($1.text) }
        }
        if !push.catalogues.isEmpty {
            line.key("cats")
            line.list(push.catalogues) { $0.string($1.text) }
        }
        line.raw("}\n")
        return line.bytes
    }

    /// - Throws: `WireError`; the row it names is counted from the header, which is line 1.
    package static func decode(_ bytes: [UInt8], kind: Push.Kind) throws(WireError) -> Push {
        let result: Result<Push, WireError> = bytes.withUnsafeBytes { raw in
            do throws(WireError) { return .success(try decode(raw, kind: kind)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func decode(_ raw: UnsafeRawBufferPointer, kind: Push.Kind) throws(WireError) -> Push {
        var cursor = JSONCursor(raw)
        var header = PushHeader()
        do throws(WireError) { try header.read(&cursor) } catch { throw WireError(error.kind, error.message, line: 1) }
        var push = try header.push(kind)
        push.changes.reserveCapacity(min(Limits.rows, raw.count / 24))
        var line = 1
        var last: UInt64 = 0
        while true {
            cursor.skipSpace()
            if cursor.atEnd { return push }
            guard cursor.take(0x0a) else { throw WireError(.malformed, "expected a new line", line: line) }
            line += 1
            cursor.skipSpace()
            if cursor.atEnd { return push }
            guard push.changes.count < Limits.rows else {
                throw WireError(.tooLarge, "more than \(Limits.rows) rows in one part", line: line)
            }
            do throws(WireError) {
                let change = try row(&cursor, header)
                guard change.seq > last else { throw WireError(.malformed, "seq does not ascend") }
                last = change.seq
                push.changes.append(change)
            } catch {
                throw WireError(error.kind, error.message, line: line)
            }
        }
    }

    private static func row(_ cursor: inout JSONCursor, _ header: PushHeader) throws(WireError) -> RowChange {
        try cursor.expect(UInt8(ascii: "["))
        let seq = try cursor.integer()
        guard seq > 0 else { throw WireError(.malformed, "seq must be above 0") }
        try cursor.expect(UInt8(ascii: ","))
        let set = try header.set(try cursor.integer())
        try cursor.expect(UInt8(ascii: ","))
        let period = try header.symbol(try cursor.integer())
        try cursor.expect(UInt8(ascii: ","))
        let subject = try header.symbol(try cursor.integer())
        let key = RowKey(dataset: set.dataset, period: period, subject: subject)
        if cursor.take(UInt8(ascii: "]")) { return RowChange(seq: UInt64(seq), key: key, body: nil) }
        try cursor.expect(UInt8(ascii: ","))
        let asOf = try cursor.integer()
        var counts: [Count] = []
        counts.reserveCapacity(32)
        while cursor.take(UInt8(ascii: ",")) {
            guard counts.count < Limits.countsPerRow else { throw WireError(.tooLarge, "too many counts in a row") }
            counts.append(Count(unchecked: try cursor.integer()))
        }
        try cursor.expect(UInt8(ascii: "]"))
        guard let catalogue = set.catalogue else { throw WireError(.malformed, "a row with counts needs a catalogue") }
        return RowChange(seq: UInt64(seq), key: key, body: RowBody(catalogue: catalogue, counts: counts, asOf: asOf))
    }
}

/// A dataset under one of its catalogues; deletions need no catalogue.
struct SetName: Hashable {
    var dataset: Code
    var catalogue: CatalogueHash?
}

extension JSONText {
    mutating func list<Element>(_ elements: [Element], _ body: (inout JSONText, Element) -> Void) {
        raw("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { raw(",") }
            body(&self, element)
        }
        raw("]")
    }
}

/// The name of a catalogue: a hash of its text. Two nodes that spell a list of indicators
/// differently therefore have two catalogues, and a place in a row's vector has one meaning.
package struct CatalogueHash: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt128
    package init(value: UInt128) { self.value = value }
    package init?(hex: some StringProtocol) {
        guard let value = Hex.uint128(hex) else { return nil }
        self.value = value
    }
    package var description: String { Hex.text(value) }
}

/// What one place of a dataset's vector counts.
package struct Indicator: Hashable, Sendable {
    /// What is counted; decides which ceiling of the registry bounds an unknown unit.
    package enum Unit: String, Sendable, CaseIterable {
        case households, residents, buildings, people, doors, requests, units
    }

    package var code: Code
    package var unit: Unit
    /// `open` for operational counts, `small` for counts of people that a public release suppresses.
    package var suppression: Code

    package init(code: Code, unit: Unit, suppression: Code) {
        self.code = code
        self.unit = unit
        self.suppression = suppression
    }
}

/// A dataset's indicators in the order in which rows carry them. Dated and append-only: a change is
/// a new catalogue with a new hash, and rows say under which one they were counted.
package struct Catalogue: Hashable, Sendable {
    package let dataset: Code
    package let indicators: [Indicator]
    package let hash: CatalogueHash

    /// As many as a row may carry.
    package static let mostIndicators = 256

    package init(dataset: Code, indicators: [Indicator]) {
        self.dataset = dataset
        self.indicators = indicators
        hash = CatalogueHash(value: Catalogue.hash(Catalogue.text(dataset, indicators)))
    }

    /// The canonical text: `dataset␊`, then `code unit suppression␊` for each indicator in order.
    package var text: String { Catalogue.text(dataset, indicators) }

    package func place(of code: Code) -> Int? { indicators.firstIndex { $0.code == code } }

    private static func text(_ dataset: Code, _ indicators: [Indicator]) -> String {
        indicators.reduce(into: "\(dataset)\n") { $0 += "\($1.code) \($1.unit.rawValue) \($1.suppression)\n" }
    }

    private static func hash(_ text: String) -> UInt128 {
        var hasher = SipHash128(key: key)
        hasher.combine(bytes: text.utf8)
        return hasher.finish()
    }

    /// The ASCII bytes of `jiayuan-catalog1`: a fixed key, since the hash only has to be a name.
    private static let key = "jiayuan-catalog1".utf8.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }

    /// - Returns: nil if the text is not the canonical text of a catalogue.
    package init?(text: String) {
        var lines = text.split(
            separator: "\n", maxSplits: Catalogue.mostIndicators + 2, omittingEmptySubsequences: false)
        guard (3...Catalogue.mostIndicators + 2).contains(lines.count), lines.removeLast().isEmpty,
            let dataset = Code(lines.removeFirst())
        else { return nil }
        var indicators: [Indicator] = []
        for line in lines {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 3, let code = Code(fields[0]), let unit = Indicator.Unit(rawValue: String(fields[1])),
                let suppression = Code(fields[2]), !indicators.contains(where: { $0.code == code })
            else { return nil }
            indicators.append(Indicator(code: code, unit: unit, suppression: suppression))
        }
        self.init(dataset: dataset, indicators: indicators)
    }
}

/// The five levels of the official division codes, highest first.
package enum DivisionLevel: UInt8, Sendable, CaseIterable, Comparable {
    case province, city, district, street, community

    /// As written in a table's column `level`.
    package init?(_ text: some StringProtocol) {
        switch text {
        case "province": self = .province
        case "city": self = .city
        case "district": self = .district
        case "street": self = .street
        case "community": self = .community
        default: return nil
        }
    }

    package var text: String { "\(self)" }

    /// Which levels may stand right above: a district may lack its city (省直辖县) and a street its
    /// district (东莞, 中山, 儋州).
    var parents: [DivisionLevel] {
        switch self {
        case .province: []
        case .city: [.province]
        case .district: [.city, .province]
        case .street: [.district, .city]
        case .community: [.street]
        }
    }

    package static func < (a: DivisionLevel, b: DivisionLevel) -> Bool { a.rawValue < b.rawValue }
}

/// A 12-digit division code.
package struct DivisionCode: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: UInt64

    /// - Returns: nil unless the text is exactly 12 ASCII digits.
    package init?(_ text: some StringProtocol) {
        var value: UInt64 = 0
        var digits = 0
        for byte in text.utf8 {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 12 else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
            digits += 1
        }
        guard digits == 12 else { return nil }
        self.value = value
    }

    fileprivate init(value: UInt64) { self.value = value }

    package var description: String {
        let digits = String(value)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }

    package static func < (a: DivisionCode, b: DivisionCode) -> Bool { a.value < b.value }
}

/// Which table of divisions this is, and from when to when it is in force.
package struct DivisionEdition: Hashable, Sendable {
    /// What the publisher calls it, e.g. `2023`.
    package let name: String
    /// `YYYY-MM-DD`, inclusive.
    package let validFrom: String
    /// `YYYY-MM-DD`, exclusive; nil while no later edition is known.
    package let validUntil: String?

    /// - Returns: nil for an empty name, a day that is not written `YYYY-MM-DD` or doesn't exist, or
    ///   an end that isn't after the beginning.
    package init?(name: String, validFrom: String, validUntil: String? = nil) {
        guard !name.isEmpty, DivisionEdition.isDay(validFrom) else { return nil }
        if let validUntil, !DivisionEdition.isDay(validUntil) || validUntil <= validFrom { return nil }
        self.name = name
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    /// Days of fixed width compare as text.
    package func isInForce(on day: String) -> Bool {
        day >= validFrom && validUntil.map { day < $0 } ?? true
    }

    private static func isDay(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] else { return false }
        guard parts.joined().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
        guard (1...12).contains(numbers[1]) else { return false }
        let isLeap = numbers[0] % 4 == 0 && (numbers[0] % 100 != 0 || numbers[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[numbers[1] - 1]).contains(numbers[2])
    }
}

/// One line of a division table as it was read.
package struct DivisionRow: Sendable {
    /// In the file, header 1.
    package var line: Int
    package var code: String
    package var name: String
    package var level: String
    /// Empty where the table has none.
    package var parentCode: String

    package init(line: Int, code: String, name: String, level: String, parentCode: String) {
        self.line = line
        self.code = code
        self.name = name
        self.level = level
        self.parentCode = parentCode
    }
}

/// One division of a tree.
package struct Division: Hashable, Sendable {
    package let code: DivisionCode
    package let name: String
    package let level: DivisionLevel
    /// Place of the parent in the tree; −1 at a root.
    package let parent: Int32
}

/// The official code tree of one edition.
///
/// Divisions are numbered breadth first: every parent comes before its children, the children of one
/// parent stand side by side in the order of their codes, and a roll-up is one pass from the last to
/// the first. The national table has 664,034 of them, so they are kept in flat arrays.
package struct DivisionTree: Sendable {
    package let edition: DivisionEdition
    private let codes: [UInt64]
    private let levels: [DivisionLevel]
    private let parents: [Int32]
    /// Children of `i` are `firstChildren[i] ..< firstChildren[i + 1]`.
    private let firstChildren: [Int32]
    private let names: [UInt8]
    /// The name of `i` ends here and that of `i + 1` begins.
    private let nameEnds: [UInt32]
    /// All divisions by ascending code.
    private let byCode: [Int32]
    package let roots: Range<Int>

    /// - Parameter rows: in any order. A row of the table's highest level may name a parent outside
    ///   the table (a city's table lacks the province).
    /// - Throws: every problem of the table at once.
    package init(rows: some Sequence<DivisionRow>, edition: DivisionEdition) throws(DivisionErrors) {
        let table = try DivisionTable(rows: rows)
        let order = DivisionOrder(table: table)
        self.edition = edition
        codes = order.places.map { table.codes[$0] }
        levels = order.places.map { table.levels[$0] }
        parents = order.parents
        firstChildren = order.firstChildren
        roots = 0..<order.rootCount
        (names, nameEnds) = table.names(in: order.places)
        byCode = ascending(codes)
    }

    package var count: Int { codes.count }

    package subscript(_ index: Int) -> Division {
        Division(code: code(of: index), name: name(of: index), level: levels[index], parent: parents[index])
    }

    package func code(of index: Int) -> DivisionCode { DivisionCode(value: codes[index]) }
    package func level(of index: Int) -> DivisionLevel { levels[index] }

    package func name(of index: Int) -> String {
        let start = index == 0 ? 0 : Int(nameEnds[index - 1])
        return String(decoding: names[start..<Int(nameEnds[index])], as: UTF8.self)
    }

    package func parent(of index: Int) -> Int? { parents[index] < 0 ? nil : Int(parents[index]) }

    package func children(of index: Int) -> Range<Int> {
        Int(firstChildren[index])..<Int(firstChildren[index + 1])
    }

    /// From the root to the division itself.
    package func path(of index: Int) -> [Int] {
        var path = [index]
        while let parent = parent(of: path[path.count - 1]) { path.append(parent) }
        return path.reversed()
    }

    package func index(of code: DivisionCode) -> Int? { binarySearch(code.value, in: byCode, codes) }

    package func index(of code: some StringProtocol) -> Int? { DivisionCode(code).flatMap { index(of: $0) } }

}

/// What is wrong with one line of a division table.
package struct DivisionProblem: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case empty
        case badCode(String)
        case badParentCode(String)
        case unknownLevel(String)
        case noName
        case duplicate(code: String, firstLine: Int)
        case orphan(parentCode: String)
        case wrongParent(level: DivisionLevel, parentLevel: DivisionLevel, parentLine: Int)
    }

    package let line: Int
    package let kind: Kind

    package var message: String {
        switch kind {
        case .empty: "the table has no divisions"
        case .badCode(let text): "code \"\(text)\" is not 12 digits"
        case .badParentCode(let text): "parent_code \"\(text)\" is not 12 digits"
        case .unknownLevel(let text): "level \"\(text)\" is unknown"
        case .noName: "the name is empty"
        case .duplicate(let code, let firstLine): "code \(code) stands on line \(firstLine) already"
        case .orphan(let parent): parent.isEmpty ? "parent_code is empty" : "parent \(parent) is not in the table"
        case .wrongParent(let level, let parent, let line): "a \(level) can't stand below the \(parent) of line \(line)"
        }
    }

    /// What the operator can do about it.
    package var hint: String {
        switch kind {
        case .empty: "give a table with the columns code,name,level,parent_code and at least one line below them"
        case .badCode, .badParentCode:
            "write all 12 digits (421303 is 421303000000); format the column as text before a spreadsheet saves it"
        case .unknownLevel: "write one of \(DivisionLevel.allCases.map(\.text).joined(separator: ", "))"
        case .noName: "give the division's official name"
        case .duplicate: "delete the line that is out of date; one table holds one edition"
        case .orphan: "add the parent's own line, or correct parent_code; only the highest level may lack its parent"
        case .wrongParent(let level, _, _):
            "correct level or parent_code: above a \(level) stands \(level.parents.map(\.text).joined(separator: " or "))"
        }
    }
}

/// All problems of a table, in the order of lines; never empty.
package struct DivisionErrors: Error, Sendable {
    package let problems: [DivisionProblem]
}

/// The rows as arrays, checked.
private struct DivisionTable {
    private(set) var codes: [UInt64] = []
    private(set) var levels: [DivisionLevel] = []
    /// Places of the parents; −1 for a root.
    private(set) var parents: [Int32] = []
    /// Places by ascending code.
    private(set) var byCode: [Int32] = []
    private var texts: [String] = []
    private var lines: [Int32] = []
    private var parentCodes: [String] = []
    private var problems: [DivisionProblem] = []
    /// Codes of rows that were refused, so that their children aren't reported as orphans too.
    private var refused: Set<String> = []

    init(rows: some Sequence<DivisionRow>) throws(DivisionErrors) {
        for row in rows { append(row) }
        byCode = ascending(codes)
        reportDuplicates()
        parents = codes.indices.map { Int32(parent(of: $0) ?? -1) }
        if codes.isEmpty, problems.isEmpty { report(1, .empty) }
        guard problems.isEmpty else {
            throw DivisionErrors(problems: problems.sorted { $0.line < $1.line })
        }
    }

    private mutating func append(_ row: DivisionRow) {
        let (code, level) = (DivisionCode(row.code), DivisionLevel(row.level))
        if code == nil { report(row.line, .badCode(row.code)) }
        if level == nil { report(row.line, .unknownLevel(row.level)) }
        if row.name.isEmpty { report(row.line, .noName) }
        guard let code, let level, !row.name.isEmpty else {
            refused.insert(row.code)
            return
        }
        codes.append(code.value)
        levels.append(level)
        texts.append(row.name)
        lines.append(Int32(row.line))
        parentCodes.append(row.parentCode)
    }

    private mutating func reportDuplicates() {
        var first = 0
        for next in byCode.indices.dropFirst() {
            let (a, b) = (Int(byCode[first]), Int(byCode[next]))
            if codes[a] == codes[b] {
                report(
                    Int(lines[b]), .duplicate(code: DivisionCode(value: codes[b]).description, firstLine: Int(lines[a]))
                )
            } else {
                first = next
            }
        }
    }

    private mutating func parent(of place: Int) -> Int? {
        let (text, line) = (parentCodes[place], Int(lines[place]))
        let isTop = levels[place] == top
        if text.isEmpty {
            if !isTop { report(line, .orphan(parentCode: text)) }
            return nil
        }
        guard let code = DivisionCode(text) else {
            report(line, .badParentCode(text))
            return nil
        }
        guard let found = binarySearch(code.value, in: byCode, codes) else {
            if !isTop, !refused.contains(text) { report(line, .orphan(parentCode: text)) }
            return nil
        }
        if !levels[place].parents.contains(levels[found]) {
            let kind = DivisionProblem.Kind.wrongParent(
                level: levels[place], parentLevel: levels[found], parentLine: Int(lines[found]))
            report(line, kind)
        }
        return found
    }

    private lazy var top = levels.min()

    private mutating func report(_ line: Int, _ kind: DivisionProblem.Kind) {
        problems.append(DivisionProblem(line: line, kind: kind))
    }

    func names(in order: [Int]) -> (bytes: [UInt8], ends: [UInt32]) {
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        for place in order {
            bytes.append(contentsOf: texts[place].utf8)
            ends.append(UInt32(bytes.count))
        }
        return (bytes, ends)
    }
}

/// The breadth-first numbering of a checked table.
private struct DivisionOrder {
    /// Place in the table for each place in the tree.
    private(set) var places: [Int] = []
    private(set) var parents: [Int32] = []
    private(set) var firstChildren: [Int32] = []
    let rootCount: Int

    init(table: DivisionTable) {
        let (starts, children) = DivisionOrder.children(table)
        places = table.byCode.map { Int($0) }.filter { table.parents[$0] < 0 }
        rootCount = places.count
        parents = Array(repeating: -1, count: rootCount)
        var next = 0
        while next < places.count {
            firstChildren.append(Int32(places.count))
            for child in children[starts[places[next]]..<starts[places[next] + 1]] {
                places.append(child)
                parents.append(Int32(next))
            }
            next += 1
        }
        firstChildren.append(Int32(places.count))
    }

    /// The children of all places, one parent after the other and each in the order of codes.
    private static func children(_ table: DivisionTable) -> (starts: [Int], children: [Int]) {
        var starts = Array(repeating: 0, count: table.parents.count + 1)
        for parent in table.parents where parent >= 0 { starts[Int(parent) + 1] += 1 }
        for place in table.parents.indices { starts[place + 1] += starts[place] }
        var ends = starts
        var children = Array(repeating: 0, count: starts[table.parents.count])
        for place in table.byCode where table.parents[Int(place)] >= 0 {
            let parent = Int(table.parents[Int(place)])
            children[ends[parent]] = Int(place)
            ends[parent] += 1
        }
        return (starts, children)
    }
}

/// Places by ascending code; equal codes keep their order.
private func ascending(_ codes: [UInt64]) -> [Int32] {
    (0..<Int32(codes.count)).sorted { (codes[Int($0)], $0) < (codes[Int($1)], $1) }
}

/// The first place whose code is the given one.
private func binarySearch(_ code: UInt64, in order: [Int32], _ codes: [UInt64]) -> Int? {
    var (low, high) = (0, order.count)
    while low < high {
        let middle = (low + high) / 2
        if codes[Int(order[middle])] < code { low = middle + 1 } else { high = middle }
    }
    guard low < order.count, codes[Int(order[low])] == code else { return nil }
    return Int(order[low])
}

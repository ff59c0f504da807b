import Federation

/// Buildings as somebody says them in a line: `1–8栋，每栋2单元×18层×2户`, `9–26栋，缺14、24；每栋2单元×11层×2户`,
/// `1栋A座、1栋B座，每栋1单元×6层×4户`, `1-8: 2 units x 18 floors x 2 doors`.
///
/// Only what can mean one thing is understood; a line that isn't is listed with what to write, and the others stand.
struct BuildingLines {
    private(set) var buildings: [Record.Building] = []
    private(set) var problems: [ImportProblem] = []

    /// Buildings of all lines; a compound has some dozens.
    static let most = 500
    /// Doors of all lines; the largest compounds have some 20,000.
    static let mostDoors = 50_000

    init(_ text: String) {
        var first: [Code: Int] = [:]
        var doors = 0
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = BuildingLine.plain(line)
            guard !line.isEmpty else { continue }
            do throws(ImportProblem) {
                let said = try BuildingLine(line, number: number + 1).buildings()
                var named = first
                for building in said {
                    if let before = named.updateValue(number + 1, forKey: building.code) {
                        throw ImportProblem(
                            .buildingTwice, line: number + 1, ["building": building.code.text, "first": "\(before)"])
                    }
                }
                first = named
                guard buildings.count + said.count <= BuildingLines.most else {
                    throw ImportProblem(.tooManyBuildings, line: number + 1, ["most": "\(BuildingLines.most)"])
                }
                doors += said.reduce(0) { $0 + $1.doors }
                guard doors <= BuildingLines.mostDoors else {
                    throw ImportProblem(.tooManyDoors, line: number + 1, BuildingLines.bounds(doors))
                }
                buildings += said
            } catch { problems.append(error) }
        }
        if buildings.isEmpty, problems.isEmpty { problems = [ImportProblem(.noBuildings, line: 1)] }
    }

    /// What a refusal says of too many doors.
    fileprivate static func bounds(_ doors: Int) -> [String: String] {
        ["doors": "\(doors)", "most": "\(Record.Building.mostDoors)", "all": "\(mostDoors)"]
    }
}

/// One line, half-width and without blanks but for those between two digits.
private struct BuildingLine {
    private let text: String
    private let number: Int

    init(_ text: String, number: Int) { (self.text, self.number) = (text, number) }

    /// What keyboards and spreadsheets make of a dash, a times sign, a comma.
    static func plain(_ line: Substring) -> String {
        let text = DoorReading.cell(String(line)).lowercased()
        return String(
            text.map { character in
                switch character {
                case "–", "—", "~", "～", "至", "到": "-"
                case "×", "✕", "*", "乘": "x"
                case "、", "，": ","
                case "；", "：", "。", ";", ":": ";"
                default: character
                }
            })
    }

    private static let exceptions = ["没有", "缺", "无", "除", "不含", "without"]
    private static let perBuilding = ["每栋", "每幢", "每座", "每楼", "各"]

    func buildings() throws(ImportProblem) -> [Record.Building] {
        let (names, missing, shape) = parts()
        let (units, floors, doors) = try sizes(shape)
        // Multiplied, not listed: a slip of the finger is a million doors.
        guard units * floors * doors <= Record.Building.mostDoors else {
            throw ImportProblem(.buildingTooLarge, line: number, BuildingLines.bounds(units * floors * doors))
        }
        var left: Set<String> = []
        for name in missing {
            left.formUnion(try codes(name).map(\.code.text))
            try bound(left.count)
        }
        var buildings: [Record.Building] = []
        for name in names {
            for (code, label) in try codes(name) where left.remove(code.text) == nil {
                buildings.append(
                    Record.Building(
                        code: code, label: label, stairUnits: units, floors: floors, doorsPerFloor: doors, address: nil)
                )
            }
            try bound(buildings.count)
        }
        // Somebody who leaves out a building that isn't in the line has mistyped one of the two.
        if let stray = left.sorted().first { throw ImportProblem(.exceptionOutside, line: number, ["building": stray]) }
        guard !buildings.isEmpty else { throw ImportProblem(.notBuildings, line: number, ["value": text]) }
        return buildings
    }

    /// Asked piece by piece: a line of `1-500,1-500,…` would be millions before it ends.
    private func bound(_ count: Int) throws(ImportProblem) {
        guard count <= BuildingLines.most else {
            throw ImportProblem(.tooManyBuildings, line: number, ["most": "\(BuildingLines.most)"])
        }
    }

    /// The buildings, those that are missing (said before or after it), and the shape of each.
    private func parts() -> (names: [Substring], missing: [Substring], shape: Substring) {
        let shape =
            BuildingLine.perBuilding.compactMap { text.firstRange(of: $0)?.lowerBound }.min() ?? firstSize
            ?? text.endIndex
        let exception = BuildingLine.exceptions.compactMap { text.firstRange(of: $0) }
            .min { $0.lowerBound < $1.lowerBound }
        func items(_ part: Substring) -> [Substring] { part.split { $0 == "," || $0 == ";" } }
        guard let exception else { return (items(text[..<shape]), [], text[shape...]) }
        guard exception.lowerBound < shape else {
            return (
                items(text[..<shape]), items(text[exception.upperBound...]), text[shape..<exception.lowerBound]
            )
        }
        return (items(text[..<exception.lowerBound]), items(text[exception.upperBound..<shape]), text[shape...])
    }

    /// A number of the shape: the words that may stand behind it, the first one as people write it.
    private struct Size {
        var words: [String]
        var range: ClosedRange<Int>
    }
    private static let units = Size(words: ["单元", "个单元", "units", "unit"], range: 1...50)
    private static let floors = Size(words: ["层", "floors", "floor"], range: 1...99)
    private static let doors = Size(words: ["户", "doors", "door"], range: 1...99)

    /// Where the first number stands that says how large a building is.
    private var firstSize: String.Index? {
        [BuildingLine.units, BuildingLine.floors, BuildingLine.doors].flatMap(\.words)
            .compactMap { text.firstRange(of: $0)?.lowerBound }.min()
            .map { text.index($0, offsetBy: -text[..<$0].reversed().prefix(while: \.isNumber).count) }
    }

    private func sizes(_ shape: Substring) throws(ImportProblem) -> (units: Int, floors: Int, doors: Int) {
        func read(_ size: Size) throws(ImportProblem) -> Int {
            guard let word = size.words.compactMap({ shape.firstRange(of: $0)?.lowerBound }).min() else {
                throw ImportProblem(.shapeMissing, line: number, ["value": size.words[0]])
            }
            let digits = String(shape[..<word].reversed().prefix { $0.isNumber || $0 == " " }.reversed())
            guard let value = Int(digits), size.range.contains(value) else {
                throw ImportProblem(
                    .sizeOutOfRange, line: number,
                    ["value": digits + size.words[0], "most": "\(size.range.upperBound)"])
            }
            return value
        }
        return (try read(BuildingLine.units), try read(BuildingLine.floors), try read(BuildingLine.doors))
    }

    /// `9-26栋` is 18 buildings, `7栋` and `1栋A座` are one; what isn't a plain number keeps its words as its name.
    private func codes(_ item: Substring) throws(ImportProblem) -> [(code: Code, label: String?)] {
        let bare = DoorReading.building(String(item))
        let ends = bare.split(separator: "-", omittingEmptySubsequences: false).map { DoorReading.building(String($0)) }
        if ends.count == 2, let from = Int(ends[0]), let to = Int(ends[1]), from <= to, to - from < BuildingLines.most {
            return (from...to).compactMap { number in Code("\(number)").map { ($0, nil) } }
        }
        let inner = ["号楼", "栋", "幢", "座", "楼", "#"].reduce(bare) { $0.replacing($1, with: "") }.uppercased()
        guard let code = Code(inner), !inner.contains("-") else {
            throw ImportProblem(.notBuildings, line: number, ["value": String(item)])
        }
        let name = String(item).uppercased()
        return [(code, Int(inner) == nil && name != inner ? name : nil)]
    }
}

import Federation

/// A building's paper sheet as it is keyed: `101 2` is two people at home and tested, `2-1101 3/2` three of whom two are,
/// `302 没人`, `303 空`, `304 拒`, `305 外出`, `306 改天`; a line `2单元` says which stair unit the next ones are of.
struct SheetLines {
    struct Line: Equatable {
        var number: Int
        var text: String
        /// Stair unit and room; nil where the line says nothing that can be read.
        var place: (unit: String, room: String)?
        var result: Result?
        var doubt: Doubt?

        static func == (a: Line, b: Line) -> Bool {
            a.number == b.number && a.text == b.text && a.place?.unit == b.place?.unit
                && a.place?.room == b.place?.room && a.result == b.result && a.doubt == b.doubt
        }
    }

    struct Result: Equatable {
        var disposition: Disposition
        var people: [PeopleClass: Int]?
    }

    /// Why a line isn't taken, with words under `node.sheet.<doubt>`.
    enum Doubt: String, CaseIterable {
        case notUnderstood = "not_understood"
        case nobody
        case doorUnknown = "door_unknown"
        case doorTwice = "door_twice"
        case tooMany = "too_many"
    }

    private(set) var lines: [Line] = []

    /// Lines that are read: a tall building has some hundreds of doors, the largest some 1,100.
    static let most = 2000

    init(_ text: String) {
        var unit = "1"
        for (number, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = raw.split { $0.isWhitespace || ",，、：:".contains($0) }.map { DoorReading.plain(String($0)) }
            guard !words.isEmpty else { continue }
            guard lines.count < SheetLines.most else {
                // This line and all that follow: whoever keyed them has to know.
                lines.append(Line(number: number + 1, text: "…", doubt: .tooMany))
                return
            }
            let bare = DoorReading.stairUnit(words[0])
            if words.count == 1, bare != words[0] {
                unit = bare
                continue
            }
            lines.append(SheetLines.line(words, number: number + 1, unit: unit))
        }
    }

    private static func line(_ words: [String], number: Int, unit: String) -> Line {
        var line = Line(number: number, text: words.joined(separator: " "))
        let door = words[0].split(separator: "-").map(String.init)
        guard words.count == 2, (1...2).contains(door.count), let room = door.last else {
            line.doubt = .notUnderstood
            return line
        }
        line.place = (door.count == 2 ? DoorReading.stairUnit(door[0]) : unit, DoorReading.room(room))
        do throws(Fault) { line.result = try result(words[1]) } catch { line.doubt = error.doubt }
        return line
    }

    private struct Fault: Error { var doubt: Doubt }

    private static let words: [(Disposition, [String])] = [
        (.nobodyHome, ["没", "没人", "没人在家", "不在", "n"]), (.vacant, ["空", "空置", "空户", "v"]),
        (.refused, ["拒", "拒绝", "拒检", "r"]), (.absent, ["外", "外出", "外地", "a"]),
        (.postponed, ["改", "改天", "改时间", "p"]), (.notDwelling, ["商铺", "非住宅", "s"]),
    ]

    private static func result(_ word: String) throws(Fault) -> Result {
        let bare = word.lowercased().replacing("人", with: "")
        let parts = bare.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        if parts.count <= 2, let home = parts[0], let tested = parts.count == 2 ? parts[1] : home {
            // Nobody at home and nobody living there are two things.
            guard home > 0 else { throw Fault(doubt: .nobody) }
            guard home <= 200, (0...home).contains(tested) else { throw Fault(doubt: .notUnderstood) }
            var people: [PeopleClass: Int] = [.tested: tested]
            if tested < home { people[.untested] = home - tested }
            return Result(disposition: .completed, people: people)
        }
        guard let said = words.first(where: { $0.1.contains(word.lowercased()) })?.0 else {
            throw Fault(doubt: .notUnderstood)
        }
        return Result(disposition: said, people: nil)
    }
}

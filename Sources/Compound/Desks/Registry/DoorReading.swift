import Federation

/// The parts of a door as Chinese lists write them: `7栋`, `7号楼`, `7#`, `1栋A座`; `1单元`; `1801室`, `1801甲`, `车库12`;
/// full-width digits.
///
/// Only what can mean one thing is understood. The rest stays as it is and is no code, so that its line is refused.
enum DoorReading {
    static func building(_ text: String) -> String {
        let bare = bare(text, of: ["号楼", "#楼", "栋", "幢", "座", "楼", "#"])
        guard Code(bare) == nil, let match = bare.wholeMatch(of: #/([0-9]{1,3})(?:号楼|#楼|栋|幢|座|楼|#)([A-Za-z])/#) else {
            return bare
        }
        return "\(match.output.1)\(match.output.2.uppercased())"
    }

    /// `3人` is 3, and so is the `3.0` of a spreadsheet; `三人` stays and is no number.
    static func residents(_ text: String) -> String {
        let bare = bare(text, of: ["个人", "口人", "人", "口"])
        if let whole = bare.wholeMatch(of: #/([0-9]+)\.0+/#) { return String(whole.output.1) }
        return Int(bare) == nil ? cell(text) : bare
    }

    static func stairUnit(_ text: String) -> String { bare(text, of: ["单元"]) }

    static func room(_ text: String) -> String {
        let bare = bare(text, of: ["室", "号", "房"])
        return isPlain(bare) ? bare : space(bare) ?? shared(bare) ?? bare
    }

    /// A door in one cell: `7#2-1101`, `3栋2单元1101室`, `7-2-1101`; `7栋1101` has no stair unit.
    ///
    /// - Returns: nil for what isn't one.
    static func whole(_ text: String) -> (building: String, stairUnit: String, room: String)? {
        let text = cell(text)
        let word =
            #/([0-9]{1,3}[A-Za-z]?|[A-Za-z])(?:号楼|#楼|栋|幢|座|楼|#)(?:([0-9]{1,2})(?:单元-?|-))?([0-9]{1,5}[A-Za-z]?(?:室|号|房)?[甲乙丙丁]?)/#
        let dashed = #/([0-9]{1,3}[A-Za-z]?|[A-Za-z])-([0-9]{1,2})-([0-9]{1,5}[A-Za-z]?(?:\.[1-9])?(?:室|号|房)?[甲乙丙丁]?)/#
        if let match = text.wholeMatch(of: word) {
            return (String(match.output.1), match.output.2.map { String($0) } ?? "", room(String(match.output.3)))
        }
        return text.wholeMatch(of: dashed).map { (String($0.output.1), String($0.output.2), room(String($0.output.3))) }
    }

    /// Stair unit and room in one cell, in a table that has no column for the stair unit: `2-1101`, `2单元1101室`.
    static func place(_ text: String) -> (stairUnit: String, room: String)? {
        let both = #/([0-9]{1,2})(?:单元-?|-)([0-9]{1,5}[A-Za-z]?(?:\.[1-9])?(?:室|号|房)?[甲乙丙丁]?)/#
        return cell(text).wholeMatch(of: both).map { (String($0.output.1), room(String($0.output.2))) }
    }

    /// The building that a sheet is of, by its name: `3栋`, `3号楼`, `3#`, `3`, `3栋住户表`.
    static func building(ofSheet name: String) -> String? {
        let name = cell(name)
        let said =
            #/([0-9]{1,3}(?:(?:号楼|#楼|栋|幢|座|楼|#)?[A-Za-z])?|[A-Za-z](?=座|栋|幢))(?:号楼|#楼|栋|幢|座|楼|#)?(?:住户|业主|居民|花名册|登记|信息|名单|明细|表|册)*/#
        return name.wholeMatch(of: said).map { building(String($0.output.1)) }
    }

    /// Half-width and without blanks: `１２` and `Ａ` are typed with a Chinese keyboard.
    static func plain(_ text: String) -> String {
        // Most of a long table is plain already.
        if isPlain(text) { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
            let isFullWidth = (0xFF01...0xFF5E).contains(scalar.value)
            plain.append(isFullWidth ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar)
        }
        return String(plain)
    }

    /// The same, but a blank between two digits stays: `2 3` may be two numbers or one, and is none.
    static func cell(_ text: String) -> String {
        if isPlain(text) { return text }
        let parts = text.split(whereSeparator: \.isWhitespace).map { plain(String($0)) }
        return parts.reduce(into: "") { cell, part in
            let isBetweenDigits = cell.last?.isNumber == true && part.first?.isNumber == true
            cell += isBetweenDigits ? " \(part)" : part
        }
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    /// - Parameter words: what may stand behind the number; a longer word before its own end.
    private static func bare(_ text: String, of words: [String]) -> String {
        let text = cell(text)
        let bytes = text.utf8
        let word = words.first { bytes.count > $0.utf8.count && bytes.suffix($0.utf8.count).elementsEqual($0.utf8) }
        guard let word else { return text }
        return String(text.prefix(upTo: bytes.index(bytes.endIndex, offsetBy: -word.utf8.count)))
    }

    // MARK: What is mistyped

    /// `1O1` has a letter where a digit stands beside it, and no building has a stair unit 0. A door that is there
    /// may be called so.
    static func isDoubtful(_ door: Door) -> Bool {
        door.stairUnit.allSatisfy { $0 == "0" }
            || [door.building.text, door.stairUnit, door.room].contains(where: mixesLetters)
    }

    /// `O` with nothing but digits beside it, `I` and `l` between two.
    private static func mixesLetters(_ part: String) -> Bool {
        let bytes = Array(part.utf8)
        func isDigit(_ place: Int) -> Bool? {
            bytes.indices.contains(place) ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) : nil
        }
        return bytes.indices.contains { place in
            let beside = [isDigit(place - 1), isDigit(place + 1)]
            return switch bytes[place] {
            case UInt8(ascii: "O"), UInt8(ascii: "o"): beside.contains(true) && !beside.contains(false)
            case UInt8(ascii: "I"), UInt8(ascii: "l"): beside == [true, true]
            default: false
            }
        }
    }

    // MARK: What is no ordinary flat

    /// Households behind one door are rooms of their own, `1101甲` → `1101.1`.
    private static let households = ["甲": "1", "乙": "2", "丙": "3", "丁": "4"]

    private static func shared(_ room: String) -> String? {
        guard let last = room.last, let number = households[String(last)] else { return nil }
        let door = bare(String(room.dropLast()), of: ["室", "号", "房"])
        return door.isEmpty ? nil : "\(door).\(number)"
    }

    /// Spaces that nobody need live in, by the first letters of their names: `车库12` → `CK12`.
    private static let spaces = ["车库": "CK", "车位": "CW", "储藏室": "CC", "商铺": "SP", "门面": "MM"]

    private static func space(_ room: String) -> String? {
        for (word, letters) in spaces where room.hasPrefix(word) {
            let number = room.dropFirst(word.count).drop { $0 == "-" }
            if Code(number) != nil { return letters + number }
        }
        return nil
    }

    /// The room of such a space.
    static func isSpace(_ room: String) -> Bool {
        spaces.values.contains { room.hasPrefix($0) && room.dropFirst($0.count).first?.isNumber == true }
    }
}

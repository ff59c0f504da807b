/// The parts of a door as Chinese lists write them: `7栋`, `7号楼`, `7#`; `1单元`; `1801室`; full-width digits.
///
/// Only what can mean one thing is understood. The rest stays as it is and is no code, so that its line is refused.
enum DoorReading {
    static func building(_ text: String) -> String { bare(text, of: ["号楼", "#楼", "栋", "幢", "座", "楼", "#"]) }
    static func stairUnit(_ text: String) -> String { bare(text, of: ["单元"]) }
    static func room(_ text: String) -> String { bare(text, of: ["室", "号", "房"]) }

    /// A door in one cell: `7#2-1101`, `3栋2单元1101室`, `7-2-1101`; `7栋1101` has no stair unit.
    ///
    /// - Returns: nil for what isn't one.
    static func whole(_ text: String) -> (building: String, stairUnit: String, room: String)? {
        let text = plain(text)
        let word =
            #/([0-9]{1,3}[A-Za-z]?|[A-Za-z])(?:号楼|#楼|栋|幢|座|楼|#)(?:([0-9]{1,2})(?:单元-?|-))?([0-9]{1,5}[A-Za-z]?)(?:室|号|房)?/#
        let dashed = #/([0-9]{1,3}[A-Za-z]?|[A-Za-z])-([0-9]{1,2})-([0-9]{1,5}[A-Za-z]?)(?:室|号|房)?/#
        if let match = text.wholeMatch(of: word) {
            return (String(match.output.1), match.output.2.map { String($0) } ?? "", String(match.output.3))
        }
        return text.wholeMatch(of: dashed).map { (String($0.output.1), String($0.output.2), String($0.output.3)) }
    }

    /// Half-width and without blanks: `１２` and `Ａ` are typed with a Chinese keyboard.
    static func plain(_ text: String) -> String {
        // Most of a long table is plain already.
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
            let isFullWidth = (0xFF01...0xFF5E).contains(scalar.value)
            plain.append(isFullWidth ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar)
        }
        return String(plain)
    }

    /// - Parameter words: what may stand behind the number; a longer word before its own end.
    private static func bare(_ text: String, of words: [String]) -> String {
        let text = plain(text)
        let bytes = text.utf8
        let word = words.first { bytes.count > $0.utf8.count && bytes.suffix($0.utf8.count).elementsEqual($0.utf8) }
        guard let word else { return text }
        return String(text.prefix(upTo: bytes.index(bytes.endIndex, offsetBy: -word.utf8.count)))
    }
}

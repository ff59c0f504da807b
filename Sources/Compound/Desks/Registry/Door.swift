import Federation

/// A door as `building-stair unit-room`, such as `7-2-1101`.
struct Door: Hashable, Sendable, Comparable, CustomStringConvertible {
    let code: Code
    let building: Code
    let stairUnit: String
    let room: String

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), let code = Code(text), let building = Code(parts[0])
        else { return nil }
        self.code = code
        self.building = building
        stairUnit = String(parts[1])
        room = String(parts[2])
    }

    var description: String { code.text }
    static func < (a: Door, b: Door) -> Bool { a.code < b.code }
}

import Federation

/// What a phone recorded in one building, as one line that is sent in a chat: `家园·3栋·2户·ROUND/DEVICE/TIME/BASE/DOORS·校验1A2B3C4D`.
///
/// - ROUND and DEVICE are codes, TIME seconds since 1970 to the base of 36; names are nowhere in it.
/// - DOORS: stair units parted by `;`, each `1=` and its records parted by `,`: `101/ct2u1/a1b2c3`, which is the room, the
///   answer and the last 6 digits of the record's id. BASE is the first 26 digits of every id, so a record has the same
///   id on every way on which it arrives. `~` and 6 or 32 digits name a record that it takes back.
/// - An answer is a letter for the disposition and, where people were told about, a letter and a number for each class.
/// - The checksum is the CRC-32 of all before `·校验`, in UTF-8.
///
/// The phone writes it (`walk-line.js`); nothing is read that isn't whole.
struct ResultLine: Equatable {
    struct Entry: Equatable {
        var door: Door
        var disposition: Disposition
        var people: [PeopleClass: Int]?
        var id: UInt128
        var supersedes: [UInt128]
    }

    /// Why a line, or a door of it, isn't taken; words under `node.result.<doubt>`.
    enum Doubt: String, CaseIterable, Error {
        case checksum
        case notUnderstood = "not_understood"
        case otherBuilding = "other_building"
        case otherRound = "other_round"
        case doorUnknown = "door_unknown"
        case taken
    }

    private(set) var building: Code
    private(set) var round: Code
    private(set) var device: Code
    /// Seconds since 1970 by the phone: of the last record in the line.
    private(set) var observedAt: Int64
    private(set) var entries: [Entry]

    private static let (opening, seal) = ("家园·", "·校验")

    /// Whether somebody pasted such lines, whole or not, and not a sheet.
    static func isIn(_ text: String) -> Bool { text.contains(opening) }

    /// - Parameter text: one line; blanks, and what a chat puts before it, are left out.
    init(_ text: String) throws(Doubt) {
        let bare = text.filter { !$0.isWhitespace }
        guard let start = bare.firstRange(of: ResultLine.opening),
            let end = bare[start.upperBound...].firstRange(of: ResultLine.seal)
        else { throw .checksum }
        let said = bare[start.lowerBound..<end.lowerBound]
        guard bare[end.upperBound...] == CRC32.text(said) else { throw .checksum }
        let parts = said.split(separator: "·", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1].last == "栋", parts[2].last == "户", let building = Code(parts[1].dropLast()),
            let doors = Int(parts[2].dropLast())
        else { throw .notUnderstood }
        let fields = parts[3].split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5, let round = Code(fields[0]), let device = Code(fields[1]),
            let time = Int64(fields[2], radix: 36), Clock.moments.contains(Int(time)), fields[3].count == 26
        else { throw .notUnderstood }
        (self.building, self.round, self.device, observedAt) = (building, round, device, time)
        entries = try ResultLine.entries(fields[4], of: building, base: String(fields[3]))
        guard Set(entries.map(\.door)).count == doors else { throw .notUnderstood }
    }

    private static func entries(_ text: Substring, of building: Code, base: String) throws(Doubt) -> [Entry] {
        var entries: [Entry] = []
        for unit in text.split(separator: ";", omittingEmptySubsequences: false) {
            let parts = unit.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .notUnderstood }
            for record in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                entries.append(try entry(record, "\(building)-\(parts[0])", base))
            }
        }
        return entries
    }

    private static func entry(_ text: Substring, _ place: String, _ base: String) throws(Doubt) -> Entry {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let door = Door("\(place)-\(parts[0])") else { throw .notUnderstood }
        var ids: [UInt128] = []
        for digits in parts[2].split(separator: "~", omittingEmptySubsequences: false) {
            guard let id = Hex.uint128(digits.count == 6 ? base + digits : String(digits)) else { throw .notUnderstood }
            ids.append(id)
        }
        guard ids.count <= Supersedes.most, let answer = ShortAnswer(parts[1]) else { throw .notUnderstood }
        return Entry(
            door: door, disposition: answer.disposition, people: answer.people, id: ids[0],
            supersedes: Array(ids.dropFirst()))
    }
}

/// The checksum of zip and PNG: it finds what a chat cuts off or a hand changes. It is no signature.
enum CRC32 {
    /// 8 upper-case hexadecimal digits.
    static func text(_ text: some StringProtocol) -> String {
        var rest: UInt32 = 0xFFFF_FFFF
        for byte in text.utf8 {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
        let digits = String(~rest, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// What stands in the fields of a simulated world that belong to a person or a door. All of it bears one mark, so that
/// whoever reads the bytes of a message can tell.
enum Personal {
    /// 某人: somebody.
    private static let mark = Array("mou-ren".utf8)

    static let recorder = "mou-ren-13800001234"
    static let device = "mou-ren-phone"
    static let volunteer = "mou-ren-v7"
    static let officer = "officer mou-ren"
    static let caller = "mou-ren, 13800001234"
    static let reason = "mou-ren said so"
    static func label(_ building: Int) -> String { "mou-ren's building \(building)" }
    static func address(_ number: Int, _ house: Int) -> String { "\(number) mou-ren road \(house)" }
    static func door(_ building: String, _ door: Int) -> String { "\(building)-1-\(door + 1)01" }

    /// - Returns: what of it the bytes hold; nil for nothing.
    static func found(in bytes: [UInt8]) -> String? {
        let place = bytes.indices.first { place in
            switch bytes[place] {
            case mark[0]: bytes[place...].starts(with: mark)
            // Buildings may be named: `b7`. What goes on after the number is a door.
            case UInt8(ascii: "-"):
                place >= 2 && bytes[place - 2] == UInt8(ascii: "b")
                    && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place - 1])
            default: false
            }
        }
        return place.map { String(decoding: bytes[max(0, $0 - 24)..<min(bytes.count, $0 + 24)], as: UTF8.self) }
    }
}

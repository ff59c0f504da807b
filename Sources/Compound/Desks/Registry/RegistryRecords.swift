import Federation
import GRDB

extension Record {
    struct Building: RecordContent {
        var code: Code
        /// Nil where nobody gave it a name; then pages name it by its code.
        var label: String?
        var stairUnits: Int
        var floors: Int
        var doorsPerFloor: Int
        /// Where the building stands, without which its doors claim nobody; nil says nothing, "" that there is none.
        var address: String?
    }

    struct Household: RecordContent {
        enum State: String, Sendable, CaseIterable {
            case occupied, vacant, `let`
            case groupLet = "group_let"
            case notDwelling = "not_dwelling"

            /// Somebody may live behind the door.
            var isHousehold: Bool { self == .occupied || self == .let || self == .groupLet }
        }
        var door: Door
        var residents: Int
        var state: State
        /// A line of a table of the building's doors, which says that there are no others.
        var isListed = false
        /// The door's own address, if it isn't the building's with the door's number; nil says nothing, "" that it
        /// has none.
        var address: String?
    }

    /// Bytes of an address at most.
    static let addressLimit = 300
}

// MARK: Buildings

extension Record.Building {
    static let kind = "building"
    var period: Code? { nil }
    var page: String { "/registry" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            code: try Record.Building.checked(json.code("building")),
            label: json.has("label") ? try json.text("label", limit: 40) : nil,
            stairUnits: try json.number("stair_units", in: 1...50), floors: try json.number("floors", in: 1...99),
            doorsPerFloor: try json.number("doors_per_floor", in: 1...99), address: try json.address())
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            code: try Record.Building.checked(form.code("building")), label: try form.text("label", limit: 40),
            stairUnits: try form.number("stair_units", in: 1...50), floors: try form.number("floors", in: 1...99),
            doorsPerFloor: try form.number("doors_per_floor", in: 1...99),
            address: try form.text("address", limit: Record.addressLimit))
    }

    /// Doors of one building; the largest there are have some 5,000.
    static let mostDoors = 10_000
    var doors: Int { stairUnits * floors * doorsPerFloor }

    /// Asked of what is new: one that an older build took stays.
    func check(_ record: Record, _ journal: Journal) throws { try bound() }

    func bound() throws(IntakeError) {
        guard doors <= Record.Building.mostDoors else {
            throw IntakeError(.buildingTooLarge, field: "doors_per_floor", value: "\(doors)")
        }
    }

    private static func checked(_ code: Code) throws(IntakeError) -> Code {
        guard !code.text.contains("-") else { throw IntakeError(.notACode, field: "building", value: code.text) }
        return code
    }

    var statement: Statement {
        Statement(
            subject: code.text, field: RegistryDesk.building,
            value: JSONLine.object(
                JSONLine.text("address", address) + [
                    ("doors_per_floor", .number(doorsPerFloor)), ("floors", .number(floors)),
                    ("label", .text(label ?? "")), ("stair_units", .number(stairUnits)),
                ]))
    }

    var members: [(String, JSONLine.Value)] {
        [
            ("building", .text(code.text)), ("stair_units", .number(stairUnits)), ("floors", .number(floors)),
            ("doors_per_floor", .number(doorsPerFloor)),
        ] + JSONLine.text("label", label) + JSONLine.text("address", address)
    }
}

// MARK: Households

extension Record.Household {
    static let kind = "household"
    var period: Code? { nil }
    var page: String { "/registry" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            door: try json.door("door"), residents: try json.number("residents", in: 0...200),
            state: try json.choice("state"), address: try json.address())
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            door: try form.door("door"), residents: try form.number("residents", in: 0...200),
            state: try form.choice("state"), address: try Record.Household.address(form))
    }

    /// An address that stands as the page showed it is no statement; one that was emptied says that there is none.
    private static func address(_ form: FormFields) throws(IntakeError) -> String? {
        guard let before = form["address_before"] else { return nil }
        let now = try form.text("address", limit: Record.addressLimit) ?? "-"
        guard now != before else { return nil }
        return now == "-" ? "" : now
    }

    /// Only what was said is written, so that statements without an address stay the bytes they always were.
    var statement: Statement {
        Statement(
            subject: door.code.text, field: RegistryDesk.household,
            value: JSONLine.object(
                JSONLine.text("address", address) + (isListed ? [("listed", .number(1))] : []) + [
                    ("residents", .number(residents)), ("state", .text(state.rawValue)),
                ]))
    }

    var members: [(String, JSONLine.Value)] {
        [
            ("door", .text(door.code.text)), ("residents", .number(residents)), ("state", .text(state.rawValue)),
        ] + JSONLine.text("address", address)
    }
}

extension JSONFields {
    fileprivate func address() throws(IntakeError) -> String? {
        has("address") ? try text("address", limit: Record.addressLimit, mayBeEmpty: true) : nil
    }
}

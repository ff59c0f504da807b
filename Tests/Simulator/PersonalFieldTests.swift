import District
import Federation
import Testing

@testable import Simulator

/// The checker of invariant 14 sees a leak in whatever message and field it stands.
@Suite struct PersonalFieldTests {
    private static let unit = Code(literal: "421300-100")
    private static let district = Code(literal: "421300")
    private static let fields = [
        Personal.recorder, Personal.device, Personal.volunteer, Personal.officer, Personal.caller, Personal.reason,
        Personal.label(3), Personal.address(0, 2), Personal.door("b7", 11),
    ]

    private static func notices(_ text: String, _ message: Message, of child: Code) -> Bool {
        let world = World(seed: 1, faults: Faults.none, stopsAtViolation: true)
        world.checks.crosses(Array(text.utf8), message, of: child)
        return world.isOver
    }

    @Test(arguments: fields) func aFieldOfAPersonOrADoor(_ field: String) {
        for message in [Message.push, .answer, .document] {
            #expect(Self.notices("{\"why\":\"\(field)\"}", message, of: Self.unit))
            #expect(Self.notices("[1,\"b7\",\"\(field)\"", message, of: Self.district), "cut short")
        }
    }

    @Test func whatMayCross() {
        for text in ["{\"sym\":[\"round-1\",\"b7\",\"421300-100\"]}", "[5,0,0,1,1649239200,0,-1,12]", "", "m", "b7-"] {
            #expect(Self.notices(text, .push, of: Self.unit) == (text == "b7-"), "\(text)")
        }
    }

    /// Between a compound and its district keys and tokens have to cross; above the district they may not.
    @Test func claimsStayBelowTheirDistrict() throws {
        let world = World(seed: 1)
        let address = try #require(world.districts[0].addresses.first)
        let token = try #require(world.districts[0].token(of: address, 0))
        let key = Hex.text(try #require(world.campaign(0).claimKey))
        for secret in [token.text, key] {
            for message in [Message.push, .document] {
                #expect(!Self.notices("{\"sym\":[\"\(secret)\"]}", message, of: Self.unit))
                #expect(Self.notices("{\"sym\":[\"\(secret)\"]}", message, of: Self.district))
            }
        }
    }
}

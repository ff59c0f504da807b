/// A community of the division table, by its 12-digit code.
package struct Community: Hashable, Sendable {
    package var code: String
    package var name: String

    package init(code: String, name: String) {
        self.code = code
        self.name = name
    }

    /// The coding rule gives 001–199 to residents' committees (居委会) and 200–399 to villages (村委会);
    /// names are no guide, since one kind of place is written in five ways.
    var isUrban: Bool { code.utf8.dropFirst(9).first.map { $0 < UInt8(ascii: "2") } ?? true }

    package var street: String { DivisionLine.code(code, digits: 9) }
    package var district: String { DivisionLine.code(code, digits: 6) }
    package var city: String { DivisionLine.code(code, digits: 4) }
}

/// One line of a division table (`code,name,level,parent_code`), for a world that brings its own.
package struct DivisionLine: Hashable, Sendable {
    package var code: String
    package var name: String
    package var level: String
    package var parent: String

    static func code(_ community: String, digits: Int) -> String {
        community.prefix(digits) + String(repeating: "0", count: 12 - digits)
    }
}

/// Communities that exist nowhere, for a world without a list: streets of 7 urban communities (and in
/// profile M 35 villages), 13 streets to a district, as the national table has them in the middle.
struct InventedCommunities {
    private static let streetsPerDistrict = 13
    private static let urbanPerStreet = 7
    private let villagesPerStreet: Int

    init(profile: Profile) { villagesPerStreet = profile == .m ? 35 : 0 }

    /// - Parameter index: from 0 without end; equal indices give equal communities.
    func community(_ index: Int) -> Community {
        let perStreet = InventedCommunities.urbanPerStreet + villagesPerStreet
        let (street, place) = index.quotientAndRemainder(dividingBy: perStreet)
        let serial =
            place < InventedCommunities.urbanPerStreet ? place + 1 : 200 + place - InventedCommunities.urbanPerStreet
        let code = InventedCommunities.streetCode(street) + Digits.padded(serial, 3)
        return Community(code: code, name: "样例\(index + 1)社区")
    }

    /// The lines above and of the communities, parents first.
    static func divisions(of communities: [Community]) -> [DivisionLine] {
        var lines = [DivisionLine(code: "990100000000", name: "样例市", level: "city", parent: "990000000000")]
        var seen: Set<String> = []
        for community in communities {
            if seen.insert(community.district).inserted {
                let name = "样例\(seen.count)区"
                lines.append(
                    DivisionLine(code: community.district, name: name, level: "district", parent: community.city))
            }
        }
        seen = []
        for community in communities where seen.insert(community.street).inserted {
            let name = "样例\(seen.count)街道"
            lines.append(DivisionLine(code: community.street, name: name, level: "street", parent: community.district))
        }
        return lines
            + communities.map { DivisionLine(code: $0.code, name: $0.name, level: "community", parent: $0.street) }
    }

    private static func streetCode(_ street: Int) -> String {
        let (district, place) = street.quotientAndRemainder(dividingBy: streetsPerDistrict)
        return "9901" + Digits.padded(district + 1, 2) + Digits.padded(place + 1, 3)
    }
}

enum Digits {
    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

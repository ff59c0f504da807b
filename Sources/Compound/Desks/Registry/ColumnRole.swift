import Daemon

/// What a column of a table of doors says.
enum ColumnRole: String, Sendable, CaseIterable {
    case building
    case stairUnit = "stair_unit"
    case room
    /// Building, stair unit and room in one cell.
    case door
    case residents, state, address

    /// Offices' own words for it. ASCII letters match in either case.
    private var names: [String] {
        switch self {
        case .building: ["building", "楼栋", "楼号", "栋号", "幢号", "楼幢", "栋"]
        case .stairUnit: ["stair_unit", "单元", "单元号"]
        case .room: ["room", "房号", "房间号", "室号", "门牌", "门牌号", "户号"]
        case .door: ["door", "户室", "楼栋房号"]
        case .residents: ["residents", "人数", "人口", "居住人数", "常住人数", "家庭人口", "家庭人数"]
        case .state: ["state", "状态", "居住情况", "居住状态", "房屋状态"]
        case .address: ["address", "地址"]
        }
    }

    /// What the columns of a head are taken for by their names.
    struct Guess {
        /// One for each column; nil: left alone.
        var roles: [ColumnRole?]
        /// The names of two columns that say the same.
        var twice: String?
    }

    static func guess(_ fields: [String]) -> Guess {
        var guess = Guess(roles: Array(repeating: nil, count: fields.count))
        let plain = fields.map { DoorReading.plain($0).lowercased() }
        for role in allCases {
            let found = role.names.flatMap { name in plain.indices.filter { plain[$0] == name } }
            guard let first = found.first else { continue }
            guess.roles[first] = role
            guard guess.twice == nil, found.count > 1 else { continue }
            let isOneName = plain[first] == plain[found[1]]
            guess.twice = isOneName ? fields[max(first, found[1])] : "\(fields[first]) / \(fields[found[1]])"
        }
        return guess
    }

    /// - Returns: the names of two columns that were chosen for the same.
    static func twice(_ roles: [ColumnRole?], _ fields: [String]) -> String? {
        allCases.lazy.map { role in roles.indices.filter { roles[$0] == role } }.first { $0.count > 1 }
            .map { "\(fields[$0[0]]) / \(fields[$0[1]])" }
    }

    /// A door, and how many live behind it. The building may also be said by the sheet's name.
    static func suffice(_ roles: [ColumnRole?], building: String?) -> Bool {
        guard roles.contains(.residents) else { return false }
        if roles.contains(.door) { return true }
        guard roles.contains(.room) else { return false }
        // Without either the room's cell names the whole door; a stair unit alone says nothing.
        return building != nil || roles.contains(.building) || !roles.contains(.stairUnit)
    }
}

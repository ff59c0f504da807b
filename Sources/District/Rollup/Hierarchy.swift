import Federation

/// Along what rows are added up: today's tree, and for each round that is over the tree of the day on which it was
/// closed. All of them number units and speakers alike.
struct Hierarchy: Sendable {
    var current: PlaceTree
    /// Rounds whose tree isn't today's.
    var past: [Code: PlaceTree] = [:]
    /// Of those, the edition of the divisions where it isn't today's.
    var editions: [Code: String] = [:]
    /// Seconds since 1970 at which a round was closed.
    var closed: [Code: Int64] = [:]

    subscript(period: Code) -> PlaceTree { past[period] ?? current }
}

extension Hierarchy {
    init(_ content: RegistryContent) {
        let today = content.lineage.units(content.units, on: content.day)
        current = Self.tree(today, content.relays, content.divisions)
        var made: [Moment: PlaceTree] = [:]
        for campaign in content.campaigns {
            guard let closedAt = campaign.closedAt else { continue }
            closed[campaign.code] = closedAt
            let day = Day.of(closedAt)
            editions[campaign.code] = content.formerEditions[day]
            let then = content.lineage.units(content.units, on: day, known: closedAt)
            let divisions = content.formerDivisions[day]
            guard then != today || divisions != nil else { continue }
            let moment = Moment(day: day, units: content.lineage.changes.map { $0.isInForce(on: day, known: closedAt) })
            let tree = made[moment] ?? Self.tree(then, content.relays, divisions ?? content.divisions)
            made[moment] = tree
            past[campaign.code] = tree
        }
    }

    /// What tells one past tree from another.
    private struct Moment: Hashable {
        var day: String
        var units: [Bool]
    }

    static func tree(
        _ units: [RegistryUnit], _ relays: [RegistryRelay], _ divisions: [String: RegistryDivision]
    ) -> PlaceTree {
        var paths: [String: [RegistryDivision]] = [:]
        return PlaceTree(units: units, relays: relays) { leaf in
            if let known = paths[leaf] { return known }
            var path: [RegistryDivision] = []
            var code = leaf
            while let division = divisions[code], path.count < 8 {
                path.insert(division, at: 0)
                code = division.parent
            }
            paths[leaf] = path
            return path
        }
    }
}

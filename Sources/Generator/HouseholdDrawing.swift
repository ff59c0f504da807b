/// Draws who is registered behind each door, and who really lives there.
struct HouseholdDrawing {
    let site: Site
    let streams: Streams

    func households(in buildings: [BuildingPlan]) -> [Household] {
        var households: [Household] = []
        households.reserveCapacity(buildings.last?.doors.upperBound ?? 0)
        for building in buildings {
            for unit in 1...building.stairUnits {
                for floor in 1...building.floors {
                    for door in 1...building.doorsPerFloor {
                        households.append(household(building.code, unit, floor * 100 + door, index: households.count))
                    }
                }
            }
        }
        if site.kind == .article { settle(&households, to: Site.articleResidents) }
        return households
    }

    private func household(_ building: String, _ unit: Int, _ room: Int, index: Int) -> Household {
        var stream = streams.stream(.household, index)
        let state = state(&stream)
        let residents = residents(state, &stream)
        return Household(
            code: "\(building)-\(unit)-\(room)", stairUnit: unit, room: room, state: state, residents: residents,
            living: living(state, residents, &stream))
    }

    private func state(_ stream: inout Stream) -> HouseholdState {
        if site.kind == .article { return .occupied }
        if stream.chance(Layout.vacancyPercent(site.kind), of: 100) { return .vacant }
        return [.occupied, .let, .groupLet, .notDwelling][stream.place(in: [820, 150, 20, 10])]
    }

    private func residents(_ state: HouseholdState, _ stream: inout Stream) -> Int {
        switch state {
        case .vacant, .notDwelling: 0
        case .groupLet: 3 + stream.below(4)
        case .occupied, .let: 1 + stream.place(in: HouseholdDrawing.sizes)
        }
    }

    /// 1 to 7 people per 1,000 households; mean 2.5.
    private static let sizes = [270, 310, 205, 125, 55, 25, 10]

    /// The registry is right in the article's compound; elsewhere a few doors differ from it.
    private func living(_ state: HouseholdState, _ residents: Int, _ stream: inout Stream) -> Int {
        if site.kind == .article || state == .notDwelling { return residents }
        if state == .vacant { return stream.chance(3, of: 100) ? 1 + stream.below(3) : 0 }
        switch stream.place(in: [950, 20, 20, 10]) {
        case 1: return residents + 1
        case 2: return max(1, residents - 1)
        case 3: return 0
        default: return residents
        }
    }

    /// Moves the sum to the given number, one person at a time, over doors spread through the compound.
    private func settle(_ households: inout [Household], to total: Int) {
        let stride = 509  // prime, so that the walk meets every door
        var door = 0
        var missing = total - households.reduce(0) { $0 + $1.residents }
        while missing != 0 {
            door = (door + stride) % households.count
            let size = households[door].residents + missing.signum()
            guard (1...7).contains(size) else { continue }
            households[door].residents = size
            households[door].living = size
            missing -= missing.signum()
        }
    }
}

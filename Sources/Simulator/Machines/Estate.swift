import Federation

/// What a compound that follows others takes over of each.
struct Estate {
    struct Part {
        /// The compound that ends.
        var frame: Frame
        /// Its buildings by number, and their numbers here.
        var buildings: [Int: Int]
        /// Set before the codes that its buildings had.
        var prefix: String
    }
    var frame: Frame
    var parts: [Part]
}

extension Estate {
    /// The two halves of a compound: a building's number stays what it was.
    ///
    /// - Returns: nothing where there is only one building.
    static func halves(of frame: Frame, units: [Code], _ chance: inout Chance) -> [Estate] {
        let inhabited = frame.doors.indices.filter { frame.doors[$0] > 0 }
        guard inhabited.count > 1, units.count == 2 else { return [] }
        let cut = 1 + chance.below(inhabited.count - 1)
        return zip(units, [inhabited.prefix(cut), inhabited.suffix(from: cut)]).map { unit, own in
            let doors = frame.doors.indices.map { own.contains($0) ? frame.doors[$0] : 0 }
            return Estate(
                frame: Frame(
                    unit: unit, doors: doors, ceiling: ceiling(doors), prefixes: frame.prefixes, isHeir: true),
                parts: [
                    Part(
                        frame: frame, buildings: Dictionary(uniqueKeysWithValues: own.map { ($0, $0) }), prefix: "")
                ])
        }
    }

    /// Two compounds in one: the second one's buildings are numbered on, and told apart by a letter.
    static func union(of first: Frame, _ second: Frame, unit: Code) -> Estate {
        let offset = first.doors.count
        let doors = first.doors + second.doors
        let moved = second.doors.indices.filter { second.doors[$0] > 0 }.map { ($0, $0 + offset) }
        let stay = first.doors.indices.filter { first.doors[$0] > 0 }.map { ($0, $0) }
        return Estate(
            frame: Frame(
                unit: unit, doors: doors, ceiling: ceiling(doors), prefixes: [(0, ""), (offset, "x")], isHeir: true),
            parts: [
                Part(frame: first, buildings: Dictionary(uniqueKeysWithValues: stay), prefix: ""),
                Part(frame: second, buildings: Dictionary(uniqueKeysWithValues: moved), prefix: "x"),
            ])
    }

    private static func ceiling(_ doors: [Int]) -> Int64 { Int64(doors.reduce(0, +)) * 120 / 100 }
}

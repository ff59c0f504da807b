/// The buildings and gates of a site.
struct Layout {
    let buildings: [BuildingPlan]
    let gates: [Gate]

    init(site: Site, streams: Streams) {
        var stream = streams.stream(.layout)
        let shapes = site.kind == .article ? Layout.articleShapes : Layout.shapes(for: site, &stream)
        var doors = 0
        buildings = zip(Layout.numbers(site.kind), shapes).map { number, shape in
            defer { doors += shape.doors }
            return BuildingPlan(
                code: String(number), label: Layout.label(site.kind, number), stairUnits: shape.stairUnits,
                floors: shape.floors, doorsPerFloor: shape.doorsPerFloor, doors: doors..<(doors + shape.doors))
        }
        gates = Layout.gates(site.kind, buildings: buildings.count, &stream)
    }

    struct Shape {
        var stairUnits, floors, doorsPerFloor: Int
        var doors: Int { stairUnits * floors * doorsPerFloor }
        init(_ stairUnits: Int, _ floors: Int, _ doorsPerFloor: Int) {
            self.stairUnits = stairUnits
            self.floors = floors
            self.doorsPerFloor = doorsPerFloor
        }
    }

    private static let midRise = Shape(2, 11, 2)
    private static let highRise = Shape(2, 18, 2)
    private static let tower = Shape(1, 33, 4)
    private static let slab = Shape(1, 18, 10)

    /// 8 × 72 + 16 × 44 doors = 1,280.
    private static let articleShapes = Array(repeating: highRise, count: 8) + Array(repeating: midRise, count: 16)

    /// Share of doors that nobody is registered behind, in percent.
    static func vacancyPercent(_ kind: Settlement) -> Int {
        switch kind {
        case .article: 0
        case .estate: 25
        case .resettlement: 30
        case .walkUp, .urbanVillage, .hamlets, .scattered: 10
        }
    }

    /// Buildings until the doors suffice for the households and the vacant doors beside them.
    private static func shapes(for site: Site, _ stream: inout Stream) -> [Shape] {
        let wanted = site.households * 100 / (100 - vacancyPercent(site.kind))
        var shapes: [Shape] = []
        var doors = 0
        while doors < wanted {
            let shape = shape(site.kind, fitting: wanted - doors, &stream)
            // A last building that would stand half empty is not built.
            if !shapes.isEmpty, shape.doors > 2 * (wanted - doors) { break }
            shapes.append(shape)
            doors += shape.doors
        }
        return shapes
    }

    private static func shape(_ kind: Settlement, fitting rest: Int, _ stream: inout Stream) -> Shape {
        switch kind {
        case .walkUp: return Shape(3 + stream.below(3), 6 + stream.below(2), 2)
        case .urbanVillage: return Shape(1, 1 + stream.below(3), 4 + stream.below(5))
        case .hamlets, .scattered: return Shape(1, 1, min(max(rest, 5), 15 + stream.below(46)))
        case .resettlement:
            let shape = stream.chance(1, of: 2) ? midRise : highRise
            return shape.doors > rest ? midRise : shape
        case .estate, .article:
            let shape = [midRise, highRise, tower, slab][stream.place(in: [4, 4, 1, 1])]
            return shape.doors > rest ? midRise : shape
        }
    }

    /// Estates leave out the numbers 14, 24, 34 …
    private static func numbers(_ kind: Settlement) -> some Sequence<Int> {
        let skips = kind == .estate || kind == .resettlement || kind == .article
        return (1...).lazy.filter { !(skips && $0 > 4 && $0 % 10 == 4) }
    }

    private static func label(_ kind: Settlement, _ number: Int) -> String {
        switch kind {
        case .urbanVillage: "\(number)排"
        case .hamlets: "\(number)湾"
        case .scattered: "散居\(number)片"
        case .walkUp, .estate, .resettlement, .article: "\(number)栋"
        }
    }

    private static func gates(_ kind: Settlement, buildings: Int, _ stream: inout Stream) -> [Gate] {
        let all = [
            Gate(code: "south", label: "南门"), Gate(code: "north", label: "北门"), Gate(code: "east", label: "东门"),
            Gate(code: "vehicle", label: "车行门"),
        ]
        switch kind {
        case .article: return Array(all[0...1])
        case .walkUp, .urbanVillage: return [all[0]]
        case .estate, .resettlement: return Array(all[0..<(2 + stream.below(2))]) + [all[3]]
        case .hamlets: return (1...buildings).map { Gate(code: "hamlet-\($0)", label: "\($0)湾路口") }
        case .scattered: return []
        }
    }
}

/// What a stream of random numbers is for. The raw values are part of the generated world: a value
/// may be added, never changed.
enum Entity: UInt64 {
    case community = 1, site, layout, household, outcome, person, visit, mobilisation
    case buildingRecord, visitRecord, needRecord, fillRecord, claimRecord, telephone, householdRecord
}

/// A stream of random numbers (SplitMix64) that belongs to one entity.
///
/// Every entity draws from a stream of its own, so a change in one compound, or one more draw for
/// one household, leaves all others as they were, and any compound can be made alone.
struct Stream {
    private var state: UInt64

    init(state: UInt64) { self.state = state }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Stream.mix(state)
    }

    /// A number in `0 ..< bound`; the bias of at most bound/2⁶⁴ is far below anything a test can see.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func chance(_ part: Int, of whole: Int) -> Bool { below(whole) < part }

    /// The place of the weight that was hit; weights are whole numbers of any sum above zero.
    mutating func place(in weights: [Int]) -> Int {
        var rest = below(weights.reduce(0, +))
        for (place, weight) in weights.enumerated() {
            if rest < weight { return place }
            rest -= weight
        }
        return weights.count - 1
    }

    /// A draw from a distribution given by its quantiles, linear in between: integers alone, because
    /// the last bit of `exp` differs between machines and the world must not.
    mutating func quantile(_ table: [Quantile]) -> Int {
        let permille = below(1000)
        let upper = table.firstIndex { $0.permille > permille } ?? table.count - 1
        let (low, high) = (table[upper - 1], table[upper])
        let span = high.permille - low.permille
        return low.value + ((high.value - low.value) * (permille - low.permille) + span / 2) / span
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// One point of a distribution: `permille` of 1,000 draws lie below `value`. A table starts at 0 and
/// ends at 1,000.
struct Quantile {
    var permille: Int
    var value: Int
    init(_ permille: Int, _ value: Int) {
        self.permille = permille
        self.value = value
    }
}

/// All streams of one place (a compound or a community) in one world.
struct Streams {
    private let root: UInt64

    init(seed: UInt64, code: String) {
        root = Stream.mix(seed &+ 0x6A69_6179_7561_6E00) ^ Streams.fnv1a(code)
    }

    func stream(_ entity: Entity, _ index: Int = 0) -> Stream {
        Stream(state: Stream.mix(Stream.mix(root &+ entity.rawValue) ^ UInt64(truncatingIfNeeded: index)))
    }

    func identifier(_ entity: Entity, _ index: Int) -> UInt128 {
        var stream = stream(entity, index)
        return UInt128(stream.next()) << 64 | UInt128(stream.next())
    }

    private static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

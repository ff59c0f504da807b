import Federation
import Foundation

@testable import Compound

/// A real store in a scratch folder, and one small building.
enum Fixture {
    static let campaign = Code(literal: "2022-04-06-survey")
    static let row = RowKey(dataset: Code(literal: "survey"), period: campaign, subject: Code(literal: "7"))
    static let doors = [1, 2].flatMap { unit in [101, 102, 201, 202].map { Door("7-\(unit)-\($0)")! } }

    static func folder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/jiayuan-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    static func store(_ folder: String) throws -> CompoundStore {
        try CompoundStore(
            folder: folder, sidecar: folder + "/sidecar", unit: "421303587002-001", parentURL: "http://h:1")
    }

    static func with<Value>(_ body: (CompoundStore) throws -> Value) throws -> Value {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(try store(folder))
    }

    static let registry: [(id: String, Result<Record, IntakeError>)] = [
        (
            id: "",
            .success(
                Record(
                    id: 1,
                    content: .building(
                        Record.Building(
                            code: Code(literal: "7"), label: "7", stairUnits: 2, floors: 2, doorsPerFloor: 2)),
                    recorder: Code(literal: "s01"), observedAt: 1_649_239_200, supersedes: []))
        )
    ]

    /// The visit of door number `number`, counted round.
    static func visit(_ number: Int) -> [(id: String, Result<Record, IntakeError>)] {
        [
            (
                id: "",
                .success(
                    Record(
                        id: UInt128(1000 + number),
                        content: .visit(
                            Record.Visit(
                                campaign: campaign, door: doors[number % 8], disposition: .completed,
                                people: [.tested: number % 3 + number / 8], evidence: .door)),
                        recorder: Code(literal: "v01"), observedAt: 1_649_239_200 + Int64(number), supersedes: []))
            )
        ]
    }

    static func indicators(_ dataset: StaticString) throws -> [String] {
        Catalogues()[Code(literal: dataset)]?.indicators.map(\.code.text) ?? []
    }
}

/// splitmix64: the same seed makes the same history.
struct SystemSeeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

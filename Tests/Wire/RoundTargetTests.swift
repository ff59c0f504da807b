import Testing

@testable import Wire

@Suite struct RoundTargetTests {
    /// 6 April 2022, noon in China.
    private static let noon: Int64 = 19_088 * 86_400 + 4 * 3600
    private static let hour: Int64 = 3600

    private static func read(_ text: String, opens: Int64? = nil, deadline: Int64? = nil) -> [RoundTarget]? {
        RoundTarget.targets(written: text, near: deadline ?? noon, opens: opens, deadline: deadline)
    }

    @Test(arguments: [
        "12:00 50%,16:00 100%", "12：00 50％，16：00 100％", "16:00 100、12:00 50", "１２:００ ５０%；16:00 100%",
        "12:00 50%\n16:00 100%",
        "04-06 12:00 50%, 16:00 100%", "04-06 12:00 50%，04-06 16:00 100%",
    ])
    func theyAreReadAsPeopleWriteThem(_ text: String) {
        #expect(
            Self.read(text) == [
                RoundTarget(at: Self.noon, percent: 50), RoundTarget(at: Self.noon + 4 * Self.hour, percent: 100),
            ])
    }

    @Test(arguments: [
        "12:00", "50%", "24:00 50%", "12:60 50%", "12:00 0%", "12:00 101%", "noon 50%", "02-30 12:00 50%",
        "13-01 12:00 50%",
        "4-6 12:00 50%", "12:00 50% 16:00 100%", "12:00 -5%",
        (1...9).map { "\($0):00 50%" }.joined(separator: ","),
    ])
    func anythingElseIsNotRead(_ text: String) { #expect(Self.read(text) == nil) }

    @Test func nothingSaysNone() { #expect(Self.read(" ") == []) }

    /// A round of two days, and one over New Year.
    @Test func aDayOfItsOwnLiesNearTheDeadline() {
        let (opens, deadline) = (Self.noon - 40 * Self.hour, Self.noon)
        #expect(
            Self.read("04-05 18:00 30%", opens: opens, deadline: deadline)?.map(\.at) == [deadline - 18 * Self.hour])
        let newYear = Self.noon + 270 * 86400
        #expect(Self.read("12-31 12:00 50%", opens: nil, deadline: newYear)?.map(\.at) == [newYear - 86400])
    }

    /// From 18:00 to 02:00: `20:00` is the evening's, `03:00` lies after the deadline and stays there to be refused.
    @Test func anHourOfARoundPastMidnightIsTheEvenings() {
        let opens = Self.noon + 6 * Self.hour
        let deadline = opens + 8 * Self.hour
        let read = Self.read("20:00 50%，01:00 90%，03:00 95%", opens: opens, deadline: deadline) ?? []
        #expect(read.map { ($0.at - opens) / Self.hour } == [2, 7, 9])
        #expect(RoundTarget.fault(read, opens: opens, deadline: deadline) == .outside)
        #expect(RoundTarget.fault(Array(read.prefix(2)), opens: opens, deadline: deadline) == nil)
    }

    @Test func whatIsWrittenIsReadBack() {
        let targets = [
            RoundTarget(at: Self.noon - 86400, percent: 1), RoundTarget(at: Self.noon, percent: 50),
            RoundTarget(at: Self.noon + 60, percent: 100),
        ]
        let written = RoundTarget.written(targets, near: Self.noon)
        #expect(written == "04-05 12:00 1%，12:00 50%，12:01 100%")
        #expect(Self.read(written) == targets)
        #expect(RoundTarget.targets(kept: RoundTarget.kept(targets)) == targets)
        #expect(RoundTarget.targets(kept: "x,5 50,7,9 9 9") == [RoundTarget(at: 5, percent: 50)])
    }

    @Test func whatCannotStandIsAFault() {
        func fault(_ targets: (Int64, Int)...) -> RoundTarget.Fault? {
            RoundTarget.fault(targets.map { RoundTarget(at: $0.0, percent: $0.1) }, opens: 10, deadline: 20)
        }
        #expect(fault((10, 50), (20, 50)) == nil && fault() == nil)
        #expect(fault((12, 50), (12, 60)) == .outOfOrder && fault((12, 50), (13, 40)) == .outOfOrder)
        #expect(fault((9, 50)) == .outside && fault((21, 50)) == .outside)
        #expect(fault((12, 0)) == .noPercent && fault((12, 101)) == .noPercent)
        let many = (0..<9).map { RoundTarget(at: $0, percent: 5) }
        #expect(RoundTarget.fault(many) == .tooMany)
        for at in [-1, Int64.min, .max] {
            #expect(RoundTarget.fault([RoundTarget(at: at, percent: 5)]) == .outside, "no time that could be shown")
        }
    }

    /// A child keeps a round whose targets make no sense, without them.
    @Test func senselessOnesOfAParentAreNotKept() throws {
        let said = #"""
            {"v":1,"parent":"","unit":{"code":"u","name":"u","dutyTelephone":""},"path":[],"campaigns":[
            {"code":"a","name":"a","opens":0,"deadline":99,"order":"","closed":false,"targets":[{"at":5,"percent":50}]},
            {"code":"b","name":"b","opens":0,"deadline":99,"order":"","closed":false,"targets":[{"at":5,"percent":500}]},
            {"code":"c","name":"c","opens":0,"deadline":99,"order":"","closed":false},
            {"code":"d","name":"d","opens":0,"deadline":99,"order":"","closed":false,"targets":[{"at":9223372036854775807,"percent":50}]}]}
            """#
        let rounds = try RegistryDocument.decoded(Array(said.utf8)).campaigns
        #expect(rounds.map(\.soundTargets) == [[RoundTarget(at: 5, percent: 50)], [], [], []])
    }
}

import Federation
import Testing

@testable import Compound

/// A time that is keyed from paper corrects what was noted before, whoever noted it, or is asked about.
@Suite struct AttendanceCorrections {
    /// The desk at 23:00 of the evening, with one volunteer.
    private struct Muster {
        let desk: CaseDesk

        static func with(_ body: (Muster) async throws -> Void) async throws {
            try await CaseDesk.with { desk in
                desk.fixture.clock.now = Fixture.evening + 5 * 3600
                try desk.store.take(.need(1, 1), .fill(2, "v01"))
                try await body(Muster(desk: desk))
                try expectDigestOfRows(desk.store)
            }
        }

        private func form(_ at: String, _ state: String) -> String {
            let since = Fixture.evening - 6 * 3600
            return "task=\(Fixture.campaign)&volunteer=v01&at=\(at)&since=\(since)&state=\(state)"
        }

        func key(_ at: String, _ state: String) async throws {
            try await desk.send(form: form(at, state), to: "/desk/volunteers/attendance")
        }

        func refused(_ at: String, _ state: String) async throws -> String {
            try await desk.post(form: form(at, state), to: "/desk/volunteers/attendance?lang=zh-Hans")
        }

        /// `18:00–19:05`, with what is still open or unclear.
        func stands() throws -> String {
            guard let found = try desk.store.board().attendance.first else { return "" }
            guard found.state != "absent" else { return "absent" }
            let times = [found.began, found.ended].map { $0.map(Clock.time) ?? "?" }
            return times.joined(separator: "–") + (found.open ? " open" : "") + (found.unclear ? " unclear" : "")
        }
    }

    @Test(arguments: [
        ("a later coming", ["19:00 present", "19:30 present"], "19:30–? open"),
        ("an earlier coming", ["19:30 present", "19:00 present"], "19:00–? open"),
        ("a later leaving", ["19:00 present", "20:05 left", "20:15 left"], "19:00–20:15"),
        ("an earlier leaving", ["19:00 present", "20:15 left", "20:05 left"], "19:00–20:05"),
        ("there and back", ["19:00 present", "20:05 left", "20:15 left", "20:05 left"], "19:00–20:05"),
        ("coming once he left", ["19:00 present", "20:05 left", "19:30 present"], "19:30–20:05"),
        ("missed by mistake", ["20:21 absent", "19:40 present"], "19:40–? open"),
        ("came after all", ["18:00 absent", "19:40 present"], "19:40–? open"),
        ("seen by mistake", ["19:00 present", "19:10 absent"], "absent"),
        ("two shifts", ["18:00 present", "19:00 left", "20:00 present", "21:00 left"], "18:00–21:00"),
    ]) func theLastWordKeyedStands(_ what: String, _ keyed: [String], _ expected: String) async throws {
        try await Muster.with { muster in
            for word in keyed {
                let said = word.split(separator: " ").map(String.init)
                try await muster.key(said[0], said[1])
            }
            #expect(try muster.stands() == expected, "\(what)")
        }
    }

    @Test func aShiftBesideTheOneThatIsCorrectedStays() async throws {
        try await Muster.with { muster in
            for (at, state) in [("18:00", "present"), ("19:00", "left"), ("20:00", "present"), ("21:00", "left")] {
                try await muster.key(at, state)
            }
            try await muster.key("20:30", "present")
            #expect(try muster.desk.store.board().attendance.map(\.seconds) == [3600 + 1800])
        }
    }

    /// Two clerks on two browsers: the later has the first one's time before her.
    @Test func anotherClerksTimeIsCorrected() async throws {
        try await Muster.with { muster in
            try muster.desk.store.take(.attendance(3, "v01", .present, stated: 3600, by: "s02", at: 3700).on("p2"))
            try await muster.key("19:30", "present")
            #expect(try muster.stands() == "19:30–? open")
            try muster.desk.expectSettled()
        }
    }

    @Test func leavingBeforeComingIsAsked() async throws {
        try await Muster.with { muster in
            try await muster.key("20:10", "present")
            let page = try await muster.refused("19:50", "left")
            #expect(page.contains("离开早于到岗：19:50 &lt; 20:10") && page.contains("name=\"at\" aria-invalid=\"true\""))
            #expect(page.contains("value=\"19:50\""), "what was typed is kept")
            #expect(try muster.stands() == "20:10–? open", "and nothing is written")
            try await muster.key("20:15", "left")
            #expect(try muster.stands() == "20:10–20:15")
        }
    }

    @Test func comingAfterALeavingThatHasNoBeginningIsAsked() async throws {
        try await Muster.with { muster in
            try await muster.key("19:50", "left")
            #expect(try await muster.refused("20:10", "present").contains("离开早于到岗：19:50 &lt; 20:10"))
            try await muster.key("20:50", "left")
            try await muster.key("20:10", "present")
            #expect(try muster.stands() == "20:10–20:50")
        }
    }

    @Test func whoLeftIsMissedByTheButtonAlone() async throws {
        try await Muster.with { muster in
            try await muster.key("19:00", "present")
            try await muster.key("20:00", "left")
            #expect(try await muster.refused("21:00", "absent").contains("已记 20:00 离开，来过就不是未到"))
            #expect(try muster.stands() == "19:00–20:00")
            try await muster.desk.press("未到", on: "/volunteers")
            #expect(try muster.stands() == "absent")
        }
    }

    /// What scripts and phones send is as it was: two devices note one muster.
    @Test func whatIsNotKeyedTakesNothingBack() async throws {
        try await Muster.with { muster in
            try muster.desk.store.take(
                .attendance(3, "v01", .present, stated: 3600, at: 7000),
                .attendance(4, "v01", .present, stated: 5400, at: 7001))
            #expect(try muster.stands() == "19:00–? open")
        }
    }
}

import Foundation
import Sync

/// A node without a line, as it stands in an office at night; 32 phones that come back to it; and the page of a large
/// compound.
struct BenchNode {
    let rest: ProcessMemory
    private let folder: String
    private let port: Int
    private let client: HTTPClient

    /// Phones that hand in at the same time.
    static let phones = 32

    init(stage: Stage) throws {
        port = try Proxy.freePort()
        folder = stage.folder
        let config = stage.folder + "/node.yaml"
        try stage.write(
            "unit: 421303587002-001\nstate: \(stage.folder)/node\nsocket: \(stage.folder)/n.sock\n"
                + "sidecar: \(stage.folder)/sidecars/n\nlisten: 127.0.0.1:\(port)\nparent: http://127.0.0.1:9\n"
                + "token: jyu_\(String(repeating: "0", count: 64))\n", to: "node.yaml")
        let pid = try stage.start("bench-node", ["node", "--config", config])
        let client = HTTPClient(base: "http://127.0.0.1:\(port)")
        _ = try stage.eventually("the node listens", within: 30) { try client.fetch("GET", "/healthz") }
        Thread.sleep(forTimeInterval: 5)
        rest = ProcessMemory(pid)
        self.client = client
    }

    /// All that a run prints.
    func rows(_ table: inout BenchTable, emptyPort: Int, seconds: Int, repeats: Int) throws {
        table.row("node at rest, anonymous memory", rest.anonymous, "MB", nil, nil)
        table.row("   resident", rest.resident, "MB", nil, nil)
        table.row("   page of 5,000 surveyed households, p50", try page(households: 5000).p50, "ms", nil, nil)
        let floor = Load.median(of: repeats, seconds: seconds, connections: BenchNode.phones) { worker in
            EmptyServer.client(emptyPort, worker)
        }
        let syncs = try syncsPerSecond()
        let phones = (0..<BenchNode.phones).map { Phone($0, port: port) }
        let recording = BenchNode.load(phones, visits: 1, repeats: repeats, seconds: seconds)
        table.row(
            "node, records of \(BenchNode.phones) phones, one a request", recording.rate, "/s", recording,
            recording.rate / floor.rate, of: "empty handler")
        table.row(
            "   fdatasync of 4 KiB, one after the other", syncs, "/s", nil, recording.rate / syncs, of: "records ÷ this"
        )
        let heaps = BenchNode.load(phones, visits: 30, repeats: 1, seconds: seconds)
        table.row("   30 a request, as a phone's queue", heaps.rate * 30, "records/s", heaps, nil)
    }

    // MARK: Recording

    /// A phone that goes from door to door in its building; each visit takes back the one before. Used by one thread at
    /// a time.
    private final class Phone: @unchecked Sendable {
        private let client: HTTPClient
        private let building: Int
        private var turn = 0
        private var former: [String: String] = [:]

        init(_ number: Int, port: Int) {
            client = HTTPClient(base: "http://127.0.0.1:\(port)")
            building = number + 1
        }

        /// - Returns: whether all of it was taken.
        func send(_ visits: Int) -> Bool {
            let records = (0..<visits).map { _ in next() }
            let body = Array("[\(records.joined(separator: ","))]".utf8)
            let reply = try? client.send("POST", "/api/v1/records", body: body, limit: 1_048_576)
            return reply?.status == 200 && String(decoding: reply?.body ?? [], as: UTF8.self).contains("\"refused\":[]")
        }

        private func next() -> String {
            let door = BenchNode.door(building, turn % 100)
            turn += 1
            let id = BenchNode.id()
            let back = former.updateValue(id, forKey: door).map { ",\"supersedes\":[\"\($0)\"]" } ?? ""
            return BenchNode.record(BenchNode.visit(door, tested: turn % 7 + 1) + back, id: id)
        }
    }

    private static func load(_ phones: [Phone], visits: Int, repeats: Int, seconds: Int) -> LoadResult {
        Load.median(of: repeats, seconds: seconds, connections: phones.count) { worker in
            { phones[worker].send(visits) }
        }
    }

    /// What the disk alone does: a page and its fdatasync.
    private func syncsPerSecond() throws -> Double {
        let path = folder + "/sync"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw DemoFailure("\(path) can't be written") }
        defer { close(file) }
        let page = [UInt8](repeating: 1, count: 4096)
        let begun = ContinuousClock.now
        let turns = 2000
        for turn in 0..<turns {
            guard pwrite(file, page, page.count, turn * page.count) == page.count, fdatasync(file) == 0 else {
                throw DemoFailure("\(path) can't be synced")
            }
        }
        return Double(turns) / ((ContinuousClock.now - begun) / .seconds(1))
    }

    /// Times of the survey page after every door was recorded, one request after the other.
    func page(households: Int) throws -> Latencies {
        let records = (1...households / 100).flatMap(Self.building)
        for start in stride(from: 0, to: records.count, by: 1000) {
            let part = records[start..<min(start + 1000, records.count)].joined(separator: ",")
            _ = try client.fetch("POST", "/api/v1/records", body: "[\(part)]")
        }
        return Latencies(
            try (0..<40).map { _ in
                let begun = ContinuousClock.now
                _ = try client.fetch("GET", "/survey")
                return (ContinuousClock.now - begun) / .milliseconds(1)
            })
    }

    /// A building of 100 doors and a visit to each.
    private static func building(_ number: Int) -> [String] {
        let visits = (0..<100).map { record(visit(door(number, $0), tested: 2)) }
        let shape = #""kind":"building","building":"\#(number)","stair_units":1,"floors":25,"doors_per_floor":4"#
        return [record(shape)] + visits
    }

    private static func door(_ building: Int, _ door: Int) -> String {
        "\(building)-1-\((door / 4 + 1) * 100 + door % 4 + 1)"
    }

    private static func visit(_ door: String, tested: Int) -> String {
        #""kind":"visit","campaign":"bench","door":"\#(door)","disposition":"completed","people":{"tested":\#(tested)}"#
    }

    private static func id() -> String {
        (0..<2).map { _ in String(UInt64.random(in: 1 << 60 ... .max), radix: 16) }.joined()
    }

    private static func record(_ content: String, id: String = id()) -> String {
        let now = Int(Date().timeIntervalSince1970)
        return #"{"id":"\#(id)","recorder":"bench","observed_at":\#(now),\#(content)}"#
    }
}

import Foundation
import Sync

/// A node without a line, as it stands in an office at night, and the page of a large compound.
struct BenchNode {
    let rest: ProcessMemory
    private let client: HTTPClient

    init(stage: Stage) throws {
        let port = try Proxy.freePort()
        let config = stage.folder + "/node.yaml"
        try stage.write(
            "unit: 421303587002-001\nstate: \(stage.folder)/node\nsocket: \(stage.folder)/n.sock\n"
                + "sidecar: \(stage.folder)/sidecars/n\nlisten: 127.0.0.1:\(port)\nparent: http://127.0.0.1:9\n"
                + "token: jyu_\(String(repeating: "0", count: 64))\n", to: "node.yaml")
        let pid = try stage.start("bench-node", ["node", "--config", config])
        let client = HTTPClient(base: "http://127.0.0.1:\(port)")
        _ = try eventually("the node listens", within: 30) { try client.fetch("GET", "/healthz") }
        Thread.sleep(forTimeInterval: 5)
        rest = ProcessMemory(pid)
        self.client = client
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
        let visits = (0..<100).map { door in
            let place = "\(number)-1-\((door / 4 + 1) * 100 + door % 4 + 1)"
            return record(
                #""kind":"visit","campaign":"bench","door":"\#(place)","disposition":"completed","people":{"tested":2}"#
            )
        }
        let shape = #""kind":"building","building":"\#(number)","stair_units":1,"floors":25,"doors_per_floor":4"#
        return [record(shape)] + visits
    }

    private static func record(_ content: String) -> String {
        let id = (0..<2).map { _ in String(UInt64.random(in: 1 << 60 ... .max), radix: 16) }.joined()
        let now = Int(Date().timeIntervalSince1970)
        return #"{"id":"\#(id)","recorder":"bench","observed_at":\#(now),\#(content)}"#
    }
}

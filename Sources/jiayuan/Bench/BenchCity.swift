import Daemon
import Federation
import Foundation
import Sync
import Wire

/// An aggregator process and the compounds that speak to it, as `Federation` and `Wire` make their bytes.
final class BenchCity: @unchecked Sendable {
    // Each compound is used by one thread at a time: worker w owns the compounds w, w + 64, …
    let port: Int
    private let pid: Int32
    private let stage: Stage
    private let compounds: [Compound]
    private var before: Double = 0

    static let catalogue = Catalogue(
        dataset: Code(literal: "survey"),
        indicators: ["unvisited", "completed", "partial", "refused", "vacant", "moved", "p_tested", "p_untested"]
            .compactMap { code in
                Code(code).map { Indicator(code: $0, unit: .households, suppression: Code(literal: "open")) }
            })

    final class Compound {
        let code: Code
        let token: String
        let incarnation: Incarnation
        /// What its parent has acknowledged.
        var state = State()

        struct State {
            var position = Position.origin
            /// By building.
            var rows: [RowBody] = []
            var held: Position?
            var revision: Int64 = 0
        }

        init(code: Code, token: String) {
            (self.code, self.token) = (code, token)
            var generator = SystemRandomNumberGenerator()
            incarnation = .random(using: &generator)
        }

        /// Changes every count of `buildings` rows and makes the push that says so.
        func next(buildings: Int) -> Push { next(buildings: buildings, after: &state) }

        func next(buildings: Int, after state: inout State) -> Push {
            state.revision += 1
            var changes: [RowChange] = []
            for building in 0..<buildings {
                guard let subject = Federation.Code("b\(building)") else { continue }
                let key = RowKey(
                    dataset: BenchCity.catalogue.dataset, period: Federation.Code(literal: "now"), subject: subject)
                let counts = (0..<8).map { Count(Int64(building * 37 + $0 * 11) % 360 + state.revision % 50) ?? 0 }
                let body = RowBody(
                    catalogue: BenchCity.catalogue.hash, counts: counts, asOf: 1_649_239_200 + state.revision)
                let former = building < state.rows.count ? state.rows[building] : nil
                state.position.seq += 1
                state.position.digest.replace(key, former, by: body, in: incarnation)
                if former == nil { state.rows.append(body) } else { state.rows[building] = body }
                changes.append(RowChange(seq: state.position.seq, key: key, body: body))
            }
            return push(changes, state)
        }

        func push(_ changes: [RowChange], _ state: State) -> Push {
            Push(
                kind: state.held == nil ? .snapshot : .delta, incarnation: incarnation,
                epoch: state.held.map { _ in Epoch(number: 1, holder: incarnation) },
                session: Session(counter: 1, tag: 1), id: UInt64(state.revision), part: 1, from: state.held,
                to: state.position, changes: changes, catalogues: state.held == nil ? [BenchCity.catalogue] : [])
        }
    }

    init(stage: Stage, compounds number: Int) throws {
        self.stage = stage
        port = try Proxy.freePort()
        let config = stage.folder + "/aggregator.yaml"
        try stage.write(
            "state: \(stage.folder)/aggregator\nsocket: \(stage.folder)/a.sock\nlisten: 127.0.0.1:\(port)\npace_ms: 900000\n"
                + "grace_ms: 900000\n", to: "aggregator.yaml")
        // 100 compounds a community, as in the common workload.
        var divisions =
            "code,name,level,parent_code\n421300000000,city,city,\n421301000000,district,district,421300000000\n"
        var units = "code,name,expected_households,expected_residents,duty_telephone\n"
        for community in 0...(number / 100) {
            let street = 421_301_001_000 + community / 10 * 1000
            if community % 10 == 0 { divisions += "\(street),street,street,421301000000\n" }
            divisions += "\(street + 1 + community % 10),c,community,\(street)\n"
        }
        for unit in 0..<number {
            let community = unit / 100
            let code = 421_301_001_001 + community / 10 * 1000 + community % 10
            units += "\(code)-\(unit),u,500,1200,0\n"
        }
        try stage.write(divisions, to: "divisions.csv")
        try stage.write(units, to: "units.csv")
        _ = try stage.run(["divisions", "import", stage.folder + "/divisions.csv", "--config", config])
        let issued = try stage.run(["unit", "add", "--from", stage.folder + "/units.csv", "--json", "--config", config])
        _ = try stage.run([
            "campaign", "add", "now", "--name", "bench", "--opens", "1", "--deadline", "2", "--config", config,
        ])
        struct Issued: Decodable {
            var unit: String
            var token: String?
        }
        compounds = try JSONDecoder().decode([Issued].self, from: Data(issued.utf8)).compactMap { slip in
            Federation.Code(slip.unit).map { Compound(code: $0, token: slip.token ?? "") }
        }
        pid = try stage.start("bench-aggregator", ["aggregator", "--config", config])
        let client = HTTPClient(base: "http://127.0.0.1:\(port)")
        _ = try stage.eventually("the aggregator listens", within: 60) { try client.fetch("GET", "/healthz") }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// What the aggregator's process took of all processors so far.
    var processorSeconds: Double {
        let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // Behind the name, which may hold anything, the 12th and the 13th field are ticks in user and in kernel mode.
        let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let kernel = Double(fields[12]) else { return .nan }
        return (user + kernel) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Another city may take its place then.
    func stop() {
        stage.stop(pid)
        try? FileManager.default.removeItem(atPath: stage.folder + "/aggregator")
    }

    /// What a browser asks for to show the city: bytes as they go over the line, and milliseconds until the page is there.
    func firstPage() throws -> (bytes: Double, milliseconds: Double) {
        let client = HTTPClient(base: url)
        let begun = ContinuousClock.now
        func get(_ path: String) throws -> HTTPClient.Response {
            try client.send("GET", path, headers: ["accept-encoding: gzip"], limit: 4 * 1024 * 1024)
        }
        let page = try get("/")
        let took = (ContinuousClock.now - begun) / .milliseconds(1)
        let replies = [page] + (try ["/assets/style.css", "/assets/page.js"].map(get))
        guard replies.allSatisfy({ $0.status == 200 }) else { throw DemoFailure("the first page is not answered") }
        return (Double(replies.reduce(0) { $0 + $1.body.count }), took)
    }

    func preload() throws {
        before = ProcessMemory(pid).proportional
        Load.threads(Load.connections) { [self] worker in
            let client = HTTPClient(base: url)
            for place in stride(from: worker, to: compounds.count, by: Load.connections) {
                _ = send(compounds[place], compounds[place].next(buildings: 12), client)
            }
        }.wait()
        if let missing = compounds.first(where: { $0.state.held == nil }) {
            throw DemoFailure("preload of \(missing.code)")
        }
    }

    /// One connection's next request: its compounds in turn, one push each. The first `ahead` are made before the first
    /// is sent.
    func worker(_ number: Int, ahead: Int) -> () -> Bool {
        let own = stride(from: number, to: compounds.count, by: Load.connections).map { compounds[$0] }
        guard !own.isEmpty, let line = BareLine(port) else { return { false } }
        var (states, turn) = (own.map(\.state), 0)
        func make() -> (Compound, Compound.State, request: [UInt8]) {
            turn += 1
            let place = turn % own.count
            let push = own[place].next(buildings: 12, after: &states[place])
            states[place].held = push.to
            let request = BareLine.request(
                "POST", path(own[place], push), headers: headers(own[place]), body: PushCodec.encode(push))
            return (own[place], states[place], request)
        }
        let made = (0..<ahead).map { _ in make() }
        var sent = 0
        return {
            let (compound, state, request) = sent < made.count ? made[sent] : make()
            sent += 1
            guard line.ask(request)?.status == 200 else { return false }
            compound.state = state
            return true
        }
    }

    private func path(_ compound: Compound, _ push: Push) -> String {
        Paths.push(compound.code.text, push.kind.rawValue)
    }

    private func headers(_ compound: Compound) -> [String] {
        ["authorization: Bearer \(compound.token)", "content-type: \(Paths.ndjson); v=1"]
    }

    private func send(_ compound: Compound, _ push: Push, _ client: HTTPClient, zipped: Bool = false) -> Bool {
        let plain = PushCodec.encode(push)
        let response = try? client.send(
            "POST", path(compound, push), headers: headers(compound) + (zipped ? ["content-encoding: gzip"] : []),
            body: zipped ? Gzip.compress(plain) : plain, limit: Limits.answer)
        guard response?.status == 200 else { return false }
        compound.state.held = push.to
        return true
    }

    // MARK: Other measurements

    /// Rows a second in large pushes of one compound after the other.
    func batched(rows: Int, pushes: Int) throws -> Double {
        let client = HTTPClient(base: url)
        let few = compounds.suffix(4)
        for compound in few where !send(compound, compound.next(buildings: rows), client) {
            throw DemoFailure("batched push")
        }
        let start = ContinuousClock.now
        for turn in 0..<pushes {
            let compound = few[few.startIndex + turn % few.count]
            guard send(compound, compound.next(buildings: rows), client) else { throw DemoFailure("batched push") }
        }
        return Double(rows * pushes) / ((ContinuousClock.now - start) / .seconds(1))
    }

    struct Storm {
        var compounds: Int
        var milliseconds: Double
        var bytesUp: Int
        var bytesNothing: Int
        var bytesDown: Int
    }

    /// All at once, one connection each: so many revisions in order, one per request, then nothing.
    func reconnect(compounds number: Int, revisions: Int) throws -> Storm {
        let some = Array(compounds.prefix(number))
        let up = Counter()
        let start = ContinuousClock.now
        Load.threads(number) { [self] place in
            let client = HTTPClient(base: url)
            for _ in 0..<revisions {
                let push = compounds[place].next(buildings: 12)
                if revisions == 1 { up.add(Gzip.compress(PushCodec.encode(push)).count) }
                _ = send(compounds[place], push, client, zipped: true)
            }
        }.wait()
        let took = (ContinuousClock.now - start) / .milliseconds(1)
        guard some.allSatisfy({ $0.state.held == $0.state.position }) else {
            throw DemoFailure("a reconnect was not accepted")
        }
        some[0].state.revision += 1
        let nothing = PushRequest(some[0].push([], some[0].state))
        let answer = try HTTPClient(base: url).send(
            "POST", Paths.push(some[0].code.text, nothing.kind.rawValue),
            headers: [
                "authorization: Bearer \(some[0].token)", "content-type: \(nothing.contentType)",
                "content-encoding: gzip",
            ], body: nothing.body, limit: Limits.answer)
        guard answer.status == 200 else { throw DemoFailure("an empty push was not accepted") }
        return Storm(
            compounds: number, milliseconds: took, bytesUp: up.sum / number, bytesNothing: nothing.body.count,
            bytesDown: answer.body.count)
    }

    func memory() -> (before: Double, perCompound: Double) {
        (before, (ProcessMemory(pid).proportional - before) * 1_048_576 / Double(compounds.count))
    }

    func diskPerCompound() -> Double {
        let size = ["", "-wal"].map { suffix in
            let file = "\(stage.folder)/aggregator/rows.sqlite\(suffix)"
            return (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
        }
        return Double(size.reduce(0, +)) / Double(compounds.count)
    }
}

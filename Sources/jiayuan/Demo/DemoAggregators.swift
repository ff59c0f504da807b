import Daemon
import Foundation
import Generator
import Sync

/// The aggregators of the demo, each a process of its own: two districts, and a city above them that knows every
/// compound and hears none of them itself.
struct DemoAggregators {
    struct District {
        let code: String
        let name: String
        let port: Int
        /// Its line to the city.
        let cable: Proxy
        /// By unit.
        let tokens: [String: String]

        func has(_ unit: ReportingUnit) -> Bool { unit.district == code }
    }

    let city: HTTPClient
    let dashboard: String
    let districts: [District]

    private struct IssuedToken: Decodable {
        var unit: String
        var token: String?
    }

    /// - Parameter say: tells the audience of a process.
    init(on stage: Stage, _ world: World, opens: Int64, sabotage: Sabotage?, say: (String) -> Void) throws {
        let environment = sabotage.map { ["JIAYUAN_SABOTAGE": $0.rawValue] } ?? [:]
        guard let table = Asset.text("divisions.csv") else { throw DemoFailure("divisions.csv is not in this binary") }
        try stage.write(table, to: "divisions.csv")
        let codes = Set(world.units.map(\.district)).sorted()
        let port = try Proxy.freePort()
        dashboard = "http://127.0.0.1:\(port)/"
        city = HTTPClient(base: "http://127.0.0.1:\(port)")
        try Self.configure("city", port: port, parent: "", on: stage)
        let slips = try Self.registerDistricts(codes, table, on: stage)
        _ = try stage.run([
            "campaign", "add", Evening.campaign, "--name", "入户摸底", "--opens", "\(opens)", "--deadline",
            "\(opens + 4 * 3600 + 1800)", "--order", "2022-41", "--config", stage.folder + "/city.yaml",
        ])
        let pid = try stage.start(
            "city-daemon", ["aggregator", "--config", stage.folder + "/city.yaml"], environment: environment)
        say("市级汇总 city  pid \(pid)  \(dashboard)")
        districts = try codes.map { code in
            let (cable, port) = (try Proxy(to: port), try Proxy.freePort())
            let token = slips[code] ?? ""
            try Self.configure(
                code, port: port, parent: "parent: http://127.0.0.1:\(cable.port)\nunit: \"\(code)\"\ntoken: \(token)",
                on: stage)
            let tokens = try Self.register(code, [], on: stage)
            let config = stage.folder + "/\(code).yaml"
            let pid = try stage.start("\(code)-daemon", ["aggregator", "--config", config], environment: environment)
            let name = Self.name(of: code, in: table)
            say("区级汇总 district  pid \(pid)  http://127.0.0.1:\(port)/  \(name)")
            return District(code: code, name: name, port: port, cable: cable, tokens: tokens)
        }
        for port in [port] + districts.map(\.port) {
            let client = HTTPClient(base: "http://127.0.0.1:\(port)")
            _ = try stage.eventually("an aggregator listens", within: 60) { try client.fetch("GET", "/healthz") }
        }
    }

    private static func name(of code: String, in divisions: String) -> String {
        let line = divisions.split(separator: "\n").first { $0.hasPrefix(code + ",") }
        return line.map { $0.split(separator: ",") }.flatMap { $0.count > 1 ? String($0[1]) : nil } ?? code
    }

    private static func configure(_ name: String, port: Int, parent: String, on stage: Stage) throws {
        try stage.write(
            """
            state: \(stage.folder)/\(name)
            socket: \(stage.folder)/\(name).sock
            listen: 127.0.0.1:\(port)
            pace_ms: 800
            grace_ms: 1200
            series_seconds: 5
            \(parent)
            """, to: "\(name).yaml")
        _ = try stage.run([
            "divisions", "import", stage.folder + "/divisions.csv", "--edition", "2023", "--config",
            stage.folder + "/\(name).yaml",
        ])
    }

    /// At the city: every district with its token, and which compounds are counted through it.
    private static func registerDistricts(_ codes: [String], _ divisions: String, on stage: Stage) throws -> [String:
        String]
    {
        let table = try String(contentsOfFile: stage.folder + "/world/units.csv", encoding: .utf8).split(
            separator: "\n")
        return try codes.reduce(into: [:]) { tokens, code in
            let own = table.prefix(1) + table.dropFirst().filter { $0.hasPrefix(code.prefix(6)) }
            try stage.write(own.joined(separator: "\n") + "\n", to: "\(code)-units.csv")
            let slip = try stage.run([
                "relay", "add", code, "--name", name(of: code, in: divisions), "--json",
                "--config", stage.folder + "/city.yaml",
            ])
            tokens[code] = try JSONDecoder().decode(IssuedToken.self, from: Data(slip.utf8)).token
            _ = try register(code, at: "city", ["--through", code], on: stage)
        }
    }

    /// - Returns: the units' tokens.
    private static func register(_ code: String, at name: String? = nil, _ more: [String], on stage: Stage) throws
        -> [String: String]
    {
        let slips = try stage.run(
            [
                "unit", "add", "--from", stage.folder + "/\(code)-units.csv", "--json", "--ceiling-percent", "100",
                "--config", stage.folder + "/\(name ?? code).yaml",
            ] + more)
        return try JSONDecoder().decode([IssuedToken].self, from: Data(slips.utf8)).reduce(into: [:]) {
            $0[$1.unit] = $1.token
        }
    }
}

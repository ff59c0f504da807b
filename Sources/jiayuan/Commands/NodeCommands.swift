import ArgumentParser
import Compound
import Daemon
import Foundation

struct NodeOptions: ParsableArguments {
    static let place = "/etc/jiayuan/node.yaml"

    @Option(name: .long, help: "Configuration of the node.")
    var config = place

    func settings() throws -> NodeSettings { try configured { try NodeSettings(file: config) } }

    func daemon() throws -> LocalDaemon {
        let settings = try settings()
        return LocalDaemon(
            socket: settings.socket, state: settings.state, offline: { try NodeDaemon.offline(settings) },
            aside: { try NodeDaemon.aside(settings) })
    }
}

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "node", abstract: "Run the node of a compound.")
    @OptionGroup var options: NodeOptions

    func run() async throws {
        let settings = try options.settings()
        try await started { try await NodeDaemon.run(settings, log: JournalLog.logger("intake")) }
    }
}

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record what the pages record, from a script.",
        discussion: """
            Takes one record as JSON, an array of them, or - for standard input. What a page would fill in, such as the \
            id, may be left out.

            jiayuan record '{"kind":"need","task":"2022-04-06-survey","required":48}'
            """)
    @OptionGroup var options: NodeOptions
    @Argument(help: "JSON; - for standard input.") var json = "-"

    func run() async throws {
        let text = json == "-" ? try readInput("-") : Array(json.utf8)
        let reply = try await options.daemon().send("POST", "/api/v1/records", body: RecordCommand.completed(text))
            .orExit()
        Console.out(reply.text)
        let answer = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
        if let refused = answer?["refused"] as? [Any], !refused.isEmpty { throw Exit.refused }
    }

    /// What a page would fill in by itself: an id and the time.
    private static func completed(_ text: [UInt8]) -> [UInt8] {
        guard let value = try? JSONSerialization.jsonObject(with: Data(text)) else { return text }
        let items = (value as? [Any] ?? [value]).map { item -> Any in
            guard var record = item as? [String: Any] else { return item }
            if record["id"] == nil {
                record["id"] = (0..<4).map { _ in String(format: "%08x", UInt32.random(in: 0 ... .max)) }.joined()
            }
            if record["observed_at"] == nil { record["observed_at"] = Int(Date().timeIntervalSince1970) }
            if record["recorder"] == nil { record["recorder"] = "script" }
            return record
        }
        return (try? JSONSerialization.data(withJSONObject: items)).map { Array($0) } ?? text
    }
}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import the table of doors: every problem by line, the good lines taken.",
        discussion: """
            Buildings, stair units and rooms may be written as lists write them: 7, 7栋, 7号楼 or 7#; 2, 2单元 or nothing \
            where a building has only one; 1101 or 1101室. Exit code 1 if any line was refused.
            """)
    @OptionGroup var options: NodeOptions
    @Argument(help: "CSV or .xlsx with building,stair_unit,room,residents,state; - for standard input.")
    var file: String
    @Flag(help: "Only show what is wrong; write nothing.") var dryRun = false
    @Flag(help: "Take the table's word where a person has corrected it since; else the correction stands.")
    var overrule = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await options.daemon().send(
            "POST", "/api/v1/registry/import",
            query: [
                "apply": dryRun ? "0" : "1", "corrections": overrule ? "table" : "keep", "lang": "en",
            ],
            body: readInput(file))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let report = try? decoder.decode(ImportDocument.self, from: Data(reply.body)) else {
            _ = try reply.orExit()
            return
        }
        Console.out(json ? reply.text : text(report))
        if report.fault != nil || report.refused > 0 { throw Exit.refused }
    }

    private func text(_ report: ImportDocument) -> String {
        if let fault = report.fault { return "nothing was taken\n\(line(fault))" }
        let taken = report.applied ? "taken" : "would be taken"
        return
            ([
                "\(report.lines) lines: \(report.new + report.changed) \(taken) (\(report.new) new, \(report.changed) changed), "
                    + "\(report.unchanged) unchanged, \(report.kept) corrected since, \(report.refused) refused"
            ]
            + sheets(report) + novelty(report) + report.corrections.map(corrected) + unnamed(report)
            + report.problems.map(line) + (report.unlisted > 0 ? ["… and \(report.unlisted) more lines"] : [])).joined(
                separator: "\n")
    }

    private func line(_ problem: ImportDocument.Problem) -> String {
        let sheet = problem.sheet.isEmpty ? "" : "\(problem.sheet):"
        return "\(file):\(sheet)\(problem.line): \(problem.message); \(problem.hint)"
    }

    private func sheets(_ report: ImportDocument) -> [String] {
        report.sheets.filter { !$0.skipped.isEmpty }.map { "\(file):\($0.name): left out (\($0.skipped))" }
    }

    /// A building that nobody knows may be another one mistyped.
    private func novelty(_ report: ImportDocument) -> [String] {
        let buildings = report.newBuildings.map { "building \($0.building) is new, with \($0.doors) doors" }
        let more = report.newDoors.count > report.newDoors.doors.count ? " …" : ""
        return buildings
            + (report.newDoors.count == 0
                ? []
                : [
                    "\(report.newDoors.count) doors are new in known buildings: \(report.newDoors.doors.joined(separator: " "))\(more)"
                ])
    }

    private func corrected(_ line: ImportDocument.Corrected) -> String {
        let standing = line.standingResidents.map { "\($0) (\(line.standingState ?? ""))" } ?? "taken out"
        let which = line.overruled ? "the table counts" : "the correction stands"
        return
            "\(line.door): \(line.residents) (\(line.state)) in the table, \(standing) since by \(line.recorder): \(which)"
    }

    /// Doors of the named buildings that the table doesn't name.
    private func unnamed(_ report: ImportDocument) -> [String] {
        func line(_ doors: ImportDocument.Doors, _ what: String) -> [String] {
            let more = doors.count > doors.doors.count ? " …" : ""
            return doors.count == 0
                ? [] : ["\(doors.count) doors \(what): \(doors.doors.joined(separator: " "))\(more)"]
        }
        let gone = report.applied ? "are no doors any more" : "would be no doors any more"
        return line(report.going, "without a line \(gone)") + line(report.staying, "without a line stay")
            + line(report.replaced, "whose households the table names \(gone)")
            + line(report.shared, "count beside their households")
    }
}

struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Take over the facts of another copy's journal: the union of both, nothing counted twice.",
        discussion: """
            FILE is the journal.sqlite of a restored, cloned or retired copy of this compound, with its -wal file beside \
            it if there is one; it is only read. Stop the other machine first. Doing it twice changes nothing. Then \
            decide at the aggregator which copy counts: `jiayuan unit adopt`.

            With --from, FILE is the journal of a compound that was split or merged, and this one takes its buildings \
            over, doors and visits alike. Calls for volunteers stay behind.
            """)
    @OptionGroup var options: NodeOptions
    @Argument(help: "The other copy's journal.sqlite.") var file: String
    @Option(help: "Code of the unit that this one follows: its journal is taken over.") var from: String?
    @Option(help: "With --from: codes of the buildings that come here, such as 1,2,3; all without it.")
    var buildings: String?
    @Option(help: "With --from: set before each building's code, where two compounds have the same, such as A.")
    var prefix: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard from != nil || (buildings == nil && prefix == nil) else {
            throw ValidationError("--buildings and --prefix go with --from")
        }
    }

    func run() async throws {
        try readable(file)
        let journal: JournalCopy
        do { journal = try JournalCopy(file: file) } catch {
            Console.error("\(error)")
            throw Exit.refused
        }
        let body = Array(try JSONEncoder().encode(journal))
        var query: [String: String] = [:]
        (query["from"], query["buildings"], query["prefix"]) = (from, buildings, prefix)
        let reply = try await options.daemon().send("POST", "/admin/adopt", query: query, body: body).orExit()
        if json { return Console.out(reply.text) }
        let done = try JSONDecoder().decode(Adopted.self, from: Data(reply.body))
        Console.out("\(done.new) of \(done.known + done.new) records are new; \(done.rows) rows changed")
        if done.differing > 0 {
            Console.out("\(done.differing) ids are used here for another record; those stand as they were")
        }
        if done.impossible > 0 {
            Console.out("\(done.impossible) could not be taken over, for no node could have written them:")
        }
        for one in done.impossibles { Console.out("left out (\(one.fault)): \(one.id) \(one.subject) \(one.field)") }
        for conflict in done.conflicts {
            Console.out("to settle: \(conflict.subject) \(conflict.field): \(conflict.message)")
        }
    }
}

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the parent doesn't hold yet, since when, and why.")
    @OptionGroup var options: NodeOptions
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Of an aggregator that has a parent; --config names its configuration then.") var aggregator = false

    func run() async throws {
        if aggregator { return try await ofAggregator() }
        let (reply, isRunning) = try await options.daemon().look("/api/v1/status")
        try show(try reply.orExit())
        if !isRunning { throw Exit.unavailable }
    }

    /// Only a running one knows: what it would publish is cut when it sends.
    private func ofAggregator() async throws {
        let place = options.config == NodeOptions.place ? AggregatorOptions.place : options.config
        let (reply, isRunning) = try await AggregatorOptions.daemon(place).look("/v1/upward")
        guard isRunning else { throw Exit.unavailable }
        try show(try reply.orExit())
    }

    private func show(_ reply: Reply) throws {
        if json { return Console.out(reply.text) }
        guard let status = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any] else { return }
        func time(_ key: String) -> String? {
            (status[key] as? Int).map { Moment(seconds: Int64($0)).description }
        }
        let open = status["unacknowledged"] as? Int ?? 0
        let since = time("unacknowledged_since").map { " since \($0)" } ?? ""
        let because =
            (status["because"] as? String).map { ", because \($0) \(status["detail"] as? String ?? "")" } ?? ""
        Console.out(
            "\(status["unit"] ?? "")  role \(status["role"] as? String ?? "unknown")  seq \(status["seq"] ?? 0)")
        Console.out("\(open) unacknowledged\(open > 0 ? since : "")\(because)")
        Console.out("last acknowledged \(time("acknowledged_at") ?? "never")")
        if let disk = status["disk"] as? String { Console.out("the disk refuses records: \(disk)") }
        if let conflicts = status["conflicts"] as? Int, conflicts > 0 {
            Console.out("\(conflicts) conflicts to settle")
        }
    }
}

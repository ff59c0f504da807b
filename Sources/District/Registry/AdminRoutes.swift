package import Daemon
import Federation
import Foundation

/// What the commands do to the registry, over the local socket only (or in process where no daemon runs).
package struct AdminRoutes: Sendable {
    let aggregator: Aggregator

    package init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    package var routes: [Route] {
        [
            Route("POST", "/admin/divisions", bodyLimit: 256 * 1024 * 1024) { try await divisions($0) },
            Route("POST", "/admin/units", bodyLimit: 64 * 1024 * 1024) { try await units($0) },
            Route("POST", "/admin/relays") { try await relay($0) },
            Route("POST", "/admin/lineage", bodyLimit: 1024 * 1024) { try await change($0) },
            Route("POST", "/admin/lineage/settle") { try await settle($0) },
            Route("GET", "/admin/lineage") { _ in try changes() },
            Route("POST", "/admin/campaigns") { try await campaign($0) },
            Route("POST", "/admin/backup") { try backup($0) },
            Route("POST", "/admin/verify") { _ in try await verify() },
        ]
    }

    struct Refused: Answerable {
        let problems: [String]
        func reply(to call: Call) -> Reply { .text(problems.joined(separator: "\n") + "\n", status: 422) }
    }

    /// One line per finding; 200 if there is none, 409 if there is.
    private func verify() async throws -> Reply {
        let scrub = try await aggregator.scrub()
        var lines = scrub.findings.map { finding in
            let what = [finding.unit?.text, finding.incarnation.map { "\($0)" }].compactMap { $0 }.joined(
                separator: " ")
            let key = "admin.verify.\(finding.place.rawValue)"
            return "\(what)  \(Messages.zhHans(key)) / \(Messages.english(key))"
        }
        lines.append("\(scrub.units) units, \(scrub.rows) rows, \(scrub.findings.count) findings")
        return .text(lines.joined(separator: "\n") + "\n", status: scrub.findings.isEmpty ? 200 : 409)
    }

    // MARK: Divisions

    private func divisions(_ call: Call) async throws -> Reply {
        let edition = call.query["edition"] ?? "unnamed"
        guard
            let named = DivisionEdition(
                name: edition, validFrom: call.query["valid_from"] ?? "2000-01-01",
                validUntil: call.query["valid_until"])
        else {
            throw Refused(problems: [
                "edition: the name is empty, a date is not of the form 2023-12-31, or the end isn't after the beginning"
            ])
        }
        let tree: DivisionTree
        do {
            tree = try DivisionTree(rows: try Self.divisionRows(call.body), edition: named)
        } catch let error as DivisionErrors {
            throw Refused(problems: error.problems.map { "line \($0.line): \($0.message); \($0.hint)" })
        }
        let entries = (0..<tree.count).map { index in
            RegistryDivision(
                code: "\(tree.code(of: index))", name: tree.name(of: index), level: tree.level(of: index).text,
                parent: tree.parent(of: index).map { "\(tree.code(of: $0))" } ?? "")
        }
        try await aggregator.change { try $0.put(named, entries) }
        let today = aggregator.today
        let current = try aggregator.registry.edition(on: today) ?? "none"
        var lines = ["imported \(entries.count) divisions, edition \(named.name)"]
        if current != named.name { lines.append("edition \(current) is in force today") }
        let withdrawn = try aggregator.registry.withdrawn(on: today)
        if !withdrawn.isEmpty {
            lines.append(
                "\(withdrawn.count) stand in a division that edition \(current) doesn't have, and keep their old place:"
            )
            lines += withdrawn.prefix(20).map { "  \($0)" }
        }
        return .text(lines.joined(separator: "\n") + "\n")
    }

    static func divisionRows(_ body: [UInt8]) throws -> [DivisionRow] {
        var reader = try open(body)
        guard let code = reader.column("code"), let name = reader.column("name"), let level = reader.column("level"),
            let parent = reader.column("parent_code")
        else { throw Refused(problems: ["line 1: expected the columns code,name,level,parent_code"]) }
        var rows: [DivisionRow] = []
        var problems: [String] = []
        while let record = reader.next() {
            switch record {
            case .success(let record):
                rows.append(
                    DivisionRow(
                        line: record.line, code: record.fields[code], name: record.fields[name],
                        level: record.fields[level], parentCode: record.fields[parent]))
            case .failure(let fault): problems.append("line \(fault.line): \(fault.message); \(fault.hint)")
            }
        }
        guard problems.isEmpty else { throw Refused(problems: problems) }
        return rows
    }

    private static func open(_ body: [UInt8]) throws -> CSVReader {
        do throws(CSVFault) { return try CSVReader(body) } catch {
            let fault = error
            throw Refused(problems: ["line \(fault.line): \(fault.message); \(fault.hint)"])
        }
    }

    // MARK: Units

    private func units(_ call: Call) async throws -> Reply {
        let percent = call.query["ceiling_percent"].flatMap { Int64($0) } ?? 120
        guard (100...1000).contains(percent) else { throw Refused(problems: ["ceiling_percent: expected 100 to 1000"]) }
        let home = try home(call)
        let (units, problems) = try readUnits(call.body, percent, home)
        guard problems.isEmpty else { throw Refused(problems: problems) }
        let known = Set(try aggregator.registry.units().map(\.code))
        let reissue = call.query["reissue"] == "1"
        let slips = units.map { unit in
            (unit: unit, token: known.contains(unit.code) && !reissue ? nil : Token.random())
        }
        try await aggregator.change { registry in
            for slip in slips { try registry.put(slip.unit, tokenHash: slip.token.map(Token.hash)) }
        }
        let lines = slips.map { slip in
            SlipLine(
                // Where a relay speaks for it nobody is told the token: the unit's own is its relay's affair.
                unit: slip.unit.code.text, name: slip.unit.name, token: home == nil ? slip.token : nil,
                parent: "\(aggregator.identity)",
                dutyTelephone: slip.unit.dutyTelephone)
        }
        return Reply(status: 200, type: "application/json", body: Array(try JSONEncoder().encode(lines)))
    }

    package struct SlipLine: Codable, Sendable {
        package var unit: String
        package var name: String
        /// Nil for a unit that has its token already.
        package var token: String?
        package var parent: String
        package var dutyTelephone: String
    }

    func readUnits(_ body: [UInt8], _ percent: Int64, _ home: Code?) throws -> ([RegistryUnit], [String]) {
        var reader = try Self.open(body)
        guard let code = reader.column("code"), let name = reader.column("name"),
            let households = reader.column("expected_households"), let residents = reader.column("expected_residents"),
            let telephone = reader.column("duty_telephone")
        else {
            throw Refused(problems: [
                "line 1: expected the columns code,name,expected_households,expected_residents,duty_telephone"
            ])
        }
        var units: [RegistryUnit] = []
        var problems: [String] = []
        var lines: [Code: Int] = [:]
        while let record = reader.next() {
            switch record {
            case .failure(let fault): problems.append("line \(fault.line): \(fault.message); \(fault.hint)")
            case .success(let record):
                func number(_ column: Int) -> Int64? {
                    let text = record.fields[column]
                    if text.isEmpty { return nil }
                    if let number = Int64(text), (0...1_000_000).contains(number) { return number }
                    problems.append(
                        "line \(record.line): \"\(text)\" is no number of 0 to 1000000; leave it empty if nobody knows")
                    return nil
                }
                guard let unit = Code(record.fields[code]), unit.hasSerial else {
                    problems.append(
                        "line \(record.line): \"\(record.fields[code])\" is no unit code; expected a community code, a hyphen and a serial, such as 421303587002-001"
                    )
                    continue
                }
                let community = String(unit.text.prefix { $0 != "-" })
                if record.fields[name].allSatisfy(\.isWhitespace) {
                    problems.append("line \(record.line): \(unit) has no name; people know it by its name")
                }
                if let first = lines[unit] {
                    problems.append("line \(record.line): \(unit) stands on line \(first) already")
                }
                lines[unit] = record.line
                if let unknown = try unknownDivision(community) {
                    problems.append("line \(record.line): community \(unknown)")
                }
                units.append(
                    RegistryUnit(
                        code: unit, name: record.fields[name], community: community,
                        expectedHouseholds: number(households),
                        expectedResidents: number(residents), dutyTelephone: record.fields[telephone],
                        ceilingPercent: percent, home: home))
            }
        }
        if units.isEmpty, problems.isEmpty { problems = ["line 2: the table has no units below its head"] }
        return (units, problems)
    }

    func requireDivision(_ code: String) throws {
        if let unknown = try unknownDivision(code) { throw Refused(problems: [unknown]) }
    }

    /// - Returns: what is wrong; nil for a division that some edition has.
    private func unknownDivision(_ code: String) throws -> String? {
        try aggregator.registry.path(to: code, on: aggregator.today).isEmpty
            ? "\(code) is not in the division tree; import it with `jiayuan divisions import`" : nil
    }

    // MARK: Campaigns, backup

    private struct CampaignForm: Decodable {
        var code: String
        var name: String
        var opens: Int64
        var deadline: Int64
        var order: String?
        /// How far it should be by when, as people write it; absent for what was.
        var targets: String?
        var closed: Bool?
        /// Whether households that two units have are looked for; yes unless said otherwise.
        var claims: Bool?
        /// Why, and who says so; needed where a round is changed, closed or opened again.
        var reason: String?
        var officer: String?
    }

    private func campaign(_ call: Call) async throws -> Reply {
        guard let form = try? JSONDecoder().decode(CampaignForm.self, from: Data(call.body)), let code = Code(form.code)
        else {
            throw Refused(problems: ["expected code, name, opens and deadline (seconds since 1970)"])
        }
        guard form.deadline >= form.opens else { throw Refused(problems: ["deadline lies before opens"]) }
        let campaign = RegistryCampaign(
            code: code, name: form.name, opens: form.opens, deadline: form.deadline, order: "",
            closed: form.closed ?? false)
        try await Publisher(aggregator: aggregator).publish(
            campaign, order: form.order, targets: form.targets, withClaims: form.claims ?? true, reason: form.reason,
            officer: form.officer)
        return .text("campaign \(code) is published\n" + unsettled(code))
    }

    /// What a round that is closed too early says for ever.
    private func unsettled(_ campaign: Code) -> String {
        let picture = aggregator.look()
        guard picture.claims.live(campaign) == nil else { return "" }
        let surplus = picture.openClaims(campaign).values.reduce(0) { $0 + $1.surplus + $1.deficit }
        return surplus == 0
            ? "" : "\(surplus) households were not settled: the bounds of this round stay wider for ever\n"
    }

    private func backup(_ call: Call) throws -> Reply {
        guard let path = call.query["to"], path.hasPrefix("/") else {
            throw Refused(problems: ["to: expected an absolute path"])
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Refused(problems: ["\(path): exists already"])
        }
        let part = path + ".part"
        try? FileManager.default.removeItem(atPath: part)
        try aggregator.registry.backup(to: part)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: part)
        try FileManager.default.moveItem(atPath: part, toPath: path)
        return .text("registry copied to \(path)\n")
    }
}

extension Code {
    /// A community's code, a hyphen and a serial: two compounds of one community are told apart by it.
    fileprivate var hasSerial: Bool {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
    }
}

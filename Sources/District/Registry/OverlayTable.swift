import Daemon
import Federation

/// A table of overlays: `code,name,kind,member,from,until`, a line for each member and stretch of time.
struct OverlayTable {
    private(set) var overlays: [Overlay] = []
    private(set) var problems: [String] = []
    private var places: [String: Int] = [:]
    private var lines: [String: Int] = [:]

    private static let columns = ["code", "name", "kind", "member", "from", "until"]

    init(_ body: [UInt8]) throws(CSVFault) {
        var reader = try CSVReader(body)
        let found = Self.columns.map { reader.column($0) }
        guard !found.contains(nil) else {
            problems = ["line 1: expected the columns " + Self.columns.joined(separator: ",")]
            return
        }
        let places = found.compactMap { $0 }
        while let record = reader.next() {
            switch record {
            case .failure(let fault): problems.append("line \(fault.line): \(fault.message); \(fault.hint)")
            case .success(let record): read(places.map { record.fields[$0] }, record.line)
            }
        }
        if overlays.isEmpty, problems.isEmpty { problems = ["line 2: the table has no line below its head"] }
    }

    private mutating func read(_ fields: [String], _ line: Int) {
        let (code, name, kind, member, from, until) = (fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
        var wrong: [String] = []
        if Code(code) == nil { wrong.append("\"\(code)\" is no code: 1 to 64 of A–Z, a–z, 0–9 and . _ : -") }
        if name.allSatisfy(\.isWhitespace) { wrong.append("\(code) has no name; people know it by its name") }
        if Overlay.Kind(rawValue: kind) == nil {
            wrong.append(
                "\"\(kind)\" is no kind; expected " + Overlay.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        if Code(member) == nil { wrong.append("\"\(member)\" is no code of a division or unit") }
        if !Day.isDay(from) { wrong.append("from: \"\(from)\" is no day such as 2022-04-06") }
        if !until.isEmpty, !Day.isDay(until) || until <= from {
            wrong.append("until: \"\(until)\" is no day after from; leave it empty where no end is known")
        }
        if let first = lines.updateValue(line, forKey: [code, member, from].joined(separator: "\n")) {
            wrong.append("\(member) of \(code) from \(from) stands on line \(first) already")
        }
        problems += wrong.map { "line \(line): \($0)" }
        guard wrong.isEmpty, let key = Code(code), let kind = Overlay.Kind(rawValue: kind) else { return }
        let place = places[code] ?? overlays.count
        if place == overlays.count {
            places[code] = place
            overlays.append(Overlay(code: key, name: name, kind: kind, members: []))
        }
        guard overlays[place].name == name, overlays[place].kind == kind else {
            return problems.append("line \(line): \(code) has another name or kind on an earlier line")
        }
        overlays[place].members.append(Overlay.Member(code: member, from: from, until: until.isEmpty ? nil : until))
    }
}

import Daemon

/// The identifiers that another system has for what we call by codes: a table of `kind,code,id`, lines such as
/// `orgUnit,421303587002-001,DiszpKrYNg8`.
///
/// Of a kind that the table doesn't mention our own codes go out, and the scheme is `CODE`. Of one that it mentions
/// everything has to have its identifier: half a mapping would leave units out without a word.
struct ExportMapping: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case dataSet, dataElement, orgUnit, categoryOptionCombo, attributeOptionCombo
    }

    private var identifiers: [Kind: [String: String]] = [:]

    init() {}

    init(_ table: [UInt8]) throws {
        do {
            let reader = try CSVReader(table)
            guard let kind = reader.column("kind"), let code = reader.column("code"), let id = reader.column("id")
            else {
                throw ExportMapping.wrong("the first line has to name the columns kind,code,id")
            }
            for line in reader {
                let record = try line.get()
                guard let known = Kind(rawValue: record.fields[kind]) else {
                    let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ExportMapping.wrong("line \(record.line): kind is one of \(kinds)")
                }
                guard !record.fields[id].isEmpty else {
                    throw ExportMapping.wrong("line \(record.line): the id is empty")
                }
                identifiers[known, default: [:]][record.fields[code]] = record.fields[id]
            }
        } catch let fault as CSVFault {
            throw ExportMapping.wrong("line \(fault.line): \(fault.message)")
        }
    }

    func scheme(_ kind: Kind) -> String { identifiers[kind] == nil ? "CODE" : "UID" }

    /// - Throws: what has no identifier, where the kind is mapped.
    func id(_ kind: Kind, _ code: String) throws -> String {
        guard let known = identifiers[kind] else { return code }
        guard let id = known[code] else {
            throw StatsProblem(
                status: 422, error: "mapping_incomplete", parameter: "map",
                hint: "no \(kind.rawValue) for \(code): add a line \(kind.rawValue),\(code),… or leave the kind out")
        }
        return id
    }

    private static func wrong(_ hint: String) -> StatsProblem {
        StatsProblem(status: 422, error: "mapping_unreadable", parameter: "map", hint: hint)
    }
}

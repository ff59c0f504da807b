import Federation
import Foundation

/// Stage 1: JSON into valid records, or a named error for each that isn't.
enum RecordReader {
    /// Records in one request.
    static let limit = 2000

    /// - Returns: for each record of the array (a lone object is an array of one) the record or its error.
    /// - Throws: `IntakeError` where the body as a whole is no JSON of that form.
    static func read(_ body: [UInt8]) throws(IntakeError) -> [(id: String, Result<Record, IntakeError>)] {
        guard String(validating: body, as: UTF8.self) != nil else { throw IntakeError(.notUTF8) }
        guard let value = try? JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed]) else {
            throw JSONFault.error(body)
        }
        let items = value as? [Any] ?? [value]
        guard items.count <= limit else { throw IntakeError(.tooMany, value: "\(items.count)") }
        return items.map { item in
            let object = item as? [String: Any]
            let id = object?["id"] as? String ?? ""
            do throws(IntakeError) {
                guard let object else { throw IntakeError(.notAnObject) }
                return (id, .success(try record(JSONFields(object))))
            } catch { return (id, .failure(error)) }
        }
    }

    private static func record(_ fields: JSONFields) throws(IntakeError) -> Record {
        let text = try fields.text("id")
        guard let id = Hex.uint128(text) else { throw IntakeError(.idInvalid, field: "id", value: text) }
        let kind = try fields.text("kind")
        guard let type = Desks.kind(kind) else { throw IntakeError(.kindUnknown, field: "kind", value: kind) }
        let recorder = try fields.code("recorder")
        // What a table says gives way to what people say. Phones of the office are the desk's.
        guard recorder != Correction.table else {
            throw IntakeError(.notAName, field: "recorder", value: recorder.text)
        }
        return Record(
            id: id, content: try type.init(json: fields), recorder: recorder,
            device: fields.has("device") ? try fields.code("device") : nil,
            observedAt: Int64(try fields.number("observed_at", in: Clock.moments)),
            supersedes: try supersedes(fields, by: id), why: try Settlement.why(fields))
    }

    private static func supersedes(_ fields: JSONFields, by own: UInt128) throws(IntakeError) -> [UInt128] {
        guard fields.has("supersedes") else { return [] }
        var ids: [UInt128] = []
        for text in try fields.texts("supersedes", limit: Supersedes.most) {
            guard let id = Hex.uint128(text), id != own else {
                throw IntakeError(.idInvalid, field: "supersedes", value: text)
            }
            ids.append(id)
        }
        return ids
    }
}

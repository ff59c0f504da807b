import Daemon
import Federation

/// The list of vulnerable people: behind the PIN like every page, and behind the PIN said anew.
extension NodePages {
    var carePages: [Route] {
        [
            guarded(
                Route("GET", "/care") { call in
                    secured(.html(CarePage.closed(nil, Links(call), Messages.of(Language(call))).source))
                }),
            careForm("/care") { call, form, _ in
                guard let reader = form["reader"], reader.utf8.count <= 60,
                    gate.admits(header: "PIN \(form["pin"] ?? "")", peer: call.peer, now: NodePages.uptime)
                else { return careClosed(call, "pin.wrong") }
                return careOpen(call, try store.care.read(by: reader), store.care.admit(reader))
            },
            careForm("/care/add") { call, form, reader in
                guard let key = form["key"], let reader else { return careClosed(call, "node.care.over") }
                let fields = FormFields(form)
                let door = try careDoor(form["door"] ?? "")
                let note = try fields.text("note", limit: Record.addressLimit) ?? ""
                let need: CareNeed = try fields.choice("need")
                return careOpen(call, try store.care.add(door: door, need, note, by: reader), key)
            },
            careForm("/care/end") { call, form, reader in
                guard let key = form["key"], let reader, let person = form.number("person") else {
                    return careClosed(call, "node.care.over")
                }
                return careOpen(call, try store.care.end(Int64(person), by: reader), key)
            },
        ]
    }

    /// - Parameter answer: gets the name of whoever opened the list; nil where nobody did, or his time is over.
    private func careForm(
        _ pattern: String, _ answer: @escaping @Sendable (Call, Form, String?) throws -> Reply
    ) -> Route {
        guarded(
            Route("POST", pattern) { call in
                try await queue.run {
                    guard let form = Form(call.body) else { return try render(call, .problem(IntakeError(.notUTF8))) }
                    do { return try answer(call, form, form["key"].flatMap(store.care.reader)) } catch let error
                        as IntakeError
                    {
                        let again = try again(call, form, error)
                        return try render(call, .problem(error, again: again))
                    }
                }
            })
    }

    /// As the registry spells it, or as lists do.
    private func careDoor(_ said: String) throws(IntakeError) -> Code {
        let whole = DoorReading.whole(said)
        let text = whole.map { "\($0.building)-\($0.stairUnit.isEmpty ? "1" : $0.stairUnit)-\($0.room)" } ?? said
        guard let door = Door(text)?.code else { throw IntakeError(.notACode, field: "door", value: said) }
        guard try store.looked({ try RegistryDesk.exists(door: door, $0) }) else {
            throw IntakeError(.doorUnknown, field: "door", value: said)
        }
        return door
    }

    private func careClosed(_ call: Call, _ notice: String) -> Reply {
        let text = Messages.of(Language(call))
        return secured(.html(CarePage.closed(text(notice), Links(call), text).source, status: 403))
    }

    private func careOpen(_ call: Call, _ page: CareBook.Page, _ key: String) -> Reply {
        let html = CarePage.open(page, key: key, now: store.clock(), Links(call), Messages.of(Language(call)))
        return secured(.html(html.source))
    }
}

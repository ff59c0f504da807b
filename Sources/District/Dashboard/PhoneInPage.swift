import Daemon
import Federation

/// `POST /unit/{code}/phone-in`: takes the form, for whoever has a read token that may phone in.
struct PhoneInPage: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard

    init(_ aggregator: Aggregator, guarding: ReadGuard) { (self.aggregator, self.guarding) = (aggregator, guarding) }

    var route: Route {
        guarding.route(
            "POST", "/unit/{code}/phone-in", about: .affairs(.path("code")), needs: .phoneIn,
            refused: { DashboardShell.refused($0, $1) }
        ) { call, reader in
            return DashboardShell.secured(try await written(call, reader))
        }
    }

    /// What is wrong with a form: a sentence, and the fields at fault.
    private struct Fault: Error {
        var key: String
        var fields: Set<String>
    }

    private func written(_ call: Call, _ reader: Reader) async throws -> Reply {
        let text = Messages.of(Language(call))
        guard let unit = call.captures["code"].flatMap({ Code($0) }), let form = Form(call.body) else {
            throw StatsProblem.wrong("code", "expected the code of a unit, and a form")
        }
        let asked = call.query["campaign"].flatMap { Code($0) }
        do {
            let said = try phoneIn(form, unit, reader)
            guard case .phonedIn(let refusal) = try await aggregator.decide(.phoneIn(said)) else {
                throw CancellationError()
            }
            if let refusal { throw Fault(key: "phone_in.refused.\(refusal.rawValue)", fields: fields(refusal)) }
            return .seeOther(DashboardShell.link("/unit/\(unit)", text.language, asked))
        } catch let fault as Fault {
            return .html(again(fault, form, unit, asked, reader, text).source, status: 422)
        }
    }

    private func phoneIn(_ form: Form, _ unit: Code, _ reader: Reader) throws -> PhoneIn {
        let missing = (PhoneInForm.numbers + PhoneInForm.words).filter {
            form[$0] == nil && !PhoneInForm.optional.contains($0)
        }
        guard missing.isEmpty else { throw Fault(key: "phone_in.refused.missing", fields: Set(missing)) }
        // Plain digits: `Int64` takes a sign, too.
        let odd = PhoneInForm.numbers.filter { form[$0]?.wholeMatch(of: /[0-9]{1,9}/) == nil && form[$0] != nil }
        guard odd.isEmpty else { throw Fault(key: "phone_in.refused.numbers", fields: Set(odd)) }
        func number(_ name: String) -> Int64? { form[name].flatMap { Int64($0) } }
        guard let campaign = form["campaign"].flatMap({ Code($0) }) else {
            throw Fault(key: "phone_in.refused.campaignUnknown", fields: [])
        }
        return PhoneIn(
            at: aggregator.clock.wall, unit: unit, campaign: campaign,
            counts: PhoneIn.Counts(
                done: number("done") ?? 0, due: number("due") ?? 0, tested: number("tested"),
                residents: number("residents")),
            caller: short(form["caller"]), officer: short(form["officer"]), reason: short(form["reason"]),
            readToken: reader.number)
    }

    /// A name or a reason, not an essay: whatever a browser let through.
    private func short(_ said: String?) -> String { String((said ?? "").prefix(100)) }

    private func fields(_ refusal: PhoneIn.Refusal) -> Set<String> {
        refusal == .countsImpossible ? Set(PhoneInForm.numbers) : []
    }

    private func again(
        _ fault: Fault, _ form: Form, _ unit: Code, _ asked: Code?, _ reader: Reader, _ text: Messages
    ) -> HTML {
        let tree = aggregator.look().rollup.tree
        let name = tree.unit(unit).map { tree.units[$0].name } ?? unit.text
        let body: HTML =
            form["campaign"].flatMap { Code($0) }.map {
                PhoneInForm.html(unit, $0, asked: asked, said: form, wrong: fault.fields, text)
            } ?? ""
        return DashboardShell.html(
            """
            <h1>\(name)</h1><p class="bad" role="alert" id="fault">\(text(fault.key))</p>\(body)
            <p><a href="\(DashboardShell.link("/unit/\(unit)", text.language, asked))">\(name)</a></p>
            """, "", path: "/unit/\(unit)", theme: nil, round: asked, isStill: true, polls: reader.scope != nil, text)
    }
}

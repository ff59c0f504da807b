import Daemon
import Federation
import GRDB

extension RegistryDesk {
    func routes(_ pages: NodePages) -> [Route] {
        [
            pages.page("/registry") { _, _ in try RegistryDesk.page(pages.store, nil) },
            pages.page("/registry/place/{place}") { call, _ in
                try RegistryDesk.place(call.captures["place"] ?? "", pages.store)
            },
            pages.pasted("/desk/registry/buildings") { form, apply in
                let lines = form["lines"] ?? ""
                let plan = try pages.store.build(lines, by: try FormReader.recorder(form), apply: apply)
                return { try RegistryDesk.page(pages.store, .lines(lines, plan)) }
            },
            pages.pasted("/desk/registry/add") { form, apply in
                let building = try Record.Building(form: FormFields(form))
                let plan = try pages.store.build([building], by: try FormReader.recorder(form), apply: apply)
                return { try RegistryDesk.page(pages.store, .building(building, plan)) }
            },
        ] + tables(pages)
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [api.document("registry") { _ in try api.store.read(RegistryReader.overview) }]
    }

    static func page(_ store: CompoundStore, _ typed: RegistryPage.Typed?, status: Int = 200) throws -> NodePages.Body {
        let taking = store.tables.progress
        let model = try store.read { db in
            let conflicts = try SurveyReader.conflicts(db).count {
                if case .household? = $0.matter { true } else { false }
            }
            return RegistryPage.Model(
                overview: try RegistryReader.overview(db), conflicts: conflicts, withdrawn: try WithdrawnPlace.all(db),
                taking: taking, now: store.clock())
        }
        return NodePages.Body(status: status) { RegistryPage.html(model, typed, $0.links, $0.text) }
    }

    /// A building or a door: what is registered, and what goes with it if it is withdrawn.
    private static func place(_ code: String, _ store: CompoundStore) throws -> NodePages.Body {
        guard let place = RegisteredPlace(code) else { return .notFound }
        let effect = try store.read { try WithdrawalEffect(place, $0) }
        guard effect.doors > 0 || effect.withdrawn != nil else { return .notFound }
        let id = Hex.text(UInt128.random(in: 1 ... .max))
        return NodePages.Body { PlacePage.html(effect, id: id, $0) }
    }

    /// In the place of a page of a building or door that isn't there: it may have been taken out.
    static func absent(_ code: String, _ store: CompoundStore) throws -> NodePages.Body {
        guard let place = RegisteredPlace(code),
            let withdrawn = try store.read({ try WithdrawnPlace(place, $0) })
        else { return .notFound }
        return NodePages.Body(status: 410) { PlacePage.gone(withdrawn, $0) }
    }
}

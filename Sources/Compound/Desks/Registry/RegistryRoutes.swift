import Daemon
import Federation
import GRDB

extension RegistryDesk {
    func routes(_ pages: NodePages) -> [Route] {
        [
            pages.page("/registry") { _, _ in try RegistryDesk.page(pages.store, nil) },
            pages.pasted("/desk/registry/buildings") { form, apply in
                let lines = form["lines"] ?? ""
                let plan = try pages.store.build(lines, by: try FormReader.recorder(form), apply: apply)
                return try RegistryDesk.page(pages.store, .lines(lines, plan))
            },
        ] + tables(pages)
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [api.document("registry") { _ in try api.store.read(RegistryReader.overview) }]
    }

    static func page(_ store: CompoundStore, _ typed: RegistryPage.Typed?, status: Int = 200) throws -> NodePages.Body {
        let (overview, conflicts) = try store.read { db in
            let conflicts = try SurveyReader.conflicts(db).count {
                if case .household? = $0.matter { true } else { false }
            }
            return (try RegistryReader.overview(db), conflicts)
        }
        let taking = store.tables.progress
        return NodePages.Body(status: status) {
            RegistryPage.html(overview, conflicts: conflicts, typed, taking: taking, $0.links, $0.text)
        }
    }
}

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
            pages.guarded(
                Route("POST", "/desk/registry/import", bodyLimit: 64 * 1024 * 1024) { call in
                    try await RegistryDesk.importTable(call, pages)
                }),
        ]
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [api.document("registry") { _ in try api.store.read(RegistryReader.overview) }]
    }

    private static func page(_ store: CompoundStore, _ typed: RegistryPage.Typed?) throws -> NodePages.Body {
        let (overview, conflicts) = try store.read { db in
            let conflicts = try SurveyReader.conflicts(db).count {
                if case .household? = $0.matter { true } else { false }
            }
            return (try RegistryReader.overview(db), conflicts)
        }
        return NodePages.Body { RegistryPage.html(overview, conflicts: conflicts, typed, $0.links, $0.text) }
    }

    private static func importTable(_ call: Call, _ pages: NodePages) async throws -> Reply {
        guard pages.sameOrigin(call) else { return .text("cross-site form refused\n", status: 403) }
        do {
            guard let form = Form(call.body), let table = form["table"] else {
                throw IntakeError(.fieldMissing, field: "table")
            }
            let report = try await pages.store.imports.run {
                try RegistryImport.run(
                    Array(table.utf8), into: pages.store, apply: form["apply"] == "1", on: pages.queue)
            }
            return try await pages.queue.run {
                try pages.render(call, try page(pages.store, .table(table, report)))
            }
        } catch let error as IntakeError {
            return try await pages.queue.run { try pages.render(call, .problem(error)) }
        }
    }
}

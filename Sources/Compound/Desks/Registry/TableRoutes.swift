import Daemon
import Federation
import Foundation

/// Tables of doors: pasted or handed in as a file, read, shown, taken; and the registry as a table.
extension RegistryDesk {
    /// What a person hands in for the registry.
    private struct Table {
        var source: TableRoom.Source
        var asked: [String: [ColumnRole?]]
        var overruling: Overruling
        /// How many corrections whoever overrules all of them has seen, or was told of; nil where he doesn't.
        var overruled: Int?
        var apply: Bool
    }

    func tables(_ pages: NodePages) -> [Route] {
        [
            pages.guarded(
                Route("POST", "/desk/registry/import", bodyLimit: 64 * 1024 * 1024) { call in
                    try await RegistryDesk.importTable(call, pages)
                }),
            pages.guarded(
                Route("GET", "/registry/import/{job}") { call in
                    try await pages.queue.run { try RegistryDesk.job(call, pages) }
                }),
            pages.guarded(
                Route("GET", "/export/registry.csv") { call in
                    try await RegistryDesk.export(call, pages) { $0.csv }
                }),
            pages.guarded(
                Route("GET", "/export/registry.xlsx") { call in
                    try await RegistryDesk.export(call, pages) { try $0.workbook(in: pages.store.folder) }
                }),
        ]
    }

    // MARK: In

    private static func importTable(_ call: Call, _ pages: NodePages) async throws -> Reply {
        do {
            return try await take(try table(call, pages.store.tables), call, pages)
        } catch let error as ImportProblem {
            let typed = RegistryPage.Typed.table(
                .pasted(Form(call.body)?.verbatim("table") ?? ""), ImportReport(fault: error))
            return try await pages.queue.run {
                try pages.render(call, try page(pages.store, typed, status: 400))
            }
        } catch let error as IntakeError {
            // A file has to be chosen again; what was pasted is there.
            let form = Multipart.isOne(call) ? nil : NodePages.form(of: call)
            return try await pages.queue.run {
                try pages.render(call, .problem(error, again: try form.map { try pages.again(call, $0, error) }))
            }
        }
    }

    /// A short table is taken while its sender waits; of a long one he sees how far it is.
    private static func take(_ table: Table, _ call: Call, _ pages: NodePages) async throws -> Reply {
        guard table.apply else { return try await look(table, call, pages) }
        let (store, queue) = (pages.store, pages.queue)
        let read = try await store.imports.run { () -> RegistryImport? in
            if let seen = table.overruled, try seen != standing(table, store, queue) { return nil }
            return try RegistryImport(
                table.source.bytes, into: store, asked: table.asked, overruling: table.overruling, on: queue)
        }
        guard let read else {
            var asked = table
            asked.overruling.all = false
            return try await look(asked, call, pages)
        }
        let finish: @Sendable () throws -> ImportReport = {
            var taking = read
            try taking.go(apply: true)
            if case .upload(let key, _) = table.source, taking.report.applied { store.tables.drop(key) }
            return taking.report
        }
        guard read.isLong else {
            let report = try await store.imports.run(finish)
            let (left, path) = (table.source.left(report), call.path)
            return try await pages.answered(call, bytes: left.bytes.count) { looks in
                try await queue.run { try pages.render(looks, page(store, .table(left, report)), at: path) }
            }
        }
        let key = store.tables.start()
        Task {
            do {
                let report = try await store.imports.run(finish)
                store.tables.finish(key, .done(table.source.left(report), report))
            } catch {
                store.tables.finish(key, .failed(error as? IntakeError ?? IntakeError(.storeFailed, value: "\(error)")))
            }
        }
        return .seeOther(Links(call)("/registry/import/\(key)"))
    }

    /// Corrections that the table differs from, as the registry stands: somebody may have corrected more since the preview.
    private static func standing(_ table: Table, _ store: CompoundStore, _ queue: SerialQueue) throws -> Int {
        try RegistryImport.run(table.source.bytes, into: store, apply: false, asked: table.asked, on: queue).listing
            .standing
    }

    /// A preview is read anew with every look at it: what is said of the registry is true when it is shown.
    private static func look(_ table: Table, _ call: Call, _ pages: NodePages) async throws -> Reply {
        let (store, queue) = (pages.store, pages.queue)
        let read: @Sendable (_ remembers: Bool) throws -> ImportReport = { remembers in
            var read = try RegistryImport(
                table.source.bytes, into: store, asked: table.asked, overruling: table.overruling,
                remembers: remembers, on: queue)
            try read.go(apply: false)
            return read.report
        }
        let path = call.path
        if !table.asked.isEmpty { _ = try await store.imports.run { try read(true) } }
        return try await pages.answered(call, bytes: table.source.bytes.count) { looks in
            let report = try await store.imports.run { try read(false) }
            return try await queue.run { try pages.render(looks, page(store, .table(table.source, report)), at: path) }
        }
    }

    /// The page of a table that is being taken: asks for itself again until it is through.
    private static func job(_ call: Call, _ pages: NodePages) throws -> Reply {
        switch pages.store.tables.job(call.captures["job"] ?? "") {
        case .running?:
            var reply = try pages.render(call, try page(pages.store, nil))
            reply.headers.append((name: "refresh", value: "1"))
            return reply
        case .done(let source, let report)?:
            return try pages.render(call, try page(pages.store, .table(source, report)))
        case .failed(let error)?: return try pages.render(call, .problem(error))
        case nil: return .seeOther(Links(call)("/registry"))
        }
    }

    private static func table(_ call: Call, _ room: TableRoom) throws(ImportProblem) -> Table {
        if Multipart.isOne(call) {
            guard let parts = Multipart(call) else { throw ImportProblem(.formBroken, line: 0) }
            guard let file = parts.files["file"] else { throw ImportProblem(.fileMissing, line: 0) }
            guard file.bytes.count <= TableRoom.largest else {
                throw ImportProblem(WorkbookFault(.tooLarge(most: TableRoom.largest)))
            }
            let upload = TableRoom.Upload(name: file.name, bytes: file.bytes)
            return Table(
                source: .upload(key: room.keep(upload), upload), asked: asked(parts.form),
                overruling: overruling(parts.form), overruled: parts.form.number(TableCorrections.all),
                apply: parts.form["apply"] == "1")
        }
        guard let form = Form(call.body) else { throw ImportProblem(.formBroken, line: 0) }
        let (asked, overruling, apply) = (asked(form), overruling(form), form["apply"] == "1")
        let overruled = form.number(TableCorrections.all)
        if let key = form["upload"] {
            guard let upload = room.upload(key) else { throw ImportProblem(.fileGone, line: 0) }
            return Table(
                source: .upload(key: key, upload), asked: asked, overruling: overruling, overruled: overruled,
                apply: apply)
        }
        guard let text = form.verbatim("table") else { throw ImportProblem(.fileMissing, line: 0) }
        return Table(
            source: .pasted(text), asked: asked, overruling: overruling, overruled: overruled, apply: apply)
    }

    /// The columns as the page's selects say them; see `TableColumns`.
    private static func asked(_ form: Form) -> [String: [ColumnRole?]] {
        var asked: [String: [ColumnRole?]] = [:]
        for place in 0..<TableColumns.mostHeads {
            guard let key = form["head.\(place)"], let count = form.number("columns.\(place)"),
                (1...TableColumns.mostColumns).contains(count)
            else { continue }
            asked[key] = (0..<count).map { form["column.\(place).\($0)"].flatMap { ColumnRole(rawValue: $0) } }
        }
        return asked
    }

    /// The lines of which somebody ticked that the table counts; see `TableCorrections`.
    private static func overruling(_ form: Form) -> Overruling {
        let boxes = form.pairs.filter { $0.name.hasPrefix(TableCorrections.box) && $0.value == "1" }
        return Overruling(
            all: form.number(TableCorrections.all) != nil,
            doors: Set(boxes.map { String($0.name.dropFirst(TableCorrections.box.count)) }))
    }

    // MARK: Out

    private static func export(
        _ call: Call, _ pages: NodePages,
        _ write: @escaping @Sendable (RegistryExport) throws -> RegistryExport.File
    ) async throws -> Reply {
        try await pages.queue.run {
            guard let campaign = try pages.store.campaign(asked: call.query["campaign"]) else {
                return try pages.render(call, .notFound)
            }
            let text = Messages.of(Language(call))
            let file = try write(try pages.store.read { try RegistryExport(campaign, text, $0) })
            return pages.secured(
                Reply(
                    status: 200, type: file.type, body: file.bytes,
                    headers: [(name: "content-disposition", value: "attachment; filename=\"\(file.name)\"")]))
        }
    }
}

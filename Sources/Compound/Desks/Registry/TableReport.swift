import Daemon

/// What became of a table that was pasted or handed in: its sheets, its columns, its problems, the doors it doesn't name,
/// and the next step.
struct TableReport {
    let report: ImportReport
    let source: TableRoom.Source
    /// Seconds since 1970.
    let now: Int64
    let links: Links
    let text: Messages

    /// Problems that the page lists.
    static let listed = 100

    var html: HTML {
        let form: HTML = keptForm
        let columns =
            report.heads.isEmpty || report.applied ? "" : TableColumns(report: report, form: formID, text: text).html
        if let fault = report.fault {
            return
                "<section class=\"bad\" role=\"alert\"><p>\(words(fault))</p><p>\(fault.hint(text))</p></section>\(sheets)\(form)\(columns)"
        }
        return """
            <section class="\(report.problems.isEmpty ? "ok" : "warn")"><p>\(fileName)\(summary)</p>\(sheets)
            \(TableReport.items(report.problems, text))\(more)</section>\(TableNovelty(report: report, text: text).html)\(corrections)\(form)\(unnamed)\(columns)
            """
    }

    /// The form whose buttons stand in this report.
    private var formID: String {
        switch source {
        case .pasted: "table"
        case .upload: "kept"
        }
    }

    /// The file stays here while somebody looks at it; its form says which.
    private var keptForm: HTML {
        guard case .upload(let key, _) = source, !report.applied else { return take }
        return """
            <form id="kept" class="form" method="post" action="\(links("/desk/registry/import"))">
            <input type="hidden" name="upload" value="\(key)">\(take)</form>
            """
    }

    /// The table may stand far down in its form; nobody should have to look for the next step.
    private var take: HTML {
        report.fault == nil && report.isOpen
            ? "<button form=\"\(formID)\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.registry.take"))</button>"
            : ""
    }

    private var fileName: HTML {
        guard case .upload(_, let upload) = source else { return "" }
        return "\(upload.name)\(text("node.table.colon"))"
    }

    private var summary: String {
        let listing = report.listing
        let values = [
            "lines": "\(report.lines)", "good": "\(report.good - listing.kept)", "written": "\(listing.written)",
            "new": "\(listing.new)", "changed": "\(listing.changed)", "unchanged": "\(listing.unchanged)",
            "kept": "\(listing.kept)", "problems": "\(report.lines - report.good)",
        ]
        let notes = [
            ("sums", report.sums), ("merged", report.merged.buildings), ("merged_units", report.merged.stairUnits),
        ].filter { $0.1 > 0 }.map { text("node.registry.\($0.0)", ["count": "\($0.1)"]) }.joined()
        let key =
            !report.applied
            ? "checked" : listing.written > 0 || !report.shared.replaced.isEmpty ? "taken" : "taken_nothing"
        return text("node.registry.\(key)", values) + notes
    }

    private var more: HTML {
        let unlisted = report.lines - report.good - min(report.problems.count, TableReport.listed)
        return unlisted > 0 ? "<p>\(text("node.registry.more", ["count": "\(unlisted)"]))</p>" : ""
    }

    private var sheets: HTML {
        let items = report.sheets.filter { !$0.name.isEmpty }.map { sheet -> HTML in
            guard let reason = sheet.skipped else {
                return "<li>\(text("node.table.sheet_read", ["name": sheet.name, "lines": "\(sheet.lines)"]))</li>"
            }
            return "<li>\(text("node.table.sheet_skipped", ["name": sheet.name, "reason": reason.message(text)]))</li>"
        }
        return items.isEmpty ? "" : "<ul>\(items)</ul>"
    }

    private var corrections: HTML {
        TableCorrections(report: report, form: formID, now: now, text: text).html
    }

    private var unnamed: HTML {
        func part(_ key: String, _ doors: UnnamedDoors.Part) -> HTML {
            guard doors.count > 0 else { return "" }
            return "<p>\(text(key, ["count": "\(doors.count)", "doors": doors.text(text)]))</p>"
        }
        let parts: HTML = """
            \(part(report.applied ? "node.table.shared.gone" : "node.table.shared.going", report.shared.going))
            \(part("node.table.shared.staying", report.shared.staying))
            \(part(report.applied ? "node.table.gone" : "node.table.going", report.unnamed.going))
            \(part("node.table.staying", report.unnamed.staying))
            """
        return report.unnamed == UnnamedDoors() && report.shared == SharedDoors()
            ? "" : "<section class=\"warn\">\(parts)</section>"
    }

    private func words(_ problem: ImportProblem) -> HTML { TableReport.words(problem, text) }

    private static func words(_ problem: ImportProblem, _ text: Messages) -> HTML {
        let sheet = problem.sheet.isEmpty ? "" : text("node.table.in_sheet", ["name": problem.sheet])
        let line = problem.line > 0 ? text("node.registry.line", ["line": "\(problem.line)"]) : ""
        return "\(sheet)\(line) \(problem.message(text))"
    }

    static func items(_ problems: [ImportProblem], _ text: Messages) -> HTML {
        let items = problems.prefix(listed).map { problem -> HTML in
            "<li>\(words(problem, text))\(text("node.registry.hint", ["hint": problem.hint(text)]))</li>"
        }
        return items.isEmpty ? "" : "<ul>\(items)</ul>"
    }
}

/// What each column of a table was taken for, to be changed and read again.
struct TableColumns {
    let report: ImportReport
    /// Id of the form that sends it.
    let form: String
    let text: Messages

    /// Heads of one workbook that a page shows, and columns of one head.
    static let (mostHeads, mostColumns) = (8, 256)

    var html: HTML {
        let heads = shown
        let isOpen = report.fault != nil || heads.contains { $0.origin != .guessed || $0.problem != nil }
        let again: HTML = "<button form=\"\(form)\" name=\"apply\" value=\"0\">\(text("node.table.again"))</button>"
        let open: HTML = isOpen ? " open" : ""
        return """
            <details\(open)><summary>\(text("node.table.columns"))</summary>
            \(heads.enumerated().map { head($1, $0) })\(again)</details>
            """
    }

    /// Tables of doors first, then what may be one; a line of notes is none.
    private var shown: [TableHead] {
        let heads = report.heads.filter { $0.fields.count <= TableColumns.mostColumns }
        let others = heads.filter { $0.problem != nil && $0.fields.count { !$0.isEmpty } > 1 }
        return Array((heads.filter { $0.problem == nil } + others).prefix(TableColumns.mostHeads))
    }

    private func head(_ head: TableHead, _ place: Int) -> HTML {
        let rows = head.fields.indices.filter {
            !head.fields[$0].isEmpty || !head.samples[$0].isEmpty || head.roles[$0] != nil
        }
        .map { row(head, $0, place) }
        return """
            <p>\(origin(head))</p><input type="hidden" form="\(form)" name="head.\(place)" value="\(head.key)">
            <input type="hidden" form="\(form)" name="columns.\(place)" value="\(head.fields.count)">
            <table class="table mapper"><thead><tr><th scope="col">\(text("node.table.column"))</th>
            <th scope="col">\(text("node.table.taken_for"))</th><th scope="col">\(text("node.table.samples"))</th></tr></thead>
            <tbody>\(rows)</tbody></table>
            """
    }

    private func origin(_ head: TableHead) -> String {
        let sheet = head.sheet.isEmpty ? "" : text("node.table.in_sheet", ["name": head.sheet])
        let line = text("node.table.head_line", ["line": "\(head.linesAbove + 1)"])
        return switch head.origin {
        case .guessed: sheet + line + text(head.problem == nil ? "node.table.guessed" : "node.table.not_guessed")
        case .asked: sheet + line + text("node.table.asked")
        case .remembered(let at): sheet + line + text("node.table.remembered", ["at": Clock.text(at, asOf: 0)])
        }
    }

    private func row(_ head: TableHead, _ column: Int, _ place: Int) -> HTML {
        let name =
            head.fields[column].isEmpty ? text("node.table.unnamed", ["number": "\(column + 1)"]) : head.fields[column]
        let options = ColumnRole.allCases.map { role -> HTML in
            option(role.rawValue, text("node.table.role.\(role.rawValue)"), head.roles[column] == role)
        }
        return """
            <tr><th scope="row">\(name)</th><td><select form="\(form)" name="column.\(place).\(column)" aria-label="\(name)">
            \(option("", text("node.table.role.none"), head.roles[column] == nil))\(options)</select></td>
            <td>\(head.samples[column].joined(separator: text("node.table.separator")))</td></tr>
            """
    }

    private func option(_ value: String, _ name: String, _ isChosen: Bool) -> HTML {
        let chosen: HTML = isChosen ? " selected" : ""
        return "<option value=\"\(value)\"\(chosen)>\(name)</option>"
    }
}

import Daemon
import Federation

/// The frame: buildings, doors, residents; buildings by lines such as `1-8栋，每栋2单元×18层×2户`, doors by a pasted table.
enum RegistryPage {
    /// What somebody typed, and what became of it.
    enum Typed {
        case table(TableRoom.Source, ImportReport)
        case lines(String, BuildingPlan)
        case building(Record.Building, BuildingPlan)

        /// Nobody types anything twice: it stays until all of it is taken.
        var building: Record.Building? {
            if case .building(let building, let plan) = self, !plan.applied { building } else { nil }
        }

        var left: (table: String, lines: String) {
            switch self {
            case .table(.pasted(let table), let report):
                (report.applied && report.lines == report.good ? "" : table, "")
            case .table, .building: ("", "")
            case .lines(let lines, let plan): ("", plan.applied && plan.problems.isEmpty ? "" : lines)
            }
        }
    }

    /// What the page shows below what somebody typed.
    struct Model {
        var overview: RegistryOverview
        var conflicts: Int
        var withdrawn: [WithdrawnPlace]
        /// How far the table is that is being taken; nil while there is none.
        var taking: TableRoom.Progress?
        /// Seconds since 1970.
        var now: Int64
    }

    static func html(_ model: Model, _ typed: Typed?, _ links: Links, _ text: Messages) -> HTML {
        let overview = model.overview
        return """
            <div class="tiles"><section class="tile"><h2>\(text("node.column.households"))</h2><p class="big">\(overview.households)</p></section>
            <section class="tile"><h2>\(text("node.column.residents"))</h2><p class="big">\(residents(overview.residents, unlisted: overview.unlisted, of: overview.households))</p>\(unlisted(overview.unlisted, text))</section>
            <section class="tile"><h2>\(text("node.column.doors"))</h2><p class="big">\(overview.doors)</p></section></div>\(SurveyFrame.html(overview, text))
            \(model.taking.map { progress($0, text) } ?? "")\(typed.map { became($0, model, links, text) } ?? "")\(ConflictList.notice(model.conflicts, links, text))
            <div class="columns"><section><h1>\(text("node.registry.buildings"))</h1><table class="table"><thead><tr>
            \(["building", "doors", "households", "vacant", "residents"].map { "<th scope=\"col\">\(text("node.column.\($0)"))</th>" as HTML })
            </tr></thead><tbody>\(overview.buildings.map { row($0, links, text) })</tbody></table>\(withdrawn(model, links, text))</section>
            <section>\(lines(typed?.left.lines ?? "", links, text))\(table(typed?.left.table ?? "", links, text))\(building(typed?.building, links, text))</section></div>
            """
    }

    /// How far a table is that is being taken; the page asks again by itself.
    private static func progress(_ taking: TableRoom.Progress, _ text: Messages) -> HTML {
        let values = ["done": "\(taking.done)", "lines": "\(taking.lines)"]
        return """
            <section role="status"><p>\(text("node.table.taking", values))</p>
            <progress value="\(taking.done)" max="\(max(1, taking.lines))" aria-label="\(text("node.table.taking", values))"></progress></section>
            """
    }

    private static func became(_ typed: Typed, _ model: Model, _ links: Links, _ text: Messages) -> HTML {
        switch typed {
        case .table(let source, let report):
            TableReport(report: report, source: source, now: model.now, links: links, text: text).html
        case .lines(_, let plan): BuildingPlanView(plan: plan, form: "lines", text: text).html
        case .building(_, let plan): BuildingPlanView(plan: plan, form: "building", text: text).html
        }
    }

    private static func row(_ building: RegistryOverview.Building, _ links: Links, _ text: Messages) -> HTML {
        """
        <tr><th scope="row"><a href="\(links("/registry/place/\(building.code)"))">\(building.label ?? text("node.building", ["code": building.code]))</a></th><td>\(building.doors)</td><td>\(building.households)</td>
        <td>\(building.vacant)</td><td>\(residents(building.residents, unlisted: building.unlisted, of: building.households))</td></tr>
        """
    }

    /// Nothing that was taken out is out of sight: it may have been right, and work may have been recorded there.
    private static func withdrawn(_ model: Model, _ links: Links, _ text: Messages) -> HTML {
        guard !model.withdrawn.isEmpty else { return "" }
        let items = model.withdrawn.map { place -> HTML in
            let values = [
                "by": Clerk.words(place.recorder, text), "at": Clock.text(place.at, asOf: model.now),
                "visited": "\(place.visited)",
            ]
            let visited = place.visited > 0 ? text("node.place.visited", values) : ""
            return
                "<li><a href=\"\(links("/registry/place/\(place.place)"))\">\(PlacePage.name(place.place, text))</a> \(text("node.place.withdrawn_by", values))\(visited)</li>"
        }
        return "<h2>\(text("node.place.withdrawn"))</h2><ul>\(items)</ul>"
    }

    /// Where nobody has listed anybody, how many live there is unknown, and no zero.
    static func residents(_ residents: Int, unlisted: Int, of households: Int) -> String {
        residents == 0 && unlisted > 0 && unlisted >= households ? "–" : "\(residents)"
    }

    private static func unlisted(_ households: Int, _ text: Messages) -> HTML {
        guard households > 0 else { return "" }
        return "<p class=\"muted\">\(text("node.registry.unlisted", ["count": "\(households)"]))</p>"
    }

    /// - Parameter typed: what somebody is looking at before it is built.
    private static func building(_ typed: Record.Building?, _ links: Links, _ text: Messages) -> HTML {
        func number(_ name: String, _ most: Int, _ value: Int) -> HTML {
            "<input name=\"\(name)\" type=\"number\" min=\"1\" max=\"\(most)\" value=\"\(value)\" required>"
        }
        let open: HTML = typed == nil ? "" : " open"
        return """
            <details id="add"\(open)><summary>\(text("node.registry.add"))</summary>
            <form id="building" class="form" method="post" action="\(links("/desk/registry/add"))">
            <label>\(text("node.registry.number")) <input name="building" required pattern="[A-Za-z0-9._:]+" value="\(typed?.code.text ?? "")"></label>
            <label>\(text("node.registry.stair_units")) \(number("stair_units", 50, typed?.stairUnits ?? 2))</label>
            <label>\(text("node.registry.floors")) \(number("floors", 99, typed?.floors ?? 11))</label>
            <label>\(text("node.registry.per_floor")) \(number("doors_per_floor", 99, typed?.doorsPerFloor ?? 2))</label>
            <label>\(text("node.registry.address")) <input name="address" maxlength="100" value="\(typed?.address ?? "")"></label>
            <button name="apply" value="0">\(text("node.registry.check"))</button>
            <button class="primary" name="apply" value="1">\(text("node.registry.build"))</button></form></details>
            """
    }

    private static func lines(_ typed: String, _ links: Links, _ text: Messages) -> HTML {
        """
        <form id="lines" class="form" method="post" action="\(links("/desk/registry/buildings"))"><h2>\(text("node.registry.lines"))</h2>
        <label>\(text("node.registry.lines_hint")) <textarea name="lines" rows="3" required>\(typed)</textarea></label>
        <button name="apply" value="0">\(text("node.registry.check"))</button>
        <button class="primary" name="apply" value="1">\(text("node.registry.build"))</button></form>
        """
    }

    private static func table(_ typed: String, _ links: Links, _ text: Messages) -> HTML {
        """
        <form id="table" class="form" method="post" action="\(links("/desk/registry/import"))"><h2>\(text("node.registry.paste"))</h2>
        <label>\(text("node.registry.paste_hint")) <textarea name="table" rows="6" required>\(typed)</textarea></label>
        <button name="apply" value="0">\(text("node.registry.check"))</button>
        <button class="primary" name="apply" value="1">\(text("node.registry.take"))</button></form>
        <form class="form" method="post" enctype="multipart/form-data" action="\(links("/desk/registry/import"))">
        <h2>\(text("node.table.file"))</h2><label>\(text("node.table.file_hint"))
        <input type="file" name="file" required accept=".xlsx,.csv,.txt"></label>
        <button name="apply" value="0">\(text("node.registry.check"))</button>
        <button class="primary" name="apply" value="1">\(text("node.registry.take"))</button></form>
        <p>\(text("node.table.export")) <a href="\(links("/export/registry.xlsx"))">XLSX</a> <a href="\(links("/export/registry.csv"))">CSV</a></p>
        <p><a href="\(links("/care"))">\(text("node.care.title"))</a></p>
        """
    }
}

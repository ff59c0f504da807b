import Daemon
import Federation

/// The frame: buildings, doors, residents; buildings by lines such as `1-8栋，每栋2单元×18层×2户`, doors by a pasted table.
enum RegistryPage {
    /// What somebody typed, and what became of it.
    enum Typed {
        case table(TableRoom.Source, ImportReport)
        case lines(String, BuildingPlan)

        /// Nobody types anything twice: it stays until all of it is taken.
        var left: (table: String, lines: String) {
            switch self {
            case .table(.pasted(let table), let report):
                (report.applied && report.lines == report.good ? "" : table, "")
            case .table: ("", "")
            case .lines(let lines, let plan): ("", plan.applied && plan.problems.isEmpty ? "" : lines)
            }
        }
    }

    static func html(
        _ overview: RegistryOverview, conflicts: Int, _ typed: Typed?, taking: TableRoom.Progress?, _ links: Links,
        _ text: Messages
    ) -> HTML {
        """
        <div class="tiles"><section class="tile"><h2>\(text("node.column.households"))</h2><p class="big">\(overview.households)</p></section>
        <section class="tile"><h2>\(text("node.column.residents"))</h2><p class="big">\(residents(overview.residents, unlisted: overview.unlisted, of: overview.households))</p>\(unlisted(overview.unlisted, text))</section>
        <section class="tile"><h2>\(text("node.column.doors"))</h2><p class="big">\(overview.doors)</p></section></div>\(SurveyFrame.html(overview, text))
        \(taking.map { progress($0, text) } ?? "")\(typed.map { became($0, links, text) } ?? "")\(ConflictList.notice(conflicts, links, text))
        <div class="columns"><section><h1>\(text("node.registry.buildings"))</h1><table class="table"><thead><tr>
        \(["building", "doors", "households", "vacant", "residents"].map { "<th scope=\"col\">\(text("node.column.\($0)"))</th>" as HTML })
        </tr></thead><tbody>\(overview.buildings.map { row($0, text) })</tbody></table></section>
        <section>\(lines(typed?.left.lines ?? "", links, text))\(table(typed?.left.table ?? "", links, text))\(building(links, text))</section></div>
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

    private static func became(_ typed: Typed, _ links: Links, _ text: Messages) -> HTML {
        switch typed {
        case .table(let source, let report): TableReport(report: report, source: source, links: links, text: text).html
        case .lines(_, let plan): html(plan, text)
        }
    }

    private static func row(_ building: RegistryOverview.Building, _ text: Messages) -> HTML {
        """
        <tr><th scope="row">\(building.label ?? text("node.building", ["code": building.code]))</th><td>\(building.doors)</td><td>\(building.households)</td>
        <td>\(building.vacant)</td><td>\(residents(building.residents, unlisted: building.unlisted, of: building.households))</td></tr>
        """
    }

    /// Where nobody has listed anybody, how many live there is unknown, and no zero.
    private static func residents(_ residents: Int, unlisted: Int, of households: Int) -> HTML {
        residents == 0 && unlisted > 0 && unlisted >= households ? "–" : "\(residents)"
    }

    private static func unlisted(_ households: Int, _ text: Messages) -> HTML {
        guard households > 0 else { return "" }
        return "<p class=\"muted\">\(text("node.registry.unlisted", ["count": "\(households)"]))</p>"
    }

    private static func building(_ links: Links, _ text: Messages) -> HTML {
        """
        <details><summary>\(text("node.registry.add"))</summary>
        <form class="form" method="post" action="\(links("/desk/registry/building"))">
        <label>\(text("node.registry.number")) <input name="building" required pattern="[A-Za-z0-9._:]+"></label>
        <label>\(text("node.registry.stair_units")) <input name="stair_units" type="number" min="1" max="50" value="2" required></label>
        <label>\(text("node.registry.floors")) <input name="floors" type="number" min="1" max="99" value="11" required></label>
        <label>\(text("node.registry.per_floor")) <input name="doors_per_floor" type="number" min="1" max="99" value="2" required></label>
        <label>\(text("node.registry.address")) <input name="address" maxlength="100"></label>
        <button class="primary">\(text("node.save"))</button></form></details>
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

    private static func html(_ plan: BuildingPlan, _ text: Messages) -> HTML {
        let entries = plan.entries.map { entry -> HTML in
            let values = ["doors": "\(entry.doors)", "before": "\(entry.doorsBefore)"]
            let name = entry.building.label ?? text("node.building", ["code": entry.building.code.text])
            return "<li>\(name) \(text("node.registry.plan.\(entry.change.rawValue)", values))</li>"
        }
        let sum = text(
            plan.applied ? "node.registry.built" : "node.registry.planned",
            ["buildings": "\(plan.entries.count)", "doors": "\(plan.doors)"])
        let total: HTML = plan.entries.isEmpty ? "" : "<p>\(sum)</p>"
        let build: HTML =
            plan.isOpen
            ? "<button form=\"lines\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.registry.build"))</button>"
            : ""
        return """
            <section class="\(plan.problems.isEmpty ? "ok" : "warn")">\(total)
            \(TableReport.items(plan.problems, text))<ul class="plan">\(entries)</ul>\(build)</section>
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

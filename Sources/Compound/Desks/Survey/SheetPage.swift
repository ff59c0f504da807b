import Daemon
import Federation

/// A building's doors on paper: to print and take along, and to key when it comes back.
enum SheetPage {
    /// A sheet that was keyed, and how it was read.
    struct Keyed {
        var lines: String
        var recorder: String
        var sheet: Sheet

        var left: String { sheet.applied && sheet.unclear.isEmpty ? "" : lines }
    }

    static func html(
        _ code: String, _ doors: [SurveyDoor], campaign: String, _ keyed: Keyed?, _ links: Links, _ text: Messages
    ) -> HTML {
        let name = text("node.building", ["code": code])
        return """
            <p class="crumbs"><a href="\(links("/survey/\(code)"))">\(name)</a></p>\(keyed.map { read($0.sheet, text) } ?? "")
            <form id="sheet" class="form" method="post" action="\(links("/desk/survey/sheet"))"><h2>\(text("node.sheet.key"))</h2>
            <input type="hidden" name="building" value="\(code)"><input type="hidden" name="campaign" value="\(campaign)">
            <label>\(text("node.sheet.who")) <input name="recorder" value="\(keyed?.recorder ?? "")"></label>
            <label>\(text("node.sheet.hint"))\(text("node.result.hint")) <textarea name="lines" rows="8" required>\(keyed?.left ?? "")</textarea></label>
            <button class="primary" name="apply" value="0">\(text("node.sign_up.read"))</button></form>
            <section class="paper"><h1>\(name) · \(text("node.sheet.title"))</h1><p>\(text("node.sheet.columns"))</p>\(table(doors, text))</section>
            """
    }

    private static func read(_ sheet: Sheet, _ text: Messages) -> HTML {
        let values = [
            "new": "\(sheet.count(.new))", "same": "\(sheet.count(.same))", "differs": "\(sheet.count(.differs))",
            "unclear": "\(sheet.unclear.count)",
        ]
        let take: HTML =
            sheet.isOpen
            ? "<button form=\"sheet\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.sheet.take", values))</button>"
            : ""
        let differs = sheet.entries.filter { $0.change == .differs }.map { entry -> HTML in
            "<li>◇ \(entry.door.description) \(text("node.disposition.\(entry.disposition.rawValue)"))</li>"
        }
        let unclear = sheet.unclear.map { line -> HTML in
            "<li>\(text("node.registry.line", ["line": "\(line.line)"]))“\(line.text)” \(text("node.\(sheet.form.rawValue).\(line.doubt)"))</li>"
        }
        return """
            <section class="\(sheet.unclear.isEmpty ? "ok" : "warn")"><p>\(text(sheet.applied ? "node.sheet.taken" : "node.sheet.read", values))</p>
            <ul>\(unclear)\(differs)</ul>\(take)</section>
            """
    }

    /// The doors that are left, by stair unit from the top floor down, with room to write.
    private static func table(_ doors: [SurveyDoor], _ text: Messages) -> HTML {
        let left = doors.filter(\.isLeft)
        let units = Dictionary(grouping: left, by: \.stairUnit)
        return units.keys.sorted(by: BuildingOrder.precedes).map { unit -> HTML in
            let rows = (units[unit] ?? []).sorted { BuildingOrder.precedes($1.room, $0.room) }.map { door -> HTML in
                "<tr><th scope=\"row\">\(door.room)</th><td></td><td></td></tr>"
            }
            return """
                <section><h2>\(text("node.stair_unit", ["unit": unit]))</h2><table class="table"><thead><tr><th scope="col">\(text("node.sheet.room"))</th>
                <th scope="col">\(text("node.sheet.home"))</th><th scope="col">\(text("node.sheet.tested"))</th></tr></thead><tbody>\(rows)</tbody></table></section>
                """
        }.reduce("") { "\($0)\($1)" as HTML }
    }
}

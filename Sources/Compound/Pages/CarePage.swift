import Daemon

/// The list of people who must be reachable. Before the PIN and a name are said it shows nothing, not even a count.
enum CarePage {
    static func closed(_ notice: String?, _ links: Links, _ text: Messages) -> HTML {
        let said: HTML = notice.map { "<p class=\"bad\" role=\"alert\">\($0)</p>" } ?? ""
        let form: HTML = """
            <h1>\(text("node.care.title"))</h1><p>\(text("node.care.what"))</p>\(said)
            <form class="form" method="post" action="\(links("/care"))">
            <label>\(text("node.care.reader")) <input name="reader" required maxlength="20" autocomplete="name"></label>
            <label>\(text("pin.label")) <input name="pin" type="password" inputmode="numeric" autocomplete="off" required></label>
            <button class="primary">\(text("node.care.open"))</button></form>
            <p><a href="\(links("/registry"))">\(text("node.care.back"))</a></p>
            """
        return NodePage.shell("", "", "", form, "/care", links, text)
    }

    /// - Parameter key: what the forms send along.
    static func open(_ page: CareBook.Page, key: String, now: Int64, _ links: Links, _ text: Messages) -> HTML {
        let people = page.people.map { person($0, key, links, text) }
        let list: HTML =
            people.isEmpty
            ? "<p class=\"quiet\">\(text("node.care.empty"))</p>"
            : table(["door", "need", "note", "end"], people, text)
        let needs = CareNeed.allCases.map { need -> HTML in
            "<option value=\"\(need.rawValue)\">\(text("node.care.need.\(need.rawValue)"))</option>"
        }
        let content: HTML = """
            <h1>\(text("node.care.title"))</h1><p>\(text("node.care.opened"))</p>\(list)
            <form class="form" method="post" action="\(links("/care/add"))"><h2>\(text("node.care.add"))</h2>
            <input type="hidden" name="key" value="\(key)">
            <label>\(text("node.care.door")) <input name="door" required placeholder="7-2-1101"></label>
            <label>\(text("node.care.need")) <select name="need">\(needs)</select></label>
            <label>\(text("node.care.note")) <input name="note" maxlength="100"></label>
            <button class="primary">\(text("node.save"))</button></form>
            <section><h2>\(text("node.care.readings"))</h2><ul>\(page.readings.map { reading($0, now, text) })</ul></section>
            <p><a href="\(links("/registry"))">\(text("node.care.back"))</a></p>
            """
        return NodePage.shell("", "", "", content, "/care", links, text)
    }

    private static func table(_ columns: [String], _ rows: [HTML], _ text: Messages) -> HTML {
        let head = columns.map { "<th scope=\"col\">\(text("node.care.\($0)"))</th>" as HTML }
        return "<table class=\"table\"><thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table>"
    }

    private static func person(_ person: CareBook.Person, _ key: String, _ links: Links, _ text: Messages) -> HTML {
        """
        <tr><th scope="row">\(person.door)</th><td>\(text("node.care.need.\(person.need)"))</td><td>\(person.note)</td>
        <td><form class="inline" method="post" action="\(links("/care/end"))"><input type="hidden" name="key" value="\(key)">
        <input type="hidden" name="person" value="\(person.id)">
        <button aria-label="\(text("node.care.end_of", ["door": person.door]))">\(text("node.care.end"))</button></form></td></tr>
        """
    }

    private static func reading(_ reading: CareBook.Reading, _ now: Int64, _ text: Messages) -> HTML {
        let values = ["at": Clock.text(reading.at, asOf: now), "reader": reading.reader]
        return "<li>\(text("node.care.act.\(reading.act)", values))</li>"
    }
}

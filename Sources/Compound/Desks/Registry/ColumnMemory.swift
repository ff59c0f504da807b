import Federation
import GRDB

extension CompoundStore {
    /// What people chose for the columns of tables, kept by the head's text.
    func columnChoices(asked: [String: [ColumnRole?]]) throws(IntakeError) -> ColumnChoices {
        let rows = try looked { try Row.fetchAll($0, sql: "SELECT head, roles, chosen_at FROM column_choice") }
        return ColumnChoices(
            asked: asked,
            remembered: rows.reduce(into: [:]) { $0[$1["head"]] = (ColumnChoices.roles($1["roles"]), $1["chosen_at"]) })
    }

    /// Keeps what was chosen for a head that was read so; a choice that is what anybody would guess is forgotten.
    func remember(_ heads: [TableHead]) throws(IntakeError) {
        let now = clock()
        let chosen = heads.filter { $0.origin == .asked && $0.problem == nil }
        guard !chosen.isEmpty else { return }
        try durably { db in
            for head in chosen {
                try db.execute(sql: "DELETE FROM column_choice WHERE head = ?", arguments: [head.key])
                guard head.roles != ColumnRole.guess(head.fields).roles else { continue }
                try db.execute(
                    sql: "INSERT INTO column_choice (head, columns, roles, chosen_at) VALUES (?, ?, ?, ?)",
                    arguments: [
                        head.key, head.fields.joined(separator: "\t"), ColumnChoices.text(head.roles), now,
                    ])
            }
        }
    }
}

extension ColumnChoices {
    /// `building,,room`: one for each column, nothing for those that are left alone.
    static func text(_ roles: [ColumnRole?]) -> String { roles.map { $0?.rawValue ?? "" }.joined(separator: ",") }

    static func roles(_ text: String) -> [ColumnRole?] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { ColumnRole(rawValue: String($0)) }
    }
}

extension RegistryDesk {
    static let columnChoices = """
        -- Registry desk. What somebody said that the columns of a table's head are.
        CREATE TABLE column_choice (
            -- A digest of the head's text.
            head TEXT PRIMARY KEY,
            -- The text, separated by tabs, for whoever looks.
            columns TEXT NOT NULL,
            -- One word for each column, separated by commas; nothing: left alone.
            roles TEXT NOT NULL,
            -- Seconds since 1970 by this node's clock.
            chosen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}

package import Federation
import Foundation
import GRDB

/// A dated set of divisions and units that isn't part of the code tree: a high-tech zone, what a paired agency looks
/// after, a control zone. It is counted beside the tree, never under it.
package struct Overlay: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// 功能区, such as a high-tech zone.
        case zone
        /// 包保单位: an agency and what it looks after.
        case paired
        /// 封控区, 管控区, 防范区.
        case lockdown, control, precaution
    }

    /// A division, with all that lies below it, or a unit.
    package struct Member: Sendable, Equatable {
        package var code: String
        /// First day on which it belongs to the set, `YYYY-MM-DD`.
        package var from: String
        /// First day on which it doesn't any more; nil where none is known.
        package var until: String?

        func isIn(on day: String) -> Bool { from <= day && until.map { day < $0 } ?? true }
    }

    package var code: Code
    package var name: String
    package var kind: Kind
    package var members: [Member]

    /// Who belongs to it on a day, each once.
    func members(on day: String) -> [String] { Set(members.filter { $0.isIn(on: day) }.map(\.code)).sorted() }
}

extension RegistryStore {
    static let overlaySchema = """
        -- Sets that are counted beside the division tree, written where they are issued.
        CREATE TABLE overlay (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            -- zone, paired, lockdown, control or precaution.
            kind TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Who belongs to a set, and from when to when.
        CREATE TABLE overlay_member (
            overlay TEXT NOT NULL REFERENCES overlay(code) ON DELETE CASCADE,
            -- Code of a division or unit, registered or not.
            member TEXT NOT NULL,
            -- ISO days; '' where no end is known.
            valid_from TEXT NOT NULL,
            valid_until TEXT NOT NULL,
            PRIMARY KEY (overlay, member, valid_from)
        ) STRICT, WITHOUT ROWID;
        """

    /// Each set as it is said to have been, to be and to become; what was said of it before is replaced whole.
    func put(_ overlays: [Overlay]) throws {
        try database.write { db in
            for overlay in overlays {
                try db.execute(sql: "DELETE FROM overlay_member WHERE overlay = ?", arguments: [overlay.code.text])
                try db.execute(
                    sql: "INSERT OR REPLACE INTO overlay VALUES (?, ?, ?)",
                    arguments: [overlay.code.text, overlay.name, overlay.kind.rawValue])
                for member in overlay.members {
                    try db.execute(
                        sql: "INSERT INTO overlay_member VALUES (?, ?, ?, ?)",
                        arguments: [overlay.code.text, member.code, member.from, member.until ?? ""])
                }
            }
        }
    }

    /// In ascending code.
    func overlays() throws -> [Overlay] {
        try database.read { db in
            let members = try Row.fetchAll(db, sql: "SELECT * FROM overlay_member ORDER BY member, valid_from")
            let byOverlay = Dictionary(grouping: members) { $0["overlay"] as String }
            return try Row.fetchAll(db, sql: "SELECT * FROM overlay ORDER BY code").compactMap { row in
                guard let code = Code(row["code"] as String), let kind = Overlay.Kind(rawValue: row["kind"]) else {
                    return nil
                }
                return Overlay(
                    code: code, name: row["name"], kind: kind,
                    members: (byOverlay[code.text] ?? []).map { row in
                        let until: String = row["valid_until"]
                        return Overlay.Member(
                            code: row["member"], from: row["valid_from"], until: until.isEmpty ? nil : until)
                    })
            }
        }
    }
}

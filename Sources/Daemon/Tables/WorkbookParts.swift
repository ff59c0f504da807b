/// `_rels/….rels`: which part of the package is meant by an id.
final class Relations: XMLTaking {
    private(set) var targets: [String: String] = [:]
    /// By the last word of the relation's type, such as `sharedStrings`.
    private(set) var byType: [String: String] = [:]
    private let folder: String

    /// - Parameter folder: where targets begin, with `/` behind it; empty for the package's root.
    init(folder: String) { self.folder = folder }

    func start(_ name: String, _ attributes: XMLAttributes) {
        guard name == "Relationship", attributes["TargetMode"] != "External", let target = attributes["Target"] else {
            return
        }
        let path = Relations.path(target, in: folder)
        if let id = attributes["Id"] { targets[id] = path }
        if let kind = attributes["Type"]?.split(separator: "/").last { byType[String(kind)] = path }
    }

    func end(_ name: String) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

    private static func path(_ target: String, in folder: String) -> String {
        guard !target.hasPrefix("/") else { return String(target.dropFirst()) }
        var parts = folder.split(separator: "/")
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}

/// `workbook.xml`: the sheets in their order.
final class SheetList: XMLTaking {
    struct Sheet {
        var name: String
        var relation: String
        var isHidden: Bool
    }
    private(set) var sheets: [Sheet] = []
    /// Days are counted from 1904 and not from 1900.
    private(set) var beginsIn1904 = false

    /// Sheets of a workbook; a compound has some dozens of buildings.
    private static let most = 1_000

    func start(_ name: String, _ attributes: XMLAttributes) throws(WorkbookFault) {
        switch name {
        case "sheet":
            guard sheets.count < SheetList.most else { throw WorkbookFault(.tooManyCells(most: SheetList.most)) }
            sheets.append(
                Sheet(
                    name: attributes["name"] ?? "", relation: attributes["id"] ?? "",
                    isHidden: (attributes["state"] ?? "visible") != "visible"))
        case "workbookPr": beginsIn1904 = ["1", "true"].contains(attributes["date1904"])
        default: break
        }
    }

    func end(_ name: String) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
}

/// `sharedStrings.xml`: the texts that cells name by their place.
final class SharedStrings: XMLTaking {
    private(set) var texts: [String] = []
    private var run = CellText()

    func start(_ name: String, _ attributes: XMLAttributes) throws(WorkbookFault) {
        if name == "si" {
            guard texts.count < Workbook.mostCells else { throw WorkbookFault(.tooManyCells(most: Workbook.mostCells)) }
            run = CellText()
        }
        run.start(name)
    }

    func end(_ name: String) {
        run.end(name)
        if name == "si" { texts.append(run.text) }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) { run.add(bytes) }
}

/// The text of a string item: all of its runs, without how it is read aloud (`rPh`).
struct CellText {
    private var bytes: [UInt8] = []
    private var isText = false
    private var isReadAloud = false

    mutating func start(_ name: String) {
        if name == "t" { isText = true }
        if name == "rPh" { isReadAloud = true }
    }

    mutating func end(_ name: String) {
        if name == "t" { isText = false }
        if name == "rPh" { isReadAloud = false }
    }

    mutating func add(_ more: UnsafeBufferPointer<UInt8>) {
        if isText, !isReadAloud { bytes += more }
    }

    var text: String { CellText.unescaped(String(decoding: bytes, as: UTF8.self)) }

    /// Characters that XML may not hold are written `_x000D_`; an underscore that only looks so is `_x005F_`.
    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "_")) else { return text }
        return text.replacing(#/_x([0-9A-Fa-f]{4})_/#) { match in
            UInt32(match.output.1, radix: 16).flatMap(Unicode.Scalar.init).map { String($0) } ?? String(match.output.0)
        }
    }
}

/// `styles.xml`: which of the cells' formats show a number as a day.
final class CellFormats: XMLTaking {
    private var dateFormats: Set<Int> = Set(14...17).union([22]).union(27...31).union([36]).union(50...58)
    private var isCellFormats = false
    private var areDates: [Bool] = []

    private static let most = 65_536

    func isDate(_ style: Int) -> Bool { areDates.indices.contains(style) && areDates[style] }

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "numFmt":
            guard let id = attributes["numFmtId"].flatMap({ Int($0) }), let code = attributes["formatCode"] else {
                return
            }
            if CellFormats.showsDays(code) { dateFormats.insert(id) } else { dateFormats.remove(id) }
        case "cellXfs": isCellFormats = true
        case "xf" where isCellFormats && areDates.count < CellFormats.most:
            areDates.append(dateFormats.contains(attributes["numFmtId"].flatMap { Int($0) } ?? 0))
        default: break
        }
    }

    func end(_ name: String) {
        if name == "cellXfs" { isCellFormats = false }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

    /// Letters that stand for parts of a day, outside quoted text and brackets such as `[Red]`.
    private static func showsDays(_ code: String) -> Bool {
        let bare = code.replacing(#/"[^"]*"|\[[^\]]*\]|\\./#, with: "").lowercased()
        return bare.contains { "yd".contains($0) } || bare.contains("m") && !bare.contains { "hs0#".contains($0) }
    }
}

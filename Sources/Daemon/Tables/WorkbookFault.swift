/// Why a workbook as a whole, or one of its sheets, can't be read.
package struct WorkbookFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// No ZIP archive, a part of it that doesn't inflate or has another checksum, or is missing.
        case damaged(part: String)
        case notXML(part: String, line: Int)
        /// A document type declaration: no workbook has one, entities would come with it.
        case declaresType(part: String)
        case encrypted
        /// `.xls` and WPS's `.et`.
        case old
        case openDocument
        /// `.xlsb`.
        case binary
        case notAWorkbook
        /// Inflates past a bound of `Workbook`.
        case tooLarge(most: Int)
        case tooManyCells(most: Int)
    }
    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    /// Names its words in the catalogues: `workbook.<code>` and `workbook.<code>.hint`.
    package var code: String {
        switch kind {
        case .damaged: "damaged"
        case .notXML: "not_xml"
        case .declaresType: "declares_type"
        case .encrypted: "encrypted"
        case .old: "old"
        case .openDocument: "open_document"
        case .binary: "binary"
        case .notAWorkbook: "not_a_workbook"
        case .tooLarge: "too_large"
        case .tooManyCells: "too_many_cells"
        }
    }

    package var values: [String: String] {
        switch kind {
        case .damaged(let part), .declaresType(let part): ["part": part]
        case .notXML(let part, let line): ["part": part, "line": "\(line)"]
        case .tooLarge(let most): ["most": "\(most / 1_048_576)"]
        case .tooManyCells(let most): ["most": "\(most)"]
        default: [:]
        }
    }

    package func message(_ text: Messages) -> String { text("workbook.\(code)", values) }
    package func hint(_ text: Messages) -> String { text("workbook.\(code).hint", values) }
}

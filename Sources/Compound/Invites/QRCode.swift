import CQRCode
import Daemon

/// A QR code as the server draws it: SVG inside the page, sharp at any size and on paper.
enum QRCode {
    /// Modules along an edge of the largest code there is.
    private static let widest = 177
    /// Modules left blank all round, without which cameras find no code.
    private static let quiet = 4

    /// - Parameter label: what it says, for whoever can't see it.
    /// - Returns: nil for a text that is too long for a code.
    static func svg(_ text: String, label: String) -> HTML? {
        var modules = [UInt8](repeating: 0, count: widest * widest)
        let width = Int(jy_qr(text, &modules, modules.count))
        guard width > 0 else { return nil }
        let path = (0..<width).map { row in runs(modules[(row * width)..<((row + 1) * width)], row) }.joined()
        let side = width + 2 * quiet
        return """
            <svg class="qr" viewBox="0 0 \(side) \(side)" role="img" aria-label="\(label)"><rect class="qr-paper" width="\(side)" height="\(side)"/>
            <path class="qr-ink" d="\(path)"/></svg>
            """
    }

    /// Dark modules that touch are one rectangle, or browsers show seams between them.
    private static func runs(_ row: ArraySlice<UInt8>, _ number: Int) -> String {
        var path = ""
        var start: Int?
        for (column, module) in (row + [0]).enumerated() {
            if module == 1, start == nil { start = column }
            guard module == 0, let first = start else { continue }
            path += "M\(first + quiet) \(number + quiet)h\(column - first)v1H\(first + quiet)z"
            start = nil
        }
        return path
    }
}

/// A form with a file as a browser sends it: `multipart/form-data` (RFC 7578), read strictly and whole.
package struct Multipart: Sendable {
    package struct File: Sendable {
        /// As the browser says; a name to show, never a path.
        package var name: String
        package var bytes: [UInt8]
    }
    /// The fields that are no files.
    package let form: Form
    /// Files by the names of their fields; one that wasn't chosen isn't there.
    package let files: [String: File]

    private static let (mostParts, mostHeader, longestBoundary) = (1_024, 4_096, 70)

    package static func isOne(_ call: Call) -> Bool {
        (call.headers["content-type"] ?? "").lowercased().hasPrefix("multipart/form-data")
    }

    /// - Returns: nil for anything that no browser would send.
    package init?(_ call: Call) {
        guard Multipart.isOne(call), let boundary = Multipart.boundary(call.headers["content-type"] ?? "") else {
            return nil
        }
        var rest = call.body[...]
        let mark = Array("--\(boundary)".utf8)
        guard rest.starts(with: mark) else { return nil }
        rest = rest.dropFirst(mark.count)
        var (values, files): ([String: String], [String: File]) = ([:], [:])
        let end = Array("\r\n--\(boundary)".utf8)
        for _ in 0..<Multipart.mostParts {
            if rest.starts(with: Array("--".utf8)) {
                (form, self.files) = (Form(values), files)
                return
            }
            guard rest.starts(with: Array("\r\n".utf8)), let part = Multipart.part(&rest, end) else { return nil }
            if let file = part.file {
                if !file.isEmpty || !part.bytes.isEmpty {
                    files[part.name] = File(name: file, bytes: Array(part.bytes))
                }
            } else {
                guard let value = String(validating: part.bytes, as: UTF8.self) else { return nil }
                values[part.name] = value
            }
        }
        return nil
    }

    private struct Part {
        var name: String
        /// Nil for a field that is no file.
        var file: String?
        var bytes: ArraySlice<UInt8>
    }

    /// Takes one part off: its header lines, an empty line, its bytes to the next boundary.
    private static func part(_ rest: inout ArraySlice<UInt8>, _ end: [UInt8]) -> Part? {
        let blank = Array("\r\n\r\n".utf8)
        guard let head = rest.prefix(mostHeader).firstRange(of: blank),
            let lines = String(validating: rest[rest.startIndex..<head.lowerBound], as: UTF8.self),
            let close = find(end, in: rest[(head.upperBound - 2)...]),
            let disposition = lines.split(separator: "\r\n").first(where: {
                $0.lowercased().hasPrefix("content-disposition:")
            }), disposition.lowercased().contains("form-data"), let name = quoted("name", in: disposition)
        else { return nil }
        // An empty part's boundary shares its line end with the empty line.
        let bytes = close < head.upperBound ? [] : rest[head.upperBound..<close]
        rest = rest[(close + end.count)...]
        return Part(name: name, file: quoted("filename", in: disposition), bytes: bytes)
    }

    /// Looks for a line end first, so that a file of megabytes is read at the speed of memory.
    private static func find(_ mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var place = bytes.startIndex
        while let next = bytes[place...].firstIndex(of: mark[0]) {
            if bytes[next...].starts(with: mark) { return next }
            place = next + 1
        }
        return nil
    }

    /// The value of `; name="…"`, in which anything but a quote may stand; browsers write that as `%22`.
    private static func quoted(_ name: String, in line: Substring) -> String? {
        var rest = line.drop { $0 != ";" }
        while rest.first == ";" {
            let parameter = rest.dropFirst().drop { $0 == " " }
            let key = parameter.prefix { $0 != "=" }
            let value = parameter.dropFirst(key.count + 1)
            guard value.first == "\"" else { return nil }
            let text = value.dropFirst().prefix { $0 != "\"" }
            rest = value.dropFirst(text.count + 1)
            guard rest.popFirst() == "\"" else { return nil }
            if key == name { return String(text) }
        }
        return nil
    }

    private static func boundary(_ type: String) -> String? {
        guard let start = type.firstRange(of: "boundary=")?.upperBound else { return nil }
        let said = type[start...].prefix { $0 != ";" }
        let boundary = said.first == "\"" ? said.dropFirst().prefix { $0 != "\"" } : said
        guard (1...longestBoundary).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        return String(boundary)
    }
}

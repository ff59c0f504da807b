import Federation

/// A person's name as a code: what is typed in a chat has no number beside it, and the same name is the same person
/// wherever and however often it is pasted.
///
/// A name that is no code itself is spelled in hexadecimal behind `n:`. It stays on this node: rows count people.
enum VolunteerName {
    private static let mark = "n:"

    /// Marks that nobody sees, such as those that turn the direction of writing, are no part of a name: with them one
    /// person would be two, and a line of the page would stand the wrong way round.
    ///
    /// - Returns: nil for what is empty or longer than 10 Chinese characters.
    static func code(_ name: String) -> Code? {
        let seen = String(String.UnicodeScalarView(name.unicodeScalars.filter { !isUnseen($0) }))
        let name = seen.split(whereSeparator: \.isWhitespace).reduce("") { name, word in
            // 李 四 is 李四.
            name + (isChinese(name.last) && isChinese(word.first) || name.isEmpty ? "" : " ") + word
        }
        guard !name.isEmpty else { return nil }
        if let code = Code(name), !name.hasPrefix(mark) { return code }
        let spelled = name.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return Code(mark + spelled)
    }

    /// Whoever is called like somebody at another building.
    static func at(_ building: Code, _ name: String) -> String { "\(building)栋\(name)" }

    private static func isChinese(_ character: Character?) -> Bool {
        character?.unicodeScalars.first?.properties.isIdeographic ?? false
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .format: true
        case .control: !scalar.properties.isWhitespace
        default: false
        }
    }

    /// What a person reads for a code.
    static func text(_ code: String) -> String {
        guard code.hasPrefix(mark) else { return code }
        let spelled = code.dropFirst(mark.count)
        let digits = spelled.compactMap { $0.hexDigitValue.map(UInt8.init) }
        guard digits.count == spelled.count, !digits.isEmpty, digits.count.isMultiple(of: 2) else { return code }
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        return String(validating: bytes, as: UTF8.self) ?? code
    }
}

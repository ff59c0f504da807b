import Glibc

/// How the bytes of a table spell text.
package enum Charset: String, Sendable {
    case utf8 = "UTF-8"
    /// What Chinese spreadsheets save as "CSV"; holds GBK and GB2312.
    case gb18030 = "GB18030"

    /// Tells one from the other by all bytes.
    ///
    /// A text of one wrong byte must not turn into well-formed nonsense: where most that isn't ASCII is
    /// good UTF-8 of three bytes, as all Chinese is, it is UTF-8 with damage. In Chinese of GB18030 such
    /// sequences hardly ever occur.
    static func detect(_ bytes: ArraySlice<UInt8>) -> Charset {
        var (good, bad) = (0, 0)
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if bytes[place] < 0x80 {
                place += 1
            } else if let length = UTF8Sequence.length(in: bytes, at: place) {
                good += length >= 3 ? 1 : 0
                place += length
            } else {
                bad += 1
                place += 1
            }
        }
        return bad == 0 || good > 2 * bad ? .utf8 : .gb18030
    }
}

/// Well-formed sequences of Unicode's table 3-7.
enum UTF8Sequence {
    /// - Returns: the length of the well-formed sequence that begins here; nil if none does.
    static func length(in bytes: ArraySlice<UInt8>, at place: Int) -> Int? {
        let lead = bytes[place]
        guard let length = length(lead: lead) else { return nil }
        guard length > 1 else { return 1 }
        guard place + length <= bytes.endIndex else { return nil }
        let second: ClosedRange<UInt8> =
            switch lead {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        guard second.contains(bytes[place + 1]) else { return nil }
        for next in (place + 2)..<max(place + 2, place + length) where bytes[next] & 0xC0 != 0x80 { return nil }
        return length
    }

    private static func length(lead: UInt8) -> Int? {
        switch lead {
        case 0..<0x80: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: nil
        }
    }
}

/// Turns the bytes of a field into text.
final class TextDecoder {
    private let charset: Charset
    private var converter: iconv_t?
    private var buffer: [CChar] = []

    /// - Returns: nil where the system has no tables for the charset.
    init?(_ charset: Charset) {
        self.charset = charset
        guard charset != .utf8 else { return }
        let opened = iconv_open(Charset.utf8.rawValue, charset.rawValue)
        // iconv_open says "no" with −1, not with null.
        guard Int(bitPattern: opened) != -1 else { return nil }
        converter = opened
    }

    deinit {
        if let converter { iconv_close(converter) }
    }

    /// - Returns: nil if the bytes are not text in the charset.
    func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let converter, !bytes.allSatisfy({ $0 < 0x80 }) else { return String(validating: bytes, as: UTF8.self) }
        var input = bytes.map { CChar(bitPattern: $0) }
        // A GB18030 character of one byte or more becomes at most four bytes.
        buffer = Array(repeating: 0, count: 4 * input.count)
        let written = input.withUnsafeMutableBufferPointer { input in
            buffer.withUnsafeMutableBufferPointer { output in TextDecoder.convert(converter, input, output) }
        }
        return written.map { String(decoding: buffer[..<$0].map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    }

    private static func convert(
        _ converter: iconv_t, _ input: UnsafeMutableBufferPointer<CChar>, _ output: UnsafeMutableBufferPointer<CChar>
    ) -> Int? {
        var (source, sourceLeft) = (input.baseAddress, input.count)
        var (target, targetLeft) = (output.baseAddress, output.count)
        iconv(converter, nil, nil, nil, nil)
        guard iconv(converter, &source, &sourceLeft, &target, &targetLeft) != -1 else { return nil }
        return output.count - targetLeft
    }
}

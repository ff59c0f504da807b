import Foundation

/// JSON of a form that somebody else has laid down: built as it will be read.
indirect enum JSONTree: Encodable, Sendable, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByStringLiteral
{
    case object([String: JSONTree])
    case list([JSONTree])
    case text(String)
    case whole(Int64)
    case decimal(Decimal)
    case flag(Bool)

    init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(Dictionary(uniqueKeysWithValues: elements))
    }
    init(arrayLiteral elements: JSONTree...) { self = .list(elements) }
    init(stringLiteral value: String) { self = .text(value) }

    /// Thousandths as a fraction of one, exactly.
    static func ratio(permille: Int64) -> JSONTree {
        .decimal(Decimal(sign: .plus, exponent: -3, significand: Decimal(permille)))
    }

    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        switch self {
        case .object(let members): try single.encode(members)
        case .list(let items): try single.encode(items)
        case .text(let text): try single.encode(text)
        case .whole(let number): try single.encode(number)
        case .decimal(let number): try single.encode(number)
        case .flag(let flag): try single.encode(flag)
        }
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// The same with more members; one that is there gives way.
    func adding(_ more: [String: JSONTree]) -> JSONTree {
        guard case .object(let members) = self else { return self }
        return .object(members.merging(more) { $1 })
    }
}

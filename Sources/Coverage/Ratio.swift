/// A rate kept as two counts, so that rounding happens once, at the printed digit, in a known direction.
package struct Ratio: Sendable, Equatable {
    package let numerator: Int64
    package let denominator: Int64

    /// - Returns: nil over a denominator of zero: nothing was due, which is not 0 % and not 100 %.
    package init?(_ numerator: Int64, _ denominator: Int64) {
        guard denominator > 0 else { return nil }
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Tenths of a percent, rounded down: for lower bounds.
    package var permilleDown: Int64 { permille(.down) }
    /// Tenths of a percent, rounded up: for upper bounds.
    package var permilleUp: Int64 { permille(.up) }
    /// Tenths of a percent, to the nearest; but 100 % only if equal and 0 % only if zero.
    package var permilleNearest: Int64 {
        let nearest = permille(.nearest)
        if nearest == 1000, numerator != denominator { return numerator < denominator ? 999 : 1001 }
        if nearest == 0, numerator != 0 { return 1 }
        return nearest
    }

    private enum Direction { case down, up, nearest }

    private func permille(_ direction: Direction) -> Int64 {
        let scaled = Int128(numerator) * 1000
        let whole = Int128(denominator)
        let value =
            switch direction {
            case .down: scaled / whole
            case .up: (scaled + whole - 1) / whole
            case .nearest: (scaled + whole / 2) / whole
            }
        return Int64(value)
    }

    /// `78.4` from 784.
    package static func percent(_ permille: Int64) -> String { "\(permille / 10).\(permille % 10)" }
}

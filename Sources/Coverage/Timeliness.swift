/// Reporting on time, by the definition of DHIS2's `REPORTING_RATE_ON_TIME`: of the units that were expected, those
/// whose report stood when the deadline came. What came later changes nothing of it.
package struct Timeliness: Sendable, Equatable {
    /// Seconds since 1970.
    package var deadline: Int64
    package var onTime: Int
    package var expected: Int

    package init(deadline: Int64, onTime: Int, expected: Int) {
        (self.deadline, self.onTime, self.expected) = (deadline, onTime, expected)
    }

    package var rate: Ratio? { Ratio(Int64(onTime), Int64(expected)) }
}

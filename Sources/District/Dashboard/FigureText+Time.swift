extension FigureText {
    /// Hour and minute, and the day before them where it isn't the reader's own: a unit that has been silent for
    /// three days would else look as if it had been heard today.
    ///
    /// - Parameters:
    ///   - seconds: since 1970.
    ///   - now: the reader's time, seconds since 1970.
    static func time(_ seconds: Int64, asOf now: Int64) -> String {
        let (then, today) = (Day.of(seconds), Day.of(now))
        if then == today { return time(seconds) }
        return (then.prefix(4) == today.prefix(4) ? then.dropFirst(5) : then[...]) + " " + time(seconds)
    }
}

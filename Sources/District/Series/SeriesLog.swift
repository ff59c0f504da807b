import Coverage
import Federation

/// What has a series.
enum SeriesSubject: Hashable, Sendable {
    case place(String)
    case unit(Code)

    /// One byte for what it is, then its code.
    var name: String {
        switch self {
        case .place(let code): "p" + code
        case .unit(let code): "u" + code.text
        }
    }

    init?(name: String) {
        let code = String(name.dropFirst())
        switch name.first {
        case "p": self = .place(code)
        case "u":
            guard let code = Code(code) else { return nil }
            self = .unit(code)
        default: return nil
        }
    }
}

/// One round's series of every place and unit: at each step what changed since the step before, packed.
///
/// A place or a unit that stands still costs nothing; one that moves costs about ten bytes, in memory as on the disk.
/// A step that is missing was taken by nobody: the aggregator was away.
struct SeriesLog: Sendable {
    struct Step: Sendable, Equatable {
        /// Seconds since 1970.
        var at: Int64
        /// How long it speaks for: until the next one.
        var seconds: Int64
        var end: Int64 { at + seconds }
    }

    /// What one subject's steps changed.
    private struct Track: Sendable {
        /// What stood after the bytes up to a place: reading may begin there.
        struct Mark: Sendable {
            var offset: Int
            var at: Int64
            var numbers: [Int64]
        }
        var bytes: [UInt8] = []
        var at: Int64 = 0
        var numbers: [Int64] = []
        var changes = 0
        var marks: [Mark] = []

        /// Changes between two marks.
        static let stride = 64
    }

    /// Steps that were taken, ascending.
    private(set) var steps: [Step] = []
    /// When nobody looked.
    private(set) var gaps: [Range<Int64>] = []
    /// From which step on the numbers have which order.
    private var shapes: [(from: Int64, shape: SampleShape)] = []
    private var numberOf: [SeriesSubject: Int] = [:]
    private var subjects: [SeriesSubject] = []
    private var tracks: [Track] = []

    /// Everything that has a series, in the order of its codes.
    var known: [SeriesSubject] { subjects.sorted { $0.name < $1.name } }

    // MARK: Writing

    /// - Returns: what changed, to be kept on a disk and given to `replay`.
    mutating func take(_ step: Step, _ shape: SampleShape, _ samples: [SeriesSubject: [Int64]]) -> [UInt8] {
        // Under another shape everything is said anew, or what was said under the last one would stand.
        let isAnew = begin(step, shape)
        var changes: [UInt8] = []
        // Whoever isn't counted any more stands at nothing from now on.
        let gone = subjects.filter { samples[$0] == nil }.map { ($0, Array(repeating: Int64(0), count: shape.width)) }
        for (subject, numbers) in samples.sorted(by: { $0.key.name < $1.key.name }) + gone {
            let isNew = numberOf[subject] == nil
            let place = number(of: subject)
            let delta = Packing.delta(from: tracks[place].numbers, to: numbers)
            guard isNew || isAnew || !delta.isEmpty else { continue }
            changes.appendVariable(UInt64(place))
            if isNew { changes.appendName(subject.name) }
            let change = delta.isEmpty ? [0] : delta
            changes += change
            note(place, step.at, change, numbers)
        }
        return changes
    }

    /// - Returns: false where the bytes are not what `take` returned.
    mutating func replay(_ step: Step, _ shape: SampleShape, _ changes: [UInt8]) -> Bool {
        if let last = steps.last, last.at >= step.at { return false }
        _ = begin(step, shape)
        var index = 0
        while index < changes.count {
            guard let number = changes.variable(at: &index), let place = Int(exactly: number) else { return false }
            if place == subjects.count {
                guard let subject = changes.name(at: &index).flatMap(SeriesSubject.init(name:)) else { return false }
                _ = self.number(of: subject)
            }
            guard tracks.indices.contains(place) else { return false }
            let start = index
            var numbers = tracks[place].numbers
            guard Packing.apply(changes, at: &index, to: &numbers) else { return false }
            note(place, step.at, Array(changes[start..<index]), numbers)
        }
        return true
    }

    /// - Returns: whether the numbers have another order from here on.
    private mutating func begin(_ step: Step, _ shape: SampleShape) -> Bool {
        if let last = steps.last, last.end < step.at { gaps.append(last.end..<step.at) }
        steps.append(step)
        guard shapes.last?.shape != shape else { return false }
        shapes.append((step.at, shape))
        for place in tracks.indices { tracks[place].numbers = Array(repeating: 0, count: shape.width) }
        return true
    }

    private mutating func number(of subject: SeriesSubject) -> Int {
        if let known = numberOf[subject] { return known }
        numberOf[subject] = subjects.count
        subjects.append(subject)
        tracks.append(Track(numbers: Array(repeating: 0, count: shapes.last?.shape.width ?? 0)))
        return subjects.count - 1
    }

    private mutating func note(_ place: Int, _ at: Int64, _ change: [UInt8], _ numbers: [Int64]) {
        tracks[place].bytes.appendVariable(UInt64(at - tracks[place].at))
        tracks[place].bytes += change
        tracks[place].at = at
        tracks[place].numbers = numbers
        tracks[place].changes += 1
        guard tracks[place].changes % Track.stride == 0 else { return }
        tracks[place].marks.append(Track.Mark(offset: tracks[place].bytes.count, at: at, numbers: numbers))
    }

    // MARK: Reading

    /// A subject's samples, one for each step at which it changed, ascending; each stands until the next one.
    func samples(_ subject: SeriesSubject) -> [(at: Int64, sample: Sample)] {
        var samples: [(Int64, Sample)] = []
        forEach(subject) { at, shape, numbers in
            samples.append((at, shape.sample(numbers)))
            return true
        }
        return samples
    }

    /// What stood at a moment; nil where nobody looked, or the subject wasn't known yet.
    func sample(_ subject: SeriesSubject, at moment: Int64) -> Sample? {
        guard step(at: moment) != nil else { return nil }
        var found: (SampleShape, [Int64])?
        forEach(subject, near: moment) { at, shape, numbers in
            if at <= moment { found = (shape, numbers) }
            return at <= moment
        }
        return found.map { $0.sample($1) }
    }

    /// How many had reported when a deadline came; nil before it, where nobody looked then, and for what wasn't counted.
    func timeliness(_ subject: SeriesSubject, deadline: Int64, now: Int64) -> Timeliness? {
        guard deadline <= now, let sample = sample(subject, at: deadline), sample.expected > 0 else { return nil }
        return Timeliness(deadline: deadline, onTime: Int(sample.known), expected: Int(sample.expected))
    }

    /// What stood at the last step.
    func latest(_ subject: SeriesSubject) -> Sample? {
        guard let place = numberOf[subject], let shape = shapes.last?.shape else { return nil }
        return shape.sample(tracks[place].numbers)
    }

    /// The step that speaks for a moment.
    func step(at moment: Int64) -> Step? {
        steps.last { $0.at <= moment }.flatMap { moment < $0.end ? $0 : nil }
    }

    /// Numbers after each change, ascending, as long as the body returns true.
    ///
    /// - Parameter moment: from somewhere not after it; nil for all.
    func forEach(
        _ subject: SeriesSubject, near moment: Int64? = nil, _ body: (Int64, SampleShape, [Int64]) -> Bool
    ) {
        guard let place = numberOf[subject] else { return }
        let track = tracks[place]
        let mark = moment.flatMap { moment in track.marks.last { $0.at <= moment } }
        var (index, at, numbers) = (mark?.offset ?? 0, mark?.at ?? 0, mark?.numbers ?? [])
        var number = shapes.lastIndex { $0.from <= at } ?? -1
        if let mark, !body(mark.at, shapes[number].shape, mark.numbers) { return }
        while index < track.bytes.count {
            at += Int64(track.bytes.trustedVariable(at: &index))
            while number + 1 < shapes.count, shapes[number + 1].from <= at {
                number += 1
                numbers = Array(repeating: 0, count: shapes[number].shape.width)
            }
            guard number >= 0, Packing.apply(track.bytes, at: &index, to: &numbers) else { return }
            if !body(at, shapes[number].shape, numbers) { return }
        }
    }

    var bytes: Int { tracks.reduce(0) { $0 + $1.bytes.count } }
}

/// The numbers that differ: how many, then of each how far its column is from the one before, and by how much.
private enum Packing {
    /// - Returns: nothing where nothing differs.
    static func delta(from old: [Int64], to new: [Int64]) -> [UInt8] {
        let columns = new.indices.filter { new[$0] != old[$0] }
        guard !columns.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.appendVariable(UInt64(columns.count))
        for (place, column) in columns.enumerated() {
            bytes.appendVariable(UInt64(column - (place == 0 ? 0 : columns[place - 1])))
            let delta = new[column] - old[column]
            // The sign goes last, so that small numbers below zero are short too.
            bytes.appendVariable(UInt64(bitPattern: (delta << 1) ^ (delta >> 63)))
        }
        return bytes
    }

    static func apply(_ bytes: [UInt8], at index: inout Int, to numbers: inout [Int64]) -> Bool {
        guard let count = bytes.variable(at: &index) else { return false }
        var column: UInt64 = 0
        for _ in 0..<min(count, UInt64(numbers.count)) {
            guard let gap = bytes.variable(at: &index), let delta = bytes.variable(at: &index) else { return false }
            column &+= gap
            guard column < numbers.count else { return false }
            numbers[Int(column)] &+= Int64(bitPattern: (delta >> 1) ^ (0 &- (delta & 1)))
        }
        return count <= numbers.count
    }
}

extension [UInt8] {
    fileprivate mutating func appendName(_ name: String) {
        appendVariable(UInt64(name.utf8.count))
        append(contentsOf: name.utf8)
    }

    fileprivate func name(at index: inout Int) -> String? {
        guard let length = variable(at: &index).flatMap({ Int(exactly: $0) }), length <= count - index else {
            return nil
        }
        defer { index += length }
        return String(decoding: self[index..<(index + length)], as: UTF8.self)
    }
}

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
        var bytes: [UInt8] = []
        var at: Int64 = 0
        var numbers: [Int64] = []
    }

    /// Steps that were taken, ascending.
    private(set) var steps: [Step] = []
    /// From which step on the numbers have which order.
    private var shapes: [(from: Int64, shape: SampleShape)] = []
    private var numberOf: [SeriesSubject: Int] = [:]
    private var subjects: [SeriesSubject] = []
    private var tracks: [Track] = []

    // MARK: Writing

    /// - Returns: what changed, to be kept on a disk and given to `replay`.
    mutating func take(_ step: Step, _ shape: SampleShape, _ samples: [SeriesSubject: [Int64]]) -> [UInt8] {
        begin(step, shape)
        var changes: [UInt8] = []
        // Whoever isn't counted any more stands at nothing from now on.
        let gone = subjects.filter { samples[$0] == nil }.map { ($0, Array(repeating: Int64(0), count: shape.width)) }
        for (subject, numbers) in samples.sorted(by: { $0.key.name < $1.key.name }) + gone {
            let isNew = numberOf[subject] == nil
            let place = number(of: subject)
            let delta = Packing.delta(from: tracks[place].numbers, to: numbers)
            guard isNew || !delta.isEmpty else { continue }
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
        begin(step, shape)
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

    private mutating func begin(_ step: Step, _ shape: SampleShape) {
        steps.append(step)
        guard shapes.last?.shape != shape else { return }
        shapes.append((step.at, shape))
        for place in tracks.indices { tracks[place].numbers = Array(repeating: 0, count: shape.width) }
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
    }

    // MARK: Reading

    /// A subject's samples, one for each step at which it changed, ascending; each stands until the next one.
    func samples(_ subject: SeriesSubject) -> [(at: Int64, sample: Sample)] {
        guard let place = numberOf[subject] else { return [] }
        let bytes = tracks[place].bytes
        var samples: [(Int64, Sample)] = []
        var (index, at, numbers) = (0, Int64(0), [Int64]())
        var shape: SampleShape?
        while index < bytes.count {
            at += Int64(bytes.trustedVariable(at: &index))
            let then = shapes.last { $0.from <= at }?.shape ?? .current
            if shape != then { (shape, numbers) = (then, Array(repeating: 0, count: then.width)) }
            guard Packing.apply(bytes, at: &index, to: &numbers) else { break }
            samples.append((at, then.sample(numbers)))
        }
        return samples
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

import Foundation
import Sync

/// What readers of figures wait for in a small and in a large city, and what many dashboards cost ingest.
struct BenchReaders {
    let stage: Stage
    let emptyPort: Int
    let seconds: Int
    let repeats: Int

    static let sizes = [1000, 100_000]
    static let dashboards = 5000
    /// Seconds between two polls of a dashboard.
    static let pause = 5

    func rows(_ table: inout BenchTable) throws {
        var waits: [Double] = []
        for size in BenchReaders.sizes {
            let city = try BenchCity(stage: stage, compounds: size)
            try city.preload()
            waits.append(try rows(of: city, size, &table))
            if size == BenchReaders.sizes[0] { try polls(at: city, &table) }
            city.stop()
        }
        table.row(
            "city figures at half load, \(BenchReaders.sizes[1]) compounds", waits[1] / waits[0], "×", nil, nil)
        BenchReleases.rows(&table)
    }

    /// - Returns: the figures' p99 while ingest runs at half its rate.
    private func rows(of city: BenchCity, _ size: Int, _ table: inout BenchTable) throws -> Double {
        let whole = Load.median(of: repeats, seconds: seconds) { city.worker($0, ahead: Load.most * seconds) }
        let pace = whole.rate / 2 / Double(Load.connections)
        let runs = (0..<repeats).map { _ in
            let reader = Reading(city: city, emptyPort: emptyPort)
            reader.start()
            let half = Load.run(seconds: seconds) { worker in
                BenchReaders.paced(city.worker(worker, ahead: Int(pace) * seconds), perSecond: pace)
            }
            return (rate: half.rate, read: reader.stop())
        }
        func median(_ value: (Reading.Result) -> Double) -> Double { runs.map { value($0.read) }.median }
        let p99 = median { $0.stats.p99 }
        table.row("city of \(size): durable updates", whole.rate, "/s", whole, nil)
        table.row(
            "   figures at \(Int(runs.map(\.rate).median)) updates/s, p50", median { $0.stats.p50 }, "ms", nil, nil)
        table.row("   p99", p99, "ms", nil, median { $0.stats.p99 / $0.empty.p99 }, of: "empty GET")
        table.row(
            "   p99 of /healthz of the same server", median { $0.health.p99 }, "ms", nil,
            median { $0.stats.p99 / $0.health.p99 }, of: "this is the figures'")
        let page = try city.firstPage()
        table.row("   first page, packed, style and script with it", page.bytes / 1024, "KiB", nil, nil)
        table.row("   the page alone, at rest", page.milliseconds, "ms", nil, nil)
        return p99
    }

    /// A client that makes so many requests a second and no more.
    private static func paced(_ request: @escaping () -> Bool, perSecond: Double) -> () -> Bool {
        var due: ContinuousClock.Instant?
        return {
            let next = due ?? .now + .seconds(Double.random(in: 0...1) / perSecond)
            let wait = (next - ContinuousClock.now) / .microseconds(1)
            if wait > 0 { usleep(UInt32(wait)) }
            due = next + .seconds(1 / perSecond)
            return request()
        }
    }

    // MARK: Dashboards

    private func polls(at city: BenchCity, _ table: inout BenchTable) throws {
        // In turns, each beside its neighbour: a machine that grows slower meanwhile weighs on both.
        var (beside, left, rates, shares): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<repeats {
            let (without, took) = metered(city)
            let dashboards = Dashboards(
                port: city.port, number: BenchReaders.dashboards, pause: BenchReaders.pause)
            dashboards.start()
            // Until every one of them has its first answer, figures are read and not polled.
            Thread.sleep(forTimeInterval: Double(BenchReaders.pause) * 1.5)
            let (with, tookWith) = metered(city)
            beside.append(with)
            left.append(with / without)
            shares.append(1 - took / without * with / tookWith)
            rates.append(dashboards.stop())
        }
        table.row(
            "durable updates beside \(BenchReaders.dashboards) dashboards", beside.median, "/s", nil, left.median,
            of: "without them")
        table.row("   their polls", rates.median, "/s", nil, nil)
        table.row("   of the server's processor time for them", shares.median * 100, "%", nil, nil)
    }

    /// - Returns: durable updates a second, and seconds of processor that the server took in one.
    private func metered(_ city: BenchCity) -> (updates: Double, processor: Double) {
        var before = 0.0
        let load = Load.run(seconds: seconds, begins: { before = city.processorSeconds }) { worker in
            city.worker(worker, ahead: Load.most * seconds)
        }
        return (load.rate, (city.processorSeconds - before) / load.seconds)
    }
}

extension [Double] {
    fileprivate var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}

import ArgumentParser
@main struct Jiayuan: ParsableCommand { mutating func run() {} }

import ArgumentParser

@main
struct Jiayuan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jiayuan",
        abstract: "家园：小区疫情防控联邦守护进程 · Federation daemon for residential compounds in an epidemic",
        discussion: """
            A record enters at a compound, only a summary leaves it, and a number on the city's dashboard always says \
            how far it can be trusted.

            Exit codes: 0 done, 1 refused or differs, 64 wrong usage, 66 a file that was named can't be read, 69 no \
            daemon answers, 74 the disk failed, 78 wrong configuration or a database of a newer version.
            """,
        version: "jiayuan 0.1.0 (protocol 1)",
        groupedSubcommands: [
            CommandGroup(name: "Daemons", subcommands: [NodeCommand.self, AggregatorCommand.self]),
            CommandGroup(name: "Setting up", subcommands: [InitCommand.self, CheckConfigCommand.self]),
            CommandGroup(
                name: "At the aggregator",
                subcommands: [
                    DivisionsCommand.self, UnitCommand.self, RelayCommand.self, CampaignCommand.self,
                    DirectiveCommand.self, ClaimsCommand.self, TokenCommand.self, OverlayCommand.self, WhyCommand.self,
                    ReceiptsCommand.self, WorkCommand.self, PhoneInCommand.self, PhoneInsCommand.self,
                    ExportCommand.self,
                    BackupCommand.self, RestoreCommand.self,
                ]),
            CommandGroup(
                name: "At a compound",
                subcommands: [RecordCommand.self, ImportCommand.self, AdoptCommand.self, StatusCommand.self]),
            CommandGroup(name: "At either", subcommands: [VerifyCommand.self]),
            CommandGroup(
                name: "Trying out",
                subcommands: [DemoCommand.self, BenchCommand.self, SimulateCommand.self, GenerateCommand.self]),
        ])
}

/// What a command ends with, for scripts and for systemd.
enum Exit {
    static let refused = ExitCode(1)
    static let unavailable = ExitCode(69)
    static let input = ExitCode(66)
    static let disk = ExitCode(74)
    static let configuration = ExitCode(78)
}

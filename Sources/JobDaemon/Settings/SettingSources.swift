import JobModel

/// Where settings come from, in their order: flags, the environment, the file.
struct SettingSources {
    /// What somebody said a setting should be.
    struct Given {
        /// At least one; several where the setting takes several.
        let values: [String]
        /// How it was said, for an error's text: `--slots`, `JOBD_SLOTS`, …
        let origin: String
        /// How the daemon exits when it makes no sense.
        let status: ExitStatus
    }

    private let flags: [SettingName: [String]]
    private let environment: [String: String]
    private let file: ConfigurationFile
    private let path: String

    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - path: the configuration file; nil when there is none.
    /// - Throws: `StartError` when the file cannot be read, is not a mapping of
    ///   settings, or has one that does not exist.
    init(
        flags: [SettingName: [String]], environment: [String: String], path: String?
    ) throws {
        self.flags = flags.filter { !$0.value.isEmpty }
        self.environment = environment
        self.path = path ?? ""
        file = try path.map(ConfigurationFile.init) ?? ConfigurationFile()
    }

    /// What a setting was given as; nil when nobody said anything.
    subscript(name: SettingName) -> Given? {
        if let values = flags[name] {
            return Given(values: values, origin: name.flag, status: .usage)
        }
        if let value = environment[name.variable], !value.isEmpty {
            return Given(
                values: name.isList ? Self.split(value) : [value], origin: name.variable,
                status: .configuration)
        }
        if let values = file.settings[name.key] {
            return Given(
                values: values, origin: "\(name.key) in \(path)", status: .configuration)
        }
        return nil
    }

    private static func split(_ value: String) -> [String] {
        value.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
    }

    /// What may be started by name.
    var definitions: [Definition] { file.definitions }
}

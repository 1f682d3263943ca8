/// What a `status` or `summary` line of restic's `--json` tells ("Scripting" in
/// its manual; internal/ui/backup/json.go and internal/ui/restore/json.go).
struct ResticStatus {
    /// 0…1; of the files found so far, while `secondsLeft` is missing.
    var fraction: Double?
    /// Left out of the line while it is zero, as `bytesDone` is.
    var secondsLeft: Double?
    var totalBytes: Double?
    var bytesDone: Double?
    /// The first of the files in work.
    var file: String?
    /// How many bytes there were, in the end.
    var processed: Double?

    /// Reads a line; nil when it is not one whole JSON object.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var scanner = JSONScanner(bytes)
        guard scanner.take("{") else { return nil }
        repeat {
            guard let key = scanner.string(), scanner.take(":") else { return nil }
            if key == "current_files", scanner.take("[") {
                guard readFiles(&scanner) else { return nil }
                continue
            }
            guard let value = scanner.value(depthLeft: 8) else { return nil }
            guard case .number(let number) = value else { continue }
            switch key {
            case "percent_done": fraction = number
            case "seconds_remaining": secondsLeft = number
            case "total_bytes": totalBytes = number
            case "bytes_done", "bytes_restored": bytesDone = number
            case "total_bytes_processed": processed = number
            default: break
            }
        } while scanner.take(",")
        guard scanner.take("}"), scanner.isAtEnd else { return nil }
    }

    private mutating func readFiles(_ scanner: inout JSONScanner) -> Bool {
        if scanner.take("]") { return true }
        repeat {
            guard let name = scanner.string() else { return false }
            file = file ?? name
        } while scanner.take(",")
        return scanner.take("]")
    }
}

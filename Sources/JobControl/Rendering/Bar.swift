/// A progress bar.
enum Bar {
    /// A bar of so many columns. A full one stands for the whole only: everything
    /// is rounded down.
    static func text(_ fraction: Double, columns: Int, isUnicode: Bool) -> String {
        let share = fraction.isFinite ? min(max(fraction, 0), 1) : 0
        guard isUnicode else {
            let full = Int((share * Double(columns)).rounded(.down))
            return String(repeating: "#", count: full)
                + String(repeating: "-", count: columns - full)
        }
        let eighths = Int((share * Double(columns * 8)).rounded(.down))
        let full = eighths / 8
        var bar = String(repeating: "█", count: full)
        if full < columns {
            bar += eighths % 8 > 0 ? parts[eighths % 8 - 1] : "░"
            bar += String(repeating: "░", count: columns - full - 1)
        }
        return bar
    }

    private static let parts = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
}

/// The tools whose output is recognised as it is.
///
/// To add one, write a `LineForm` in a file of its own in this folder, whose
/// readings name the tool as their source, and put it in the list. Nothing else
/// changes.
enum Catalogue {
    /// One form for each tool or family. A line is given to them in this order
    /// and the first that reads it decides, so the more particular stand before
    /// the looser.
    static var tools: [any LineForm] {
        [
            FFmpegForm(),
            FLACForm(),
            HandBrakeForm(),
            LAMEForm(),
            MKVToolNixForm(),
            MagickForm(),
            OggencForm(),
            OpusencForm(),
            RsyncForm(),
            SoXForm(),
            X264Form(),
        ]
    }
}

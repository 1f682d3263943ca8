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
            AlembicForm(),
            AliveProgressForm(),
            AnsibleForm(),
            AptForm(),
            Aria2Form(),
            BorgForm(),
            BuildahForm(),
            CargoForm(),
            ClickForm(),
            CMakeForm(),
            CtestForm(),
            CurlForm(),
            DDForm(),
            DdrescueForm(),
            DjangoForm(),
            DockerForm(),
            E2fsprogsForm(),
            FFmpegForm(),
            FLACForm(),
            GitForm(),
            GradleForm(),
            HandBrakeForm(),
            KerasForm(),
            LAMEForm(),
            MagickForm(),
            MavenForm(),
            MKVToolNixForm(),
            NinjaForm(),
            OggencForm(),
            OpusencForm(),
            ParallelForm(),
            PipForm(),
            ProgressbarForm(),
            PvForm(),
            PytestForm(),
            RcloneForm(),
            ResticForm(),
            RichForm(),
            RsyncForm(),
            SevenZipForm(),
            ShredForm(),
            SoXForm(),
            SwiftPMForm(),
            TarForm(),
            TqdmForm(),
            WgetForm(),
            X264Form(),
            XzForm(),
            YtDlpForm(),
            ZstdForm(),
        ]
    }
}

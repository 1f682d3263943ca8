/// The words by which a number in prose is told from progress.
enum Vocabulary {
    /// After `42%`, these say nothing that the number does not: they are left
    /// out of the message.
    static let completion = WordSet(["complete", "completed", "done"])

    /// Before or after a percentage, these say that it measures something else.
    static let measures = WordSet([
        "accuracy", "battery", "branch", "branches", "busy", "capacity", "certain", "chance",
        "code", "confidence", "confident", "covered", "coverage", "cpu", "cpus", "decrease",
        "discount", "disk", "error", "errors", "failed", "failure", "failures", "faster", "fewer",
        "free", "full", "functions", "gpu", "greater", "growth", "heap", "higher", "hit", "hits",
        "humidity", "idle", "increase", "instructions", "invalid", "iowait", "larger", "less",
        "level", "lines", "load", "loss", "lost", "lower", "mem", "memory", "misses", "more",
        "nice",
        "of", "off", "overhead", "packet", "packets", "pass", "passed", "passing", "quota", "ram",
        "reduction", "saved", "savings", "similar", "similarity", "slower", "smaller", "space",
        "statements", "steal", "success", "successful", "sure", "swap", "sys", "system", "test",
        "tests", "threshold", "usage", "use", "used", "user", "using", "util", "utilization",
        "valid", "volume", "wait",
    ])

    /// After `3/10`, these say that it is a result, a rating, a quantity, or
    /// part of a sentence.
    static let results = WordSet([
        "failed", "failing", "failures", "errors", "ok", "passed", "passing", "succeeded",
        "successful", "tests", "checks", "points", "stars", "marks", "correct", "votes", "users",
        "people", "cup", "cups", "inch", "inches", "teaspoon", "tablespoon", "tsp", "tbsp", "lb",
        "used", "available", "ready", "running", "healthy", "online", "nodes", "replicas", "up",
        "full", "free", "of", "in", "are", "had", "has", "have", "is", "was", "were", "who",
    ])

    /// Before `3/10`, these say that steps are counted.
    static let stepWords: [StaticString] = [
        "batch", "batches", "block", "blocks", "building", "chunk", "chunks", "compiling",
        "converting", "copied", "copying", "done", "downloaded", "downloading", "encoding", "epoch",
        "epochs", "file", "files", "finished", "frame", "frames", "image", "images", "importing",
        "installing", "item", "items", "iteration", "iterations", "loading", "page", "pages",
        "part", "parts", "pass", "phase", "processed", "processing", "progress", "record",
        "records", "row", "rows", "running", "stage", "step", "steps", "uploading", "writing",
    ]

    /// `stepWords`, to look up in.
    static let steps = WordSet(stepWords)

    /// Of those, the ones that say nothing beside the number.
    static let plainSteps = WordSet(["done", "finished", "progress"])

    /// Words that end as those for activities do.
    static let noActivities = WordSet([
        "according", "anything", "being", "during", "evening", "everything", "having", "morning",
        "nothing", "something", "spring", "string", "thing",
    ])

    /// Right before a percentage, these say that it is progress; all but the
    /// first also right after it.
    static let progressWords = WordSet(["progress", "complete", "completed", "done", "finished"])

    /// After `3/10`, these name what is counted.
    static let units = WordSet([
        "batches", "blocks", "bytes", "chunks", "directories", "documents", "epochs", "files",
        "folders", "frames", "images", "items", "iterations", "lines", "messages", "modules",
        "objects", "packages", "pages", "parts", "photos", "records", "rows", "samples", "steps",
        "tables", "targets", "tiles", "tracks", "videos",
    ])
}

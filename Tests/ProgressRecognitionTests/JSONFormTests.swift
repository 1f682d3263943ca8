import JobModel
import ProgressRecognition
import Testing

@Suite struct JSONFormTests {
    @Test(arguments: [
        (#"{"progress":0.42}"#, "0.42"),
        (#"  { "progress" : 4.2e-1 }  "#, "0.42"),
        (#"{"progress": 0}"#, "0.0"),
        (#"{"progress": 1}"#, "1.0"),
        (#"{"progress": 1.0000000000000002}"#, "1.0"),
        (#"{"progress": 42}"#, "0.42"),
        (
            #"{"progress":0.42,"message":"m","done":42,"total":100,"unit":"files"}"#,
            "0.42 42.0/100.0 files 'm'"
        ),
        (#"{"done":42,"total":100}"#, "0.42 42.0/100.0"),
        (#"{"done":120,"total":100}"#, "1.0 120.0/100.0"),
        (#"{"progress":0.5,"done":1}"#, "0.5 1.0/?"),
        (#"{"xy":1,"progress":0.5,"status":"half"}"#, "0.5 'half'"),
        (#"{"xy":1,"status":"working"}"#, "nil 'working'"),
        (#"{"a":{"progress":[1,{"b":"}"}]},"progress":0.25,"c":[true,null]}"#, "0.25"),
        (
            #"{"progress":0.1,"message":"\u00e9\n\"\ud83d\ude00\\ \ud800x"}"#,
            "0.1 'é \"😀\\ \u{FFFD}x'"
        ),
        (#"{"\u0070rogress":0.1}"#, "0.1"),
        (#"{"progress":0.1,"progress":0.2}"#, "0.2"),
        (#"{"progress":1e999,"done":1,"total":2}"#, "0.5 1.0/2.0"),
        (#"{"progress":null,"done":1,"total":2}"#, "0.5 1.0/2.0"),
    ])
    func believed(_ line: String, _ expected: String) {
        let rows = record([Frame(line + "\n", .stderr)])
        #expect(rows.map { told($0.progress) } == [expected])
        #expect(rows.allSatisfy { $0.progress.source == .json })
    }

    @Test(arguments: [
        #"{"progress":"0.42"}"#, #"{"progress":true}"#, #"{"progress":-0.1}"#,
        #"{"progress":101}"#, #"{"progress":1e999}"#, #"{"progress":NaN}"#,
        #"{"progress":Infinity}"#, #"{"progress":.5}"#, #"{"progress":01}"#,
        #"{"progress":0.5"#, #"{"progress":0.5}}"#, #"{"progress":0.5} x"#, #"{"progress":0.5,}"#,
        #"{progress:0.5}"#, #"{'progress':0.5}"#, #"{"progress" 0.5}"#, #"["progress",0.5]"#,
        #"{"nested":{"progress":0.5}}"#, #"{"message":"hello"}"#, #"{"status":"x"}"#,
        #"{"done":5}"#, #"{"total":5}"#, #"{"done":true,"total":5}"#, #"{"done":1,"total":0}"#,
        #"{"done":-1,"total":5}"#, #"{"message":"progress: \"0.5\""}"#,
        #"{"progress":0.5,"a":"\x"}"#,
        #"{"level":"info","msg":"done","duration":3}"#, "{}", "{", "}", #"{"progress"}"#,
        #"{"status":"Downloading","progressDetail":{"current":1,"total":3},"progress":"[=> ] 1/3"}"#,
    ])
    func notBelieved(_ line: String) {
        #expect(record([Frame(line + "\n")]) == [])
    }

    @Test func deepNestingIsNotFollowed() {
        let deep = String(repeating: "[", count: 2000)
        #expect(record([Frame(#"{"progress":0.5,"a":"# + deep + "\n")]) == [])
    }

    @Test func aValueAboveOneMakesAllPercentages() {
        let fractions = readings(
            of: [0, 20, 1, 0.5, 100].map { #"{"progress":\#($0)}"# }
        ).map(\.fraction)
        #expect(fractions == [0, 0.2, 0.01, 0.005, 1])
    }

    @Test func ownRateAndTimeLeftAreKept() throws {
        let reading = try #require(
            readings(of: [#"{"progress":0.5,"rate":3.25,"eta_seconds":9}"#]).first)
        #expect(reading.rate == 3.25)
        #expect(reading.etaSeconds == 9)
    }
}

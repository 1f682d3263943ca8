import Testing
@testable import JobControl
@Test func t() { _ = Jobctl.self }

import ArgumentParser
@main struct Jobctl: AsyncParsableCommand { func run() async throws {} }

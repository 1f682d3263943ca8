import Crypto
import JobModel
import Testing

@testable import JobHTTP

struct SignedClaimsTests {
    private let key = SymmetricKey(size: .bits256)
    private let time = Timestamp(microseconds: 1_790_000_000_000_000)

    @Test func theyAreReadAsTheyWereWritten() throws {
        let subjects: [Subject] = [
            .token(TokenID(rawValue: 3)), .user(1000, group: nil), .user(0, group: 993), .anyone,
        ]
        for subject in subjects {
            for purpose in [SignedClaims.Purpose.ticket(JobID(rawValue: 42)), .session] {
                let claims = SignedClaims(purpose, subject, expiresAt: time)
                let read = SignedClaims(claims.text(signedBy: key), signedBy: key)
                #expect(read == claims)
            }
        }
    }

    @Test func nothingElseIsRead() throws {
        let claims = SignedClaims(.session, .token(TokenID(rawValue: 3)), expiresAt: time)
        let text = claims.text(signedBy: key)
        #expect(SignedClaims(text, signedBy: SymmetricKey(size: .bits256)) == nil)
        for place in text.indices {
            var changed = text
            let other: Character = text[place] == "B" ? "C" : "B"
            changed.replaceSubrange(place...place, with: [other])
            #expect(SignedClaims(changed, signedBy: key) == nil, "\(changed)")
            #expect(SignedClaims(String(text[..<place]), signedBy: key) == nil)
        }
        for more in ["=", ".", " ", "A"] {
            #expect(SignedClaims(text + more, signedBy: key) == nil)
        }
    }

    @Test(arguments: [
        "", "t", "tx", "t1.2", "u", "u1.", "u1.2.3", "u-1", "a1", "x1", "u99999999999",
    ])
    func noOtherTextIsASubject(text: String) {
        #expect(Subject(text: text) == nil)
    }
}

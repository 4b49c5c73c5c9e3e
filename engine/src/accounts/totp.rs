//! The second factor: codes of an authenticator app (RFC 6238 with SHA-1, six digits, 30 seconds), as every such app knows them.
//! Nothing here reads a clock; whoever asks keeps that no code counts twice.

use data_encoding::BASE32_NOPAD;
use ring::hmac;
use signalbox_core::time::Timestamp;

/// How long a code is shown, in seconds.
const PERIOD: u64 = 30;
/// How many steps of time a clock may be wrong, either way.
const DRIFT: u64 = 1;
/// How long the secret is, in bytes: as long as the hash, as RFC 4226 recommends.
const LENGTH: usize = 20;

/// A secret that an authenticator app and the hub share.
pub(super) struct FactorSecret([u8; LENGTH]);

impl FactorSecret {
    /// A new one.
    pub(super) fn random() -> Self {
        Self(rand::random())
    }

    /// Reads what [`FactorSecret::base32`] wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        BASE32_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// The secret, to be typed.
    pub(super) fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The secret, to be scanned. The name has none but letters, digits, `.`, `_` and `-`.
    pub(super) fn uri(&self, name: &str) -> String {
        format!("otpauth://totp/Signalbox:{name}?secret={}&issuer=Signalbox", self.base32())
    }

    /// The step of time that a code belongs to, if it is one of this moment's.
    pub(super) fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let current = u64::try_from(now.millis()).ok()? / 1000 / PERIOD;
        let steps = current.saturating_sub(DRIFT)..=current + DRIFT;
        // Every one is computed and compared whole, so that the time tells nothing.
        steps.fold(None, |found, step| if is_equal(&self.code(step), &digits) { Some(step) } else { found })
    }

    /// The code of a step (RFC 4226, section 5.3).
    pub(super) fn code(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[tag.len() - 1] & 0x0f);
        let word = tag[offset..offset + 4].iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }
}

fn is_equal(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |found, (a, b)| found | (a ^ b));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B.
    fn secret() -> FactorSecret {
        FactorSecret(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // Appendix B's values, of which the last six digits are ours.
        let known = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in known {
            assert_eq!(secret().code(seconds / PERIOD), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_for_its_step_and_one_around_it() {
        assert_eq!(secret().step_of("287 082", at(59)), Some(1));
        assert_eq!(secret().step_of("287082", at(89)), Some(1), "a clock that is late");
        assert_eq!(secret().step_of("287082", at(0)), Some(1), "a clock that is early");
        assert_eq!(secret().step_of("287082", at(90)), None);
        for wrong in ["", "28708", "2870820", "287083", "abcdef", "\u{662}87082"] {
            assert_eq!(secret().step_of(wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_read_as_it_is_written() {
        let written = secret().base32();
        assert_eq!(written, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(FactorSecret::read(&written).unwrap().code(1), "287082");
        assert!(FactorSecret::read("GEZDGNBV").is_none());
        assert!(secret().uri("ann").starts_with("otpauth://totp/Signalbox:ann?secret=GEZ"));
        assert_ne!(FactorSecret::random().base32(), FactorSecret::random().base32());
    }
}

//! The digest behind attempt keys against the examples of FIPS 180-4, and the keys against each other.
#![cfg(not(target_arch = "wasm32"))]

use dagfill::run::key::{attempt_key, sha256};

fn hex(bytes: &[u8]) -> String {
    sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_digest_is_sha_256() {
    assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    assert_eq!(hex(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_eq!(hex(&[b'a'; 1_000_000]), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

#[test]
fn parts_that_run_together_give_other_keys() {
    let keys = [
        attempt_key("ab", "c", "r", "", 1),
        attempt_key("a", "bc", "r", "", 1),
        attempt_key("a", "b", "cr", "", 1),
        attempt_key("a", "b", "c", "r", 1),
        attempt_key("a", "b", "c", "r", 2),
    ];
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys.iter().skip(at + 1).any(|other| other == key), "{key}");
        assert!(key.chars().all(|character| matches!(character, '0'..='9' | 'a'..='f' | '-')));
    }
}

//! Numbers of Go's templates.

use super::lex::is_alphanumeric;

/// True if a number begins here.
pub(super) fn starts(text: &str) -> bool {
    let signed = text.starts_with(['+', '-']);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // A dot without digits is a field; a sign begins a number, whatever follows.
    signed || unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|it: char| it.is_ascii_digit())
}

/// What follows the number at the start, if it is one that Go knows; of a complex one, both parts.
pub(super) fn after(text: &str) -> Option<&str> {
    let (number, after) = split(text)?;
    if !after.starts_with(['+', '-']) {
        return is_number(number.strip_suffix('i').unwrap_or(number)).then_some(after);
    }
    let (imaginary, after) = split(after)?;
    (is_number(number) && is_number(imaginary.strip_suffix('i')?)).then_some(after)
}

/// What may belong to the number at the start, without its sign, and what follows.
fn split(text: &str) -> Option<(&str, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_hex = unsigned.starts_with("0x") || unsigned.starts_with("0X");
    let exponents = if is_hex { "pP" } else { "eE" };
    let mut before = ' ';
    let end = unsigned.find(|sign: char| {
        let is_part =
            is_alphanumeric(sign) || sign == '.' || ("+-".contains(sign) && exponents.contains(before));
        before = sign;
        !is_part
    });
    unsigned.split_at_checked(end.unwrap_or(unsigned.len()))
}

fn is_number(number: &str) -> bool {
    let digits = number.replace('_', "").to_ascii_lowercase();
    let whole = |digits: &str, radix| u64::from_str_radix(digits, radix).is_ok();
    if let Some(hex) = digits.strip_prefix("0x") {
        return match hex.split_once('p') {
            Some((mantissa, exponent)) => {
                whole(&mantissa.replacen('.', "", 1), 16) && exponent.parse::<i16>().is_ok()
            }
            None => whole(hex, 16),
        };
    }
    match digits.get(..2) {
        Some("0b") => digits.get(2..).is_some_and(|it| whole(it, 2)),
        Some("0o") => digits.get(2..).is_some_and(|it| whole(it, 8)),
        _ if digits.contains(['.', 'e']) => digits.parse::<f64>().is_ok(),
        // A zero in front is for octal digits.
        _ if digits.starts_with('0') => whole(&digits, 8),
        _ => whole(&digits, 10),
    }
}

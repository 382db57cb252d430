//! Forms of text in bodies that no pattern says: each is what the type that reads it says.

use crate::domain::agency::{DivisionCode, Uscc, UsccFault};
use crate::domain::text::{Text, is_web_address};
use crate::http::kernel::format::{parse_time, read_network};
use crate::http::kernel::schema::Format;
use crate::operations::AgencyRef;

pub const FORMATS: &[Format] = &[
    Format { name: "agency", check: |text| text.parse::<AgencyRef>().map(drop).map_err(|()| "invalid_id") },
    Format { name: "uscc", check: |text| text.parse::<Uscc>().map(drop).map_err(uscc_fault) },
    Format {
        name: "division-code",
        check: |text| text.parse::<DivisionCode>().map(drop).map_err(|()| "division_code"),
    },
    Format { name: "postcode", check: |text| fits(is_postcode(text), "invalid_contact") },
    Format { name: "email", check: |text| fits(is_mailbox(text), "invalid_contact") },
    Format { name: "date-time", check: |text| parse_time(text).map(drop).ok_or("invalid_time") },
    Format { name: "network", check: |text| read_network(text).map(drop).ok_or("invalid_network") },
    Format {
        name: "line",
        check: |text| Text::line(text, usize::MAX).map(drop).map_err(|fault| fault.code()),
    },
    Format {
        name: "name",
        check: |text| Text::name(text, usize::MAX).map(drop).map_err(|fault| fault.code()),
    },
    Format { name: "uri", check: |text| fits(is_web_address(text), "invalid_url") },
];

fn fits(right: bool, code: &'static str) -> Result<(), &'static str> {
    if right { Ok(()) } else { Err(code) }
}

/// Key of the message about a credit code.
fn uscc_fault(fault: UsccFault) -> &'static str {
    match fault {
        UsccFault::Length => "uscc_length",
        UsccFault::Alphabet => "uscc_alphabet",
        UsccFault::Check => "uscc_check",
        UsccFault::OrganizationCheck => "uscc_organization_check",
    }
}

fn is_postcode(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_mailbox(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.chars().any(char::is_whitespace)
    })
}

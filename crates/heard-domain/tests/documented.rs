//! `docs/DOMAIN.md` says what is true: its table of roles and grants is the one of the code.

use heard_domain::user::{Grant, Role};

#[test]
fn roles_may_what_the_document_says() {
    let document = include_str!("../../../docs/DOMAIN.md");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let head = document.lines().find(|line| line.starts_with("| may |")).map(cells).unwrap();
    assert_eq!(head.len(), 1 + Role::ALL.len());
    for grant in Grant::ALL {
        let row = document.lines().find(|line| line.contains(&format!("`{}`", grant.code())) && line.contains('●'));
        let row = cells(row.unwrap_or_else(|| panic!("{} is not documented", grant.code())));
        for (name, cell) in head.iter().zip(&row).skip(1) {
            let role = Role::ALL.iter().find(|role| role.label().eq_ignore_ascii_case(name)).unwrap();
            assert_eq!(role.grants().contains(grant), cell == "●", "{name}, {}", grant.code());
        }
    }
}

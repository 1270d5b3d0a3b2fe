//! Who runs PostgreSQL: whoever runs the tests, or an ordinary user where that is root.

/// Numeric ids of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// `None` when no change of user is needed.
pub(crate) fn to_drop_to() -> Option<User> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let passwd = fs_err::read_to_string("/etc/passwd").unwrap_or_default();
    let user = ["postgres", "nobody"].iter().find_map(|name| find(&passwd, name));
    // The ids of `nobody` on every Linux.
    Some(user.unwrap_or(User { uid: 65_534, gid: 65_534 }))
}

fn find(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut ids = line.split(':').skip(2);
    let uid = ids.next()?.parse().ok()?;
    let gid = ids.next()?.parse().ok()?;
    Some(User { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\npostgres:x:105:111:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find(passwd, "postgres"), Some(User { uid: 105, gid: 111 }));
        assert_eq!(find(passwd, "post"), None);
    }
}

//! Debian packages: the last resort, for what PyPI does not carry.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{capture, progress, which};

/// Installs `packages` unless the package manager says it has them all.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    if packages.iter().all(|package| installed(package)) {
        return Ok(());
    }
    if which("apt-get").is_none() {
        bail!("this system has no apt-get: install {} yourself", packages.join(" "));
    }
    progress(&format!("apt-get install {}", packages.join(" ")));
    capture(apt_get().args(["update", "-qq"]))?;
    capture(apt_get().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))?;
    Ok(())
}

fn installed(package: &str) -> bool {
    let query = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).output();
    query.is_ok_and(|output| output.stdout.ends_with(b"ok installed"))
}

fn apt_get() -> Command {
    let mut command = if rustix::process::geteuid().is_root() || which("sudo").is_none() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

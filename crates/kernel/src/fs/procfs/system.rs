//! What the files of `/proc` say that tell of the kernel as a whole (proc_mounts(5), proc_uptime(5) and so on).

use crate::Kernel;
use crate::vfs::{MountFlags, MountInfo};

/// The file system types of this kernel. None lives on a block device.
pub(super) const FILE_SYSTEMS: [&str; 5] = ["memfs", "hostfs", "overlay", "devfs", "proc"];

/// One line a mount, oldest first, as fstab(5) has it.
pub(super) fn mounts(kernel: &Kernel) -> Vec<u8> {
    let mut out = Vec::new();
    for mount in kernel.mounts().list() {
        mount_line(&mut out, &mount);
    }
    out
}

fn mount_line(out: &mut Vec<u8>, mount: &MountInfo) {
    let source = if mount.fs.source.is_empty() { "none" } else { mount.fs.source.as_str() };
    escape(out, source.as_bytes());
    out.push(b' ');
    escape(out, &mount.point);
    let read_only = mount.fs.read_only || mount.flags.contains(MountFlags::READ_ONLY);
    let mode = if read_only { "ro" } else { "rw" };
    out.extend_from_slice(format!(" {} {mode} 0 0\n", mount.fs.kind).as_bytes());
}

/// Writes a field with what would end it, or start a comment, in octal (getmntent(3)).
fn escape(out: &mut Vec<u8>, field: &[u8]) {
    for byte in field {
        match byte {
            b' ' | b'\t' | b'\n' | b'\\' | b'#' => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            byte => out.push(*byte),
        }
    }
}

/// Seconds since the boot, and seconds the processors were idle, which nobody counts here.
pub(super) fn uptime(kernel: &Kernel) -> Vec<u8> {
    let hundredths = kernel.platform().monotonic_ns().saturating_sub(kernel.booted_ns()) / 10_000_000;
    format!("{}.{:02} 0.00\n", hundredths / 100, hundredths % 100).into_bytes()
}

/// Name and version of the kernel.
pub(super) fn version(_kernel: &Kernel) -> Vec<u8> {
    concat!("gopherix version ", env!("CARGO_PKG_VERSION"), "\n").into()
}

/// A paragraph a processor that guests may run on.
pub(super) fn cpuinfo(kernel: &Kernel) -> Vec<u8> {
    (0..kernel.platform().cpu_count()).flat_map(|n| format!("processor\t: {n}\n\n").into_bytes()).collect()
}

/// One line a type.
pub(super) fn filesystems(_kernel: &Kernel) -> Vec<u8> {
    FILE_SYSTEMS.iter().flat_map(|kind| format!("nodev\t{kind}\n").into_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::FsInfo;

    #[test]
    fn no_mount_can_forge_fields() {
        let line = |source: &str, point: &[u8], read_only| {
            let fs = FsInfo { kind: "hostfs", source: source.into(), read_only };
            let mut out = Vec::new();
            mount_line(&mut out, &MountInfo { point: point.to_vec(), fs, flags: MountFlags::empty() });
            String::from_utf8(out).unwrap()
        };
        assert_eq!(line("", b"/", false), "none / hostfs rw 0 0\n");
        assert_eq!(line("a b", b"/x\ty\nz\\#", true), "a\\040b /x\\011y\\012z\\134\\043 hostfs ro 0 0\n");
    }
}

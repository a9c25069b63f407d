//! Data, holes, sizes and limits.

use gopherix_abi::Errno;

use super::limited;
use crate::fs::memfs::content::CHUNK;
use crate::fs::tests::{READ, WRITE, memfs, mounted, read_all};

const TIB: u64 = 1 << 40;

#[test]
fn a_write_far_out_costs_what_it_wrote() {
    let fs = memfs();
    let sys = mounted(fs.clone());
    sys.put("f", b"").unwrap();
    let before = fs.used_bytes();
    let file = sys.open("f", WRITE).unwrap();
    assert_eq!(file.write_at(b"end", TIB), Ok(3));
    assert!(fs.used_bytes() - before <= CHUNK as u64);
    let stat = file.stat().unwrap();
    assert_eq!((stat.size, stat.blocks), (TIB + 3, 1));
    let mut buf = [1; 8];
    assert_eq!(file.read_at(&mut buf, TIB - 5), Ok(8));
    assert_eq!(&buf, b"\0\0\0\0\0end");
    assert_eq!(file.read_at(&mut buf, TIB / 2), Ok(8));
    assert_eq!(buf, [0; 8]);
    assert_eq!(file.read_at(&mut buf, TIB + 3), Ok(0));
    assert_eq!(file.read_at(&mut buf, u64::MAX), Ok(0));
}

#[test]
fn bytes_cut_off_do_not_come_back() {
    let sys = mounted(memfs());
    sys.put("f", &[7; 3 * CHUNK]).unwrap();
    let file = sys.open("f", WRITE).unwrap();
    for len in [2 * CHUNK + 5, CHUNK, 10, 0] {
        file.truncate(len as u64).unwrap();
        file.truncate(3 * CHUNK as u64).unwrap();
        let data = read_all(&file).unwrap();
        assert!(data[..len].iter().all(|b| *b == 7) && data[len..].iter().all(|b| *b == 0), "{len}");
    }
    file.truncate(0).unwrap();
    assert_eq!(file.stat().unwrap().blocks, 0);
}

#[test]
fn a_small_file_takes_one_block() {
    let sys = mounted(memfs());
    sys.put("f", b"x").unwrap();
    assert_eq!(sys.open("f", READ).unwrap().stat().unwrap().blocks, 1);
}

#[test]
fn appends_go_to_the_end() {
    let sys = mounted(memfs());
    sys.put("f", b"ab").unwrap();
    let (one, two) = (sys.open("f", WRITE).unwrap(), sys.open("f", WRITE).unwrap());
    assert_eq!(one.append(b"cd"), Ok((2, 4)));
    assert_eq!(two.append(b"ef"), Ok((2, 6)));
    assert_eq!(one.append(b""), Ok((0, 6)));
    assert_eq!(sys.get("f").unwrap(), b"abcdef");
}

#[test]
fn offsets_end_where_off_t_does() {
    let sys = mounted(memfs());
    sys.put("f", b"").unwrap();
    let file = sys.open("f", WRITE).unwrap();
    let max = i64::MAX as u64;
    let errno = |r: crate::SysResult<usize>| r.map_err(|e| e.errno);
    assert_eq!(errno(file.write_at(b"abc", max)), Err(Errno::EFBIG));
    assert_eq!(errno(file.write_at(b"abc", u64::MAX)), Err(Errno::EFBIG));
    assert_eq!(errno(file.write_at(b"", max)), Ok(0));
    assert_eq!(file.stat().unwrap().size, 0);
    assert_eq!(errno(file.write_at(b"abc", max - 2)), Ok(2));
    assert_eq!(file.stat().unwrap().size, max);
    assert_eq!(file.append(b"x").map_err(|e| e.errno), Err(Errno::EFBIG));
    assert_eq!(file.truncate(max + 1).map_err(|e| e.errno), Err(Errno::EFBIG));
    assert_eq!(file.allocate(max, 1).map_err(|e| e.errno), Err(Errno::EFBIG));
    assert_eq!(file.allocate(u64::MAX, 1).map_err(|e| e.errno), Err(Errno::EFBIG));
    assert_eq!(file.allocate(0, 0).map_err(|e| e.errno), Err(Errno::EINVAL));
}

#[test]
fn a_full_file_system_answers_short_then_enospc() {
    let (fs, sys) = limited(3 * CHUNK as u64);
    sys.put("f", b"").unwrap();
    let file = sys.open("f", WRITE).unwrap();
    let data = vec![5; 4 * CHUNK];
    let n = file.write_at(&data, 0).unwrap();
    assert!((2 * CHUNK..3 * CHUNK).contains(&n), "{n}");
    assert_eq!(file.stat().unwrap().size, n as u64);
    assert_eq!(file.append(&data).map_err(|e| e.errno), Err(Errno::ENOSPC));
    assert_eq!(file.stat().unwrap().size, n as u64);
    assert_eq!(sys.get("f").unwrap(), &data[..n]);
    // What is there can be written over, and what is freed is free.
    assert_eq!(file.write_at(&[6; CHUNK], 5), Ok(CHUNK));
    file.truncate(0).unwrap();
    assert_eq!(file.write_at(&data, 0), Ok(n));
    drop(file);
    sys.unlink("f").unwrap();
    assert_eq!(fs.used_bytes(), 0);
}

#[test]
fn names_and_links_count_against_the_limit_too() {
    let (fs, sys) = limited(100_000);
    let mut made = 0;
    let last = loop {
        match sys.mkdir(&format!("d{made}")) {
            Ok(()) => made += 1,
            Err(e) => break e.errno,
        }
    };
    assert_eq!(last, Errno::ENOSPC);
    assert!((100..200).contains(&made), "{made}");
    assert_eq!(sys.symlink("target", "l").map_err(|e| e.errno), Err(Errno::ENOSPC));
    assert_eq!(sys.put("f", b"").map_err(|e| e.errno), Err(Errno::ENOSPC));
    for i in 0..made {
        sys.rmdir(&format!("d{i}")).unwrap();
    }
    assert_eq!(fs.used_bytes(), 0);
    sys.put("f", b"").unwrap();
    while sys.link("f", &format!("l{made}")).is_ok() {
        made += 1;
    }
    assert!(made > 1000, "{made}");
    // Moving a name needs no more than the name.
    sys.unlink("f").unwrap();
    sys.rename(&format!("l{}", made - 1), "g", crate::vfs::RenameFlags::empty()).unwrap();
}

#[test]
fn allocated_space_is_kept() {
    let (_, sys) = limited(6 * CHUNK as u64);
    sys.put("f", b"abc").unwrap();
    sys.put("g", b"").unwrap();
    let (file, other) = (sys.open("f", WRITE).unwrap(), sys.open("g", WRITE).unwrap());
    file.allocate(0, 2 * CHUNK as u64).unwrap();
    assert_eq!(file.stat().unwrap().size, 2 * CHUNK as u64);
    assert_eq!(file.stat().unwrap().blocks, 2 * CHUNK as u64 / 512);
    while other.append(&[1; CHUNK]).is_ok() {}
    assert_eq!(file.write_at(&[2; 2 * CHUNK], 0), Ok(2 * CHUNK));
    assert_eq!(file.allocate(0, CHUNK as u64), Ok(()));
    assert_eq!(file.allocate(0, 3 * CHUNK as u64).map_err(|e| e.errno), Err(Errno::ENOSPC));
    assert_eq!(file.allocate(0, TIB).map_err(|e| e.errno), Err(Errno::ENOSPC));
    assert_eq!(sys.get("f").unwrap(), [2; 2 * CHUNK]);
}

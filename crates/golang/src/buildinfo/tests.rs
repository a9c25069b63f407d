//! Tests of [`super`].

use super::*;
use crate::testing;

const TEXT: &str = "path\texample.com/a\nmod\texample.com/a\t(devel)\t\ndep\tb.org/c\tv1.0.0\n=>\t./c\tv2\th1:x=\n\n\
                    dep\td.org/e\tv0.1.0\th1:y=\nbuild\t-ldflags=\"-s -w\"\nbuild\tGOOS=wasip1\nbuild\t\"a b\"=c\n";

fn framed(text: &str) -> Vec<u8> {
    [INFO_START, text.as_bytes(), INFO_END].concat()
}

fn read(data: &[(u32, &[u8])], version: Option<&str>) -> Toolchain {
    let producers = version.map(testing::go_producers);
    let customs: Vec<(&str, &[u8])> = producers.iter().map(|section| ("producers", section.as_slice())).collect();
    let bytes = testing::module(&[], 0, data, &customs);
    let module = Module::parse(&bytes).unwrap();
    Toolchain::read(&module, &Image::new(&module).unwrap())
}

fn inline_blob(version: &str, text: &[u8]) -> Vec<u8> {
    let mut blob = [BLOB_MAGIC, &[8, 2], &[0; 16]].concat();
    blob.push(u8::try_from(version.len()).unwrap());
    blob.extend(version.as_bytes());
    let length = u16::try_from(text.len()).unwrap();
    blob.extend([u8::try_from(length & 0x7f).unwrap() | 0x80, u8::try_from(length >> 7).unwrap()]);
    blob.extend(text);
    blob
}

#[test]
fn modinfo_string_with_the_producers_version() {
    let toolchain = read(&[(100, &framed(TEXT))], Some("go1.27.3"));
    assert_eq!(toolchain.version.as_deref(), Some("go1.27.3"));
    let info = toolchain.info.unwrap();
    assert_eq!(info.to_string(), TEXT);
    assert_eq!(info.path, "example.com/a");
    assert_eq!(info.main.as_ref().unwrap().version, "(devel)");
    assert_eq!(info.deps.len(), 2);
    assert_eq!(info.deps[0].replace.as_ref().unwrap().path, "./c");
    assert_eq!((info.deps[1].sum.as_str(), &info.deps[1].replace), ("h1:y=", &None));
    assert_eq!(info.setting("-ldflags"), Some("-s -w"));
    assert_eq!(info.setting("GOOS"), Some("wasip1"));
    assert_eq!(info.setting("a b"), Some("c"));
    assert_eq!(info.setting("GOARCH"), None);
}

#[test]
fn a_decoy_sentinel_before_the_text_is_passed_over() {
    let mut data = INFO_START.to_vec();
    data.extend([0xee; 20_000]);
    data.extend(INFO_END);
    data.extend(framed(TEXT));
    assert_eq!(read(&[(100, &data)], None).info.unwrap().to_string(), TEXT);
}

#[test]
fn text_longer_than_one_block_and_text_without_end() {
    let long = format!("path\ta\n{}", "dep\tm.org/x\tv1.0.0\th1:abcdefghijklmnop=\n".repeat(1000));
    assert_eq!(read(&[(8, &framed(&long))], None).info.unwrap().deps.len(), 1000);
    let mut open = framed(&long);
    open.truncate(open.len() - 1);
    assert_eq!(read(&[(8, &open)], None).info, None);
}

#[test]
fn inline_blob_wins() {
    let blob = inline_blob("go1.18", &framed(TEXT));
    let toolchain = read(&[(160, &blob)], Some("go1.27.3"));
    assert_eq!(toolchain.version.as_deref(), Some("go1.18"));
    assert_eq!(toolchain.info.unwrap().to_string(), TEXT);
    assert_eq!(read(&[(161, &blob)], None).version, None, "not aligned to 16");
    let cut = blob.get(..blob.len() - 1).unwrap();
    assert_eq!(read(&[(160, cut)], None), Toolchain::default());
}

#[test]
fn pointer_blob_of_go_117() {
    let mut blob = [BLOB_MAGIC, &[8, 0]].concat();
    blob.extend(512u64.to_le_bytes());
    blob.extend(528u64.to_le_bytes());
    let framed = framed(TEXT);
    let length = u64::try_from(framed.len()).unwrap();
    let headers: Vec<u8> = [600, 6, 640, length].iter().flat_map(|word| word.to_le_bytes()).collect();
    let data: [(u32, &[u8]); 4] = [(160, &blob), (512, &headers), (600, b"go1.17"), (640, &framed)];
    let toolchain = read(&data, None);
    assert_eq!(toolchain.version.as_deref(), Some("go1.17"));
    assert_eq!(toolchain.info.unwrap().to_string(), TEXT);
}

#[test]
fn version_from_memory() {
    let header: Vec<u8> = [0x1100u64, 19].iter().flat_map(|word| word.to_le_bytes()).collect();
    // The linker leaves out the pointer's zero low byte and the length's zero high bytes.
    let header = header.get(1..9).unwrap();
    let data: [(u32, &[u8]); 3] = [(8, b"x"), (0x201, header), (0x1100, b"go1.27.3-X:greenteaXX")];
    assert_eq!(read(&data, None).version.as_deref(), Some("go1.27.3-X:greentea"));
    assert_eq!(read(&data, Some("go1.27.3")).version.as_deref(), Some("go1.27.3-X:greentea"), "it says more");
    assert_eq!(read(&data, Some("go1.27")).version.as_deref(), Some("go1.27"), "another version");
    let other: Vec<u8> = [0x1100u64, 6].iter().flat_map(|word| word.to_le_bytes()).collect();
    let data: [(u32, &[u8]); 4] = [(8, b"x"), (0x201, header), (0x300, &other), (0x1100, b"go1.27.3-X:greenteaXX")];
    assert_eq!(read(&data, None).version, None, "two candidates");
}

#[test]
fn damaged_text_is_no_build_info() {
    for bad in [
        "mod\ta\n",
        "mod\ta\tb\tc\td\n",
        "=>\ta\tb\tc\n",
        "mod\ta\tb\n=>\tc\td\n",
        "mod\ta\tb\n=>\tc\td\te\n=>\tc\td\te\n",
        "build\t=x\n",
        "build\tx\n",
        "build\tx=\"\n",
        "build\t\n",
    ] {
        assert_eq!(read(&[(8, &framed(bad))], None).info, None, "{bad:?}");
    }
    assert_eq!(parse("path\ta\nnonsense\nnew\tline\n").unwrap().to_string(), "path\ta\n");
}

/// Without a bound on the candidates this copies a megabyte for each of thirty thousand decoys.
#[test]
fn thousands_of_decoys_cost_little() {
    let mut unit = inline_blob("go1.18", b"");
    unit.truncate(39);
    // The text's length: one megabyte, which is there.
    unit.extend([0x80, 0x80, 0x40]);
    unit[33] = 0xff;
    unit.resize(64, 1);
    let flood = unit.repeat(30_000);
    assert_eq!(read(&[(64, &flood)], None), Toolchain::default());
    let flood = [INFO_START, &[2; 48]].concat().repeat(30_000);
    assert_eq!(read(&[(64, &flood)], None), Toolchain::default());
}

//! The few of go's flags that matter here, found among the others, which pass through as they are.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Flags whose value is the next word, if it is not behind a `=`.
const VALUED: &str = "\
    C asmflags bench benchtime blockprofile blockprofilerate buildmode c compiler count covermode coverpkg \
    coverprofile cpu cpuprofile exec fuzz fuzzcachedir fuzzminimizetime fuzztime gccgoflags gcflags installsuffix \
    ldflags list memprofile memprofilerate mod modfile mutexprofile mutexprofilefraction o outputdir overlay p \
    parallel pgo pkgdir run shuffle skip tags testlogfile timeout toolexec trace vet vettool artifactsdir";

/// What a command line of go's says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-C`: the folder it runs in.
    pub folder: Option<PathBuf>,
    /// `-o`.
    pub output: Option<PathBuf>,
    /// `-overlay`.
    pub overlay: Option<PathBuf>,
    /// Whether there is an `-exec`.
    pub has_exec: bool,
    /// Whether there is a `-race`, `-msan` or `-asan`, and which.
    pub sanitizer: Option<&'static str>,
    /// Whether only commands are printed (`-n`), and nothing comes out.
    pub is_dry: bool,
    /// All words but `-C` and `-overlay`.
    pub rest: Vec<OsString>,
    /// All words of `rest` that `go list` takes too: not `-o`, `-json`.
    pub listable: Vec<OsString>,
    /// The words that are no flags.
    pub packages: Vec<OsString>,
}

impl Flags {
    /// Reads the words behind `go build`, `go test` and the like. `is_test`: `-c` has no value there.
    #[must_use]
    pub fn read(words: &[OsString], is_test: bool) -> Self {
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some((name, value)) = split(word) else {
                flags.packages.push(word.clone());
                flags.keep([word.clone()], true);
                continue;
            };
            if name == "args" && is_test {
                flags.rest.push(word.clone());
                flags.rest.extend(words.cloned());
                break;
            }
            let takes = VALUED.split(' ').any(|valued| valued == name) && !(name == "c" && is_test);
            let next = if value.is_none() && takes { words.next() } else { None };
            let value = value.map(OsString::from).or_else(|| next.cloned());
            flags.note(name, value.as_deref());
            match name {
                "C" | "overlay" => {}
                "o" | "json" => flags.keep([word.clone()].into_iter().chain(next.cloned()), false),
                _ => flags.keep([word.clone()].into_iter().chain(next.cloned()), true),
            }
        }
        flags
    }

    fn keep(&mut self, words: impl IntoIterator<Item = OsString>, listable: bool) {
        for word in words {
            if listable {
                self.listable.push(word.clone());
            }
            self.rest.push(word);
        }
    }

    fn note(&mut self, name: &str, value: Option<&OsStr>) {
        let path = || value.map(PathBuf::from);
        let is_on = value.is_none_or(|value| value != "false" && value != "0");
        match name {
            "C" => self.folder = path(),
            "o" => self.output = path(),
            "overlay" => self.overlay = path().filter(|path| !path.as_os_str().is_empty()),
            "exec" => self.has_exec = true,
            "n" => self.is_dry = is_on,
            "race" if is_on => self.sanitizer = Some("-race"),
            "msan" if is_on => self.sanitizer = Some("-msan"),
            "asan" if is_on => self.sanitizer = Some("-asan"),
            _ => {}
        }
    }
}

/// Name and value of a flag, `-name`, `--name`, `-name=value`; `None` for other words.
fn split(word: &OsStr) -> Option<(&str, Option<&str>)> {
    let word = word.to_str()?;
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|name| !name.is_empty())?;
    Some(match name.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (name, None),
    })
}

/// The words of GOFLAGS: separated by white space, one in quotes from quote to quote.
#[must_use]
pub fn words(goflags: &str) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut rest = goflags.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '\'' | '"' => rest.get(1..).and_then(|rest| rest.split_once(first)).unwrap_or((rest, "")),
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.into());
        rest = after.trim_start();
    }
    words
}

/// A word as [`words`] reads it; `None` if it has both quotes.
#[must_use]
pub fn quoted(word: &str) -> Option<String> {
    let needs = word.is_empty() || word.contains(char::is_whitespace) || word.starts_with(['\'', '"']);
    let quote = ['\'', '"'].into_iter().find(|quote| !word.contains(*quote));
    if needs { quote.map(|quote| format!("{quote}{word}{quote}")) } else { Some(word.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, is_test: bool) -> Flags {
        Flags::read(&line.split(' ').map(OsString::from).collect::<Vec<_>>(), is_test)
    }

    #[test]
    fn what_matters_is_found_and_the_rest_passes_through() {
        let flags = read("-C dir -ldflags -o --o=out -race=false -overlay u.json -tags a,b ./cmd", false);
        assert_eq!(flags.folder.as_deref(), Some("dir".as_ref()));
        assert_eq!(flags.output.as_deref(), Some("out".as_ref()));
        assert_eq!(flags.overlay.as_deref(), Some("u.json".as_ref()));
        assert_eq!(flags.sanitizer, None);
        assert_eq!(flags.rest, ["-ldflags", "-o", "--o=out", "-race=false", "-tags", "a,b", "./cmd"]);
        assert_eq!(flags.listable, ["-ldflags", "-o", "-race=false", "-tags", "a,b", "./cmd"]);
        assert_eq!(flags.packages, ["./cmd"]);
    }

    #[test]
    fn what_is_behind_args_is_the_tests() {
        let flags = read("-c -run X ./p -args -o y -exec z", true);
        assert_eq!((flags.output, flags.has_exec), (None, false));
        assert_eq!(flags.rest, ["-c", "-run", "X", "./p", "-args", "-o", "y", "-exec", "z"]);
        assert_eq!(read("-race", false).sanitizer, Some("-race"));
    }

    #[test]
    fn goflags_are_split_as_go_does() {
        assert_eq!(words(" -a '-overlay=/a b/c' \"-x=it's\" -y "), ["-a", "-overlay=/a b/c", "-x=it's", "-y"]);
        for word in ["plain", "two words", "it's two", ""] {
            assert_eq!(words(&quoted(word).unwrap()), [word]);
        }
        assert_eq!(quoted("' \""), None);
    }
}

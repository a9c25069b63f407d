//! What is run, and how each run must end.

use super::program::Program;

/// One run of a program.
pub(super) struct Case {
    /// On the command line and in messages.
    pub name: &'static str,
    /// What is run.
    pub program: Program,
    /// Its arguments.
    pub args: &'static [&'static str],
    /// All of its input.
    pub stdin: &'static str,
    /// Its exit code.
    pub exit: i32,
    /// Must be in stdout or stderr.
    pub says: &'static str,
    /// Files it must have written, from the project's folder.
    pub writes: &'static [&'static str],
}

const ESBUILD: Case =
    Case { name: "", program: Program::Esbuild, args: &[], stdin: "", exit: 0, says: "", writes: &[] };

/// All cases.
pub(super) const CASES: [Case; 10] = [
    Case { name: "esbuild-version", args: &["--version"], says: "0.28.2", ..ESBUILD },
    Case {
        name: "esbuild-bundle",
        args: &["src/main.tsx", "--bundle", "--outdir=out", "--loader:.svg=dataurl"],
        says: "Done in",
        writes: &["out/main.js", "out/main.css"],
        ..ESBUILD
    },
    Case {
        name: "esbuild-split",
        args: &[
            "src/main.tsx",
            "src/admin.ts",
            "--bundle",
            "--splitting",
            "--format=esm",
            "--minify",
            "--sourcemap",
            "--sources-content=true",
            "--metafile=out/meta.json",
            "--define:DEBUG=false",
            "--loader:.svg=file",
            "--entry-names=[dir]/[name]-[hash]",
            "--asset-names=assets/[name]-[hash]",
            "--outdir=out",
        ],
        says: "Done in",
        writes: &["out/meta.json"],
        ..ESBUILD
    },
    Case {
        name: "esbuild-analyze",
        args: &["src/main.tsx", "--bundle", "--analyze=verbose", "--outdir=out", "--loader:.svg=text"],
        says: "src/ui/board.tsx",
        writes: &["out/main.js"],
        ..ESBUILD
    },
    Case {
        name: "esbuild-stdin",
        args: &["--bundle", "--loader=ts", "--sourcefile=stdin.ts", "--charset=utf8"],
        stdin: "import { greeting } from '#text';\nconst n: number = 3;\nconsole.log(greeting('stdin'), n as unknown);\n",
        says: "`grüß dich, ${name}",
        ..ESBUILD
    },
    Case {
        name: "esbuild-error",
        args: &["src/broken.ts", "--bundle", "--outfile=out/broken.js"],
        exit: 1,
        says: "Unterminated string literal",
        ..ESBUILD
    },
    Case {
        name: "esbuild-missing-file",
        args: &["src/nowhere.ts", "--bundle", "--outfile=out/nowhere.js"],
        exit: 1,
        says: "Could not resolve",
        ..ESBUILD
    },
    Case {
        name: "esbuild-missing-import",
        args: &["src/lost.ts", "--bundle", "--outfile=out/lost.js"],
        exit: 1,
        says: "./nowhere",
        ..ESBUILD
    },
    Case { name: "esbuild-bad-flag", args: &["--no-such-flag"], exit: 1, says: "--no-such-flag", ..ESBUILD },
    Case { name: "hcl2json", program: Program::Hcl2json, args: &[], stdin: "", exit: 0, says: "\ndone\n", writes: &[] },
];

/// The bundle that is measured too: everything that esbuild does in one run.
pub(super) fn bundle_args() -> &'static [&'static str] {
    CASES.iter().find(|case| case.name == "esbuild-split").map_or(&[], |case| case.args)
}

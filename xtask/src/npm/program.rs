//! How a program out of an npm package is started by Node, as its package does it, and by gopherix.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::peer::{Guest, Peer, Runner};
use crate::process::capture;
use crate::toolchain::{Package, npm_package};
use crate::workspace;

/// A program out of a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// The command line of esbuild-wasm.
    Esbuild,
    /// The library of @cdktf/hcl2json, driven by tests/npm/hcl2json/main.js.
    Hcl2json,
}

impl Program {
    fn package(self) -> Package {
        match self {
            Self::Esbuild => Package::ESBUILD,
            Self::Hcl2json => Package::HCL2JSON,
        }
    }

    /// Its folder under tests/npm.
    fn folder(self) -> PathBuf {
        workspace::root().join("tests/npm").join(self.package().folder)
    }

    /// Makes `project` a fresh folder with a copy of what the program works on, if it works on files.
    pub(crate) fn lay_out(self, project: &Path) -> Result<()> {
        if project.exists() {
            std::fs::remove_dir_all(project)?;
        }
        std::fs::create_dir_all(project)?;
        let fixture = self.folder().join("project");
        if fixture.exists() {
            capture(Command::new("cp").arg("-R").arg(fixture.join(".")).arg(project))?;
        }
        Ok(())
    }

    /// The command that runs it in `project`, which a guest sees at the path where the host has it; `options` are
    /// gopherix's own.
    pub(crate) fn command(self, runner: &Runner, options: &[String], project: &Path, args: &[&str]) -> Result<Command> {
        let package = npm_package(&self.package())?;
        let here = project.display().to_string();
        match runner.peer() {
            Peer::Node => {
                let mut command = Command::new(runner.bin());
                match self {
                    Self::Esbuild => command.arg(package.join("bin/esbuild")),
                    Self::Hcl2json => command.arg(self.folder().join("node.js")).arg(&package),
                };
                command.args(args).env_clear().current_dir(project);
                Ok(command)
            }
            Peer::Gopherix => {
                let mut options = options.to_vec();
                let program = match self {
                    Self::Esbuild => package.join("esbuild.wasm"),
                    Self::Hcl2json => {
                        for (flag, script) in [("--js", "prelude.js"), ("--js-main", "main.js")] {
                            options.extend([flag.to_owned(), self.folder().join(script).display().to_string()]);
                        }
                        package.join("main.wasm")
                    }
                };
                let args = args.iter().map(|arg| (*arg).to_owned()).collect();
                let mounts = vec![(project.to_path_buf(), here.clone())];
                Ok(runner.command(&Guest { program, args, cwd: here, env: Vec::new(), mounts }, &options))
            }
            Peer::Wasmtime => bail!("the Wasmtime command line does not run GOOS=js binaries"),
        }
    }
}

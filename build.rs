//! Lists the model files, so that the library can embed them: `$OUT_DIR/models.rs` is one
//! `&[(name, text)]` expression, sorted by name. A missing or empty `models/` makes an empty list.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).expect("cargo sets it for a build script");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("models");
    let mut rows = Vec::new();
    watch(&root);
    if root.is_dir() {
        walk(&root, "", &mut rows)?;
    }
    rows.sort();
    let row = |(name, path): (String, PathBuf)| {
        let path = path
            .to_str()
            .expect("a model is in a folder whose path is UTF-8");
        format!("    ({name:?}, include_str!({path:?})),\n")
    };
    let rows = rows.into_iter().map(row).collect::<Vec<_>>().concat();
    fs::write(
        Path::new(&variable("OUT_DIR")).join("models.rs"),
        format!("&[\n{rows}]\n"),
    )
}

/// Adds the name and the path of each model in the folder, and of those below it.
fn walk(folder: &Path, prefix: &str, rows: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.is_dir() {
            watch(&path);
            walk(&path, &format!("{prefix}{file_name}/"), rows)?;
        } else if let Some(stem) = file_name.strip_suffix(".toml") {
            watch(&path);
            rows.push((format!("{prefix}{stem}"), path));
        }
    }
    Ok(())
}

/// Asks cargo to run this again when the folder or file changes.
fn watch(path: &Path) {
    println!("cargo:rerun-if-changed={}", path.display());
}

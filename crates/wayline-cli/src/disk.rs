//! Writing files so that a reader sees the old text or the new one, never half of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Report;

use crate::problem::Problem;

/// Replaces a file at once: the text is written beside it, then renamed over it. Permissions stay; a link stays a link
/// and the file it leads to is replaced.
///
/// # Errors
/// [`Problem::Unwritable`]; the old file is then as it was.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), Report> {
    let mut replacement = Replacement::begin(path)?;
    replacement.file().write_all(contents).map_err(|error| Problem::unwritable(path, error))?;
    replacement.commit()
}

/// A file that is being written and takes its name only when it is whole. Dropped before that, it leaves no trace.
pub struct Replacement {
    /// As it was given, for messages.
    path: PathBuf,
    /// Where it will be.
    target: PathBuf,
    /// Where it is until then; nothing when the target cannot be replaced, only written to.
    beside: Option<PathBuf>,
    file: File,
}

impl Replacement {
    /// Begins to write.
    ///
    /// # Errors
    /// [`Problem::Unwritable`].
    pub fn begin(path: &Path) -> Result<Self, Report> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (file, beside) = Self::open(&target).map_err(|error| Problem::unwritable(path, error))?;
        Ok(Self { path: path.to_owned(), target, beside, file })
    }

    fn open(target: &Path) -> io::Result<(File, Option<PathBuf>)> {
        let there = fs::metadata(target).ok();
        if let Some(there) = &there {
            // A device or a pipe (`-o /dev/stdout`) cannot be replaced.
            if !there.is_file() {
                return Ok((File::options().write(true).open(target)?, None));
            }
            // A file that may not be written must not be replaced either, though its folder would allow it.
            if there.permissions().readonly() {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
        }
        let beside = beside(target);
        let file = File::create_new(&beside)?;
        if let Some(there) = there {
            file.set_permissions(there.permissions())?;
        }
        Ok((file, Some(beside)))
    }

    /// What to write to.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`Problem::Unwritable`].
    pub fn commit(mut self) -> Result<(), Report> {
        let Some(beside) = self.beside.take() else { return Ok(()) };
        let renamed = self.file.sync_all().and_then(|()| fs::rename(&beside, &self.target));
        if renamed.is_err() {
            self.beside = Some(beside);
        }
        renamed.map_err(|error| Problem::unwritable(&self.path, error).into())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // There is nobody left to tell.
            let _ = fs::remove_file(beside);
        }
    }
}

/// A hidden name in the same folder, so that the rename stays on one disk and no walk takes it for a journey.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_temporary_name_is_hidden_and_in_the_same_folder() {
        let path = beside(Path::new("a/b.journey"));
        assert_eq!(path.parent(), Some(Path::new("a")));
        assert!(path.file_name().unwrap().to_str().unwrap().starts_with(".b.journey."));
    }
}

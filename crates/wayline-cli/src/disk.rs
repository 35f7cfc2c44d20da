//! Writing files so that a reader sees the old text or the new one, never half of it, and nothing else is left behind,
//! also when the command is interrupted.

#![expect(
    clippy::disallowed_types,
    reason = "the thread that waits for an interruption shares a list with the others"
)]

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

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
        let file = {
            let mut unfinished = Unfinished::lock();
            let file = File::create_new(&beside)?;
            unfinished.push(beside.clone());
            file
        };
        if let Some(there) = there
            && let Err(error) = file.set_permissions(there.permissions())
        {
            Unfinished::remove(&beside);
            return Err(error);
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
        let Some(beside) = &self.beside else { return Ok(()) };
        let renamed = self.file.sync_all().and_then(|()| {
            let mut unfinished = Unfinished::lock();
            fs::rename(beside, &self.target)?;
            unfinished.retain(|path| path != beside);
            Ok(())
        });
        if renamed.is_ok() {
            self.beside = None;
        }
        renamed.map_err(|error| Problem::unwritable(&self.path, error).into())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            Unfinished::remove(beside);
        }
    }
}

/// The files that stand beside their targets. Who interrupts the command finds none of them: they are removed before it
/// ends.
struct Unfinished;

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// How a shell says that a command was interrupted: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

impl Unfinished {
    /// The list. While it is held, an interruption waits.
    fn lock() -> MutexGuard<'static, Vec<PathBuf>> {
        static WATCH: Once = Once::new();
        // Where no signal can be watched the command works all the same.
        WATCH.call_once(|| drop(ctrlc::set_handler(Self::interrupted)));
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes a file. If that fails there is nobody left to tell.
    fn remove(path: &Path) {
        let mut unfinished = Self::lock();
        unfinished.retain(|known| known != path);
        let _ = fs::remove_file(path);
    }

    fn interrupted() {
        // Held until the end, so that no file is begun or named in between.
        let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        for path in unfinished.iter() {
            let _ = fs::remove_file(path);
        }
        std::process::exit(INTERRUPTED);
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

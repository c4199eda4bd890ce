//! Templates of one's own, from the folder that `[wording] templates` names.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ConfigError, WordingSettings};
use crate::wording::{Source, Wording, WordingError};

/// The wording that `settings` ask for.
pub(super) fn wording(settings: &WordingSettings) -> Result<Wording, ConfigError> {
    let own = match &settings.templates {
        Some(folder) => sources(folder)?,
        None => Vec::new(),
    };
    Ok(Wording::load(&settings.language, own)?)
}

/// Every template in `folder`, which holds one folder a language.
fn sources(folder: &Path) -> Result<Vec<Source>, ConfigError> {
    let mut sources = Vec::new();
    let (languages, files): (Vec<_>, Vec<_>) = visible(folder)?.into_iter().partition(|path| path.is_dir());
    for file in files {
        // One laid out here would otherwise be passed over in silence.
        WordingError::check_stray(&file.display().to_string(), &file_name(&file))?;
    }
    for language in languages {
        for path in visible(&language)? {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            sources.push(source(&language, &path, text)?);
        }
    }
    Ok(sources)
}

fn source(language: &Path, path: &Path, text: String) -> Result<Source, WordingError> {
    Source::new(&file_name(language), &file_name(path), &path.display().to_string(), text)
}

fn file_name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// What is in `folder`, in order of name, without the hidden files that editors leave.
fn visible(folder: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let entries = fs::read_dir(folder).map_err(unreadable(folder))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(unreadable(folder))?;
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

fn unreadable(file: &Path) -> impl FnOnce(std::io::Error) -> ConfigError {
    let file = file.to_owned();
    |source| ConfigError::Unreadable { file, source }
}

//! Fenced blocks of Markdown files.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The line of its opening fence, from 1.
    pub line: usize,
    /// `journey` of a fence `journey,fragment`.
    pub language: String,
    /// `fragment` of a fence `journey,fragment`.
    pub attributes: Vec<String>,
    /// Its text, without the fences and without the indentation of the opening fence.
    pub text: String,
    /// How far its opening fence is indented.
    pub indent: usize,
    /// `examples/cdnow` of a line `<!-- dir: examples/cdnow -->` before it.
    pub dir: Option<String>,
}

impl Block {
    /// Whether the fence has this attribute.
    #[must_use]
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|a| a == attribute)
    }

    /// The value of an attribute `name=value`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|a| a.strip_prefix(name)?.strip_prefix('='))
    }
}

/// All fenced blocks of a text.
///
/// # Errors
/// When a fence is never closed: everything after it would go untested.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut dir = None;
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let bare = line.trim_start();
        if let Some(comment) = bare.strip_prefix("<!-- dir:").and_then(|rest| rest.strip_suffix("-->")) {
            dir = Some(comment.trim().to_owned());
            continue;
        }
        let ticks = bare.chars().take_while(|c| *c == '`').count();
        if ticks < 3 {
            if !bare.is_empty() {
                dir = None;
            }
            continue;
        }
        let indent = line.len() - bare.len();
        let mut info = bare.trim_start_matches('`').trim().split(',').map(|part| part.trim().to_owned());
        let fence = "`".repeat(ticks);
        let mut block = Block {
            line: number + 1,
            language: info.next().unwrap_or_default(),
            attributes: info.collect(),
            text: String::new(),
            indent,
            dir: dir.take(),
        };
        loop {
            let (_, line) =
                lines.next().ok_or_else(|| format!("the fence of line {} is never closed", number + 1))?;
            if line.trim() == fence {
                break;
            }
            let cut = line.len() - line.trim_start().len();
            block.text.push_str(line.get(indent.min(cut)..).unwrap_or_default());
            block.text.push('\n');
        }
        found.push(block);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_know_their_language_place_and_folder() {
        let text = "a\n\n<!-- dir: examples/x -->\n\n```console\n$ wayline check\n```\n\n- b\n  ```journey,error=WL1003,fragment\n  x\n    y\n  ```\n";
        let found = blocks(text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, found[0].dir.as_deref()), (5, Some("examples/x")));
        assert_eq!((found[1].language.as_str(), found[1].value("error")), ("journey", Some("WL1003")));
        assert!(found[1].has("fragment") && found[1].dir.is_none());
        assert_eq!(found[1].text, "x\n  y\n");
    }

    #[test]
    fn longer_fences_hold_shorter_ones() {
        let found = blocks("````markdown\n```journey\n```\n````\n").unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "```journey\n```\n");
    }

    #[test]
    fn an_open_fence_is_found() {
        assert!(blocks("```journey\nx\n").unwrap_err().contains("line 1"));
    }
}

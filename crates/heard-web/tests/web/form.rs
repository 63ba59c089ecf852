//! The forms of a page, as a browser sees them: where they go, and what is in their fields.

#![expect(clippy::string_slice, reason = "it is cut at what was found")]

/// A form that is sent by POST.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<Field>,
    /// Its buttons with a name: one of them is pressed.
    pub buttons: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub kind: String,
    /// What would be sent; `None`: nothing (a box without a tick).
    pub value: Option<String>,
    /// What may be chosen.
    pub options: Vec<String>,
}

impl Form {
    /// What a browser would send, with the first button pressed.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let fields = self.fields.iter().filter(|field| field.name != "csrf");
        let mut pairs: Vec<_> = fields.filter_map(|field| Some((field.name.clone(), field.value.clone()?))).collect();
        pairs.extend(self.buttons.first().cloned());
        pairs
    }
}

/// A tag: its name and attributes; words between tags are left out.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, String)>,
    after: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name = rest.split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
        let mut inner = &rest[name.len()..];
        let mut attributes = Vec::new();
        loop {
            inner = inner.trim_start();
            if inner.starts_with('>') || inner.is_empty() {
                break;
            }
            let key = inner.split(['=', '>', ' ', '\n']).next().unwrap();
            inner = &inner[key.len()..];
            let mut value = String::new();
            if let Some(quoted) = inner.strip_prefix("=\"") {
                let end = quoted.find('"').unwrap();
                value = plain(&quoted[..end]);
                inner = &quoted[end + 1..];
            } else if key.is_empty() {
                inner = &inner[inner.chars().next().map_or(0, char::len_utf8)..];
            }
            attributes.push((key, value));
        }
        rest = inner.strip_prefix('>').unwrap_or(inner);
        found.push(Tag { name, attributes, after: rest });
    }
    found
}

/// The forms of a page that are sent by POST, and where its links lead within the site.
pub fn read(page: &str) -> (Vec<Form>, Vec<String>) {
    let (mut forms, mut links) = (Vec::<Form>::new(), Vec::new());
    let (mut within, mut posted) = (false, false);
    let tags = tags(page);
    for (i, tag) in tags.iter().enumerate() {
        let attribute = |name: &str| tag.get(name).unwrap_or_default().to_owned();
        match tag.name {
            "a" => links.extend(tag.get("href").filter(|to| to.starts_with('/')).map(str::to_owned)),
            "form" => {
                (within, posted) = (true, attribute("method") == "post");
                if posted {
                    forms.push(Form { action: attribute("action"), fields: vec![], buttons: vec![] });
                }
            }
            "/form" => within = false,
            _ => {}
        }
        let Some(form) = forms.last_mut().filter(|_| within && posted) else { continue };
        let name = attribute("name");
        if name.is_empty() {
            continue;
        }
        match tag.name {
            "input" => {
                let kind = attribute("type");
                let ticked = !matches!(kind.as_str(), "checkbox" | "radio") || tag.get("checked").is_some();
                let options = if matches!(kind.as_str(), "checkbox" | "radio") { vec![attribute("value")] } else { vec![] };
                form.fields.push(Field { name, kind, value: ticked.then(|| attribute("value")), options });
            }
            "textarea" => {
                let value = plain(tag.after.split('<').next().unwrap());
                form.fields.push(Field { name, kind: "textarea".into(), value: Some(value), options: vec![] });
            }
            "select" => {
                let own = tags[i + 1..].iter().take_while(|tag| tag.name != "/select").filter(|tag| tag.name == "option");
                let own: Vec<_> = own.collect();
                let chosen = own.iter().find(|option| option.get("selected").is_some()).or(own.first());
                let value = chosen.map(|option| option.get("value").unwrap_or_default().to_owned());
                let options = own.iter().map(|option| option.get("value").unwrap_or_default().to_owned()).collect();
                form.fields.push(Field { name, kind: "select".into(), value, options });
            }
            "button" => form.buttons.push((name, attribute("value"))),
            _ => {}
        }
    }
    (forms, links)
}

#[test]
fn forms_are_read_as_a_browser_reads_them() {
    let page = r#"<a href="/x?a=1&amp;b=2">x</a><form method="post" action="/a"><input type="hidden" name="csrf" value="t"><input name="n" value="&quot;1&quot;" required>
        <input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2"><select name="s"><option value="">-</option><option value="7" selected>7</option></select>
        <textarea name="w">a &lt;b&gt;</textarea><button name="do" value="go">Go</button></form><form action="/search"><input name="q"></form>"#;
    let (forms, links) = read(page);
    assert_eq!((forms.len(), links), (1, vec!["/x?a=1&b=2".to_owned()]));
    let pairs: Vec<_> = forms[0].pairs();
    let wanted = [("n", "\"1\""), ("c", "1"), ("s", "7"), ("w", "a <b>"), ("do", "go")];
    assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

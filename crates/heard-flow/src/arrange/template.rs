//! Templates: how files of a kind are understood, under a name that all share.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{ImportId, TemplateId};
use heard_domain::import::{FileFormat, Mapping, Template};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The most columns of a template.
const MOST_COLUMNS: usize = 2_000;

/// A template as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDraft {
    /// Its name, unique.
    pub name: String,
    /// The layout it is made for.
    pub format: FileFormat,
    /// How the columns are understood.
    pub mapping: Mapping,
}

/// All, by name.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<Template>, FlowError> {
    need(scope, Grant::ReadImports)?;
    Ok(flow.store.read(scope, tables::template::list).await?)
}

/// One.
pub async fn get(flow: &Flow, scope: &Scope, id: TemplateId) -> Result<Template, FlowError> {
    if !scope.may(Grant::Import) {
        need(scope, Grant::ReadImports)?;
    }
    let found = flow.store.read(scope, move |view| tables::template::get(view, id)).await?;
    found.ok_or(FlowError::Missing("template"))
}

fn checked(draft: TemplateDraft) -> Result<TemplateDraft, FlowError> {
    let name = name::name("name", &draft.name)?;
    if draft.mapping.columns.is_empty() || draft.mapping.columns.len() > MOST_COLUMNS {
        return Err(FlowError::rule("mapping", format!("must have 1 to {MOST_COLUMNS} columns")));
    }
    if draft.mapping.columns.iter().any(|(column, _)| column.len() > 1_000 || column.contains('\0')) {
        return Err(FlowError::rule("mapping", "has a column whose name is too long or holds a NUL character"));
    }
    Ok(TemplateDraft { name, ..draft })
}

fn keep(tx: &mut Tx, template: &Template) -> Result<(), StoreError> {
    if tables::template::by_name(tx, &template.name)?.is_some_and(|other| other.id != template.id) {
        return Err(StoreError::Conflict(format!("there is a template “{}” already", template.name)));
    }
    tables::template::save(tx, template)
}

/// Makes one.
pub async fn add(flow: &Flow, scope: &Scope, draft: TemplateDraft) -> Result<Template, FlowError> {
    need(scope, Grant::Import)?;
    let TemplateDraft { name, format, mapping } = checked(draft)?;
    let now = flow.now();
    let template = Template { id: TemplateId(flow.id()), name, format, mapping, at: now };
    let write = move |tx: &mut Tx| {
        keep(tx, &template)?;
        tables::audit::note(tx, now, Act::Added, Noun::Template, template.id.0, &json!({ "name": template.name }))?;
        Ok(template)
    };
    Ok(flow.store.write(scope, write).await?)
}

/// Makes one of how an import is or shall be understood.
pub async fn of_import(flow: &Flow, scope: &Scope, id: ImportId, name: &str, mapping: Mapping) -> Result<Template, FlowError> {
    need(scope, Grant::Import)?;
    let import = flow.store.read(scope, move |view| tables::import::get(view, id)).await?;
    let format = import.ok_or(FlowError::Missing("import"))?.format;
    add(flow, scope, TemplateDraft { name: name.to_owned(), format, mapping }).await
}

/// Changes one.
pub async fn change(flow: &Flow, scope: &Scope, id: TemplateId, draft: TemplateDraft) -> Result<Template, FlowError> {
    need(scope, Grant::Import)?;
    let there = get(flow, scope, id).await?;
    let TemplateDraft { name, format, mapping } = checked(draft)?;
    let now = flow.now();
    let template = Template { name, format, mapping, at: now, ..there };
    let write = move |tx: &mut Tx| {
        if tables::template::get(tx, id)?.is_none() {
            return Ok(None);
        }
        keep(tx, &template)?;
        tables::audit::note(tx, now, Act::Changed, Noun::Template, id.0, &json!({ "name": template.name }))?;
        Ok(Some(template))
    };
    flow.store.write(scope, write).await?.ok_or(FlowError::Missing("template"))
}

/// Removes one; imports that were understood by it stay as they are.
pub async fn remove(flow: &Flow, scope: &Scope, id: TemplateId) -> Result<(), FlowError> {
    need(scope, Grant::Import)?;
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        let Some(template) = tables::template::get(tx, id)? else { return Ok(false) };
        tables::template::remove(tx, id)?;
        tables::audit::note(tx, now, Act::Removed, Noun::Template, id.0, &json!({ "name": template.name }))?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? { Ok(()) } else { Err(FlowError::Missing("template")) }
}

//! The journey: stages and touchpoints.

use heard_domain::id::{FeedbackId, StageId, TouchpointId};
use heard_domain::journey::{Journey, Stage, Touchpoint};

use crate::error::StoreError;
use crate::sql::driver::Value;
use crate::tables::{outbox, reading};
use crate::view::{Tx, View};

/// The journey as it is.
pub fn get(view: &View) -> Result<Journey, StoreError> {
    let stages = view.list("SELECT id, name, aim, position, cues FROM stage ORDER BY position, id", &[], |row| {
        Ok(Stage {
            id: StageId(row.int(0)?),
            name: row.text(1)?.to_owned(),
            aim: row.text(2)?.to_owned(),
            position: row.int(3)? as i32,
            cues: serde_json::from_str(row.text(4)?)?,
        })
    })?;
    let sql =
        "SELECT touchpoint.id, touchpoint.stage, touchpoint.name, touchpoint.position, touchpoint.moment_of_truth FROM touchpoint
         JOIN stage ON stage.id = touchpoint.stage ORDER BY stage.position, stage.id, touchpoint.position, touchpoint.id";
    let touchpoints = view.list(sql, &[], |row| {
        Ok(Touchpoint {
            id: TouchpointId(row.int(0)?),
            stage: StageId(row.int(1)?),
            name: row.text(2)?.to_owned(),
            position: row.int(3)? as i32,
            moment_of_truth: row.yes(4)?,
        })
    })?;
    Ok(Journey { stages, touchpoints })
}

/// Makes the journey what is given. What was heard in stages and at touchpoints that are gone belongs to none.
pub fn save(tx: &mut Tx, journey: &Journey) -> Result<(), StoreError> {
    let old = get(tx)?;
    // Two may swap their names: those that change are set aside first.
    for stage in &old.stages {
        if journey.stage(stage.id).is_none_or(|new| new.name != stage.name) {
            set_aside(tx, "stage", stage.id.0)?;
        }
    }
    for touchpoint in &old.touchpoints {
        if journey.touchpoint(touchpoint.id).is_none_or(|new| new.name != touchpoint.name) {
            set_aside(tx, "touchpoint", touchpoint.id.0)?;
        }
    }
    tx.named = None;
    for stage in &journey.stages {
        let cues = serde_json::to_string(&stage.cues)?;
        tx.execute(
            "INSERT INTO stage (id, name, aim, position, cues) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, aim = excluded.aim, position = excluded.position, cues = excluded.cues",
            &[stage.id.into(), (&stage.name).into(), (&stage.aim).into(), stage.position.into(), (&cues).into()],
        )?;
    }
    for touchpoint in &journey.touchpoints {
        tx.execute(
            "INSERT INTO touchpoint (id, stage, name, position, moment_of_truth) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, name = excluded.name, position = excluded.position,
             moment_of_truth = excluded.moment_of_truth",
            &[
                touchpoint.id.into(),
                touchpoint.stage.into(),
                (&touchpoint.name).into(),
                touchpoint.position.into(),
                touchpoint.moment_of_truth.into(),
            ],
        )?;
    }
    for touchpoint in old.touchpoints.iter().filter(|t| journey.touchpoint(t.id).is_none()) {
        remove_touchpoint(tx, touchpoint.id)?;
    }
    for stage in old.stages.iter().filter(|s| journey.stage(s.id).is_none()) {
        remove_stage(tx, stage.id)?;
    }
    Ok(())
}

/// Gives a row of a table with unique names a name that nothing else has.
pub(crate) fn set_aside(tx: &mut Tx, table: &str, id: i64) -> Result<(), StoreError> {
    let name = format!("\u{1}{id}");
    tx.execute(&format!("UPDATE {table} SET name = $2 WHERE id = $1"), &[id.into(), (&name).into()])?;
    Ok(())
}

fn remove_touchpoint(tx: &mut Tx, id: TouchpointId) -> Result<(), StoreError> {
    let value: [Value<'_>; 1] = [id.into()];
    let heard = tx.list("SELECT id FROM feedback WHERE touchpoint = $1", &value, |row| Ok(FeedbackId(row.int(0)?)))?;
    tx.execute("UPDATE feedback SET touchpoint = NULL WHERE touchpoint = $1", &value)?;
    tx.execute("UPDATE post SET touchpoint = NULL WHERE touchpoint = $1", &value)?;
    tx.execute("DELETE FROM touchpoint WHERE id = $1", &value)?;
    outbox::push(tx, &heard)?;
    Ok(())
}

fn remove_stage(tx: &mut Tx, id: StageId) -> Result<(), StoreError> {
    let value: [Value<'_>; 1] = [id.into()];
    let heard = tx.list("SELECT DISTINCT feedback FROM passage WHERE stage = $1", &value, |row| Ok(FeedbackId(row.int(0)?)))?;
    tx.execute("UPDATE category SET stage = NULL WHERE stage = $1", &value)?;
    tx.execute("DELETE FROM stage WHERE id = $1", &value)?;
    tx.named = None;
    reading::lay_over_all(tx, &heard)
}

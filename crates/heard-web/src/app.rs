//! The whole route table: what can be asked, who may, and who answers. Router, `OpenAPI` document and the role × route test are
//! made from this one list.

use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, middleware};
use heard_domain::user::Grant::{
    Administer, Correct, Import, ReadAudit, ReadCases, ReadFeedback, ReadFigures, ReadImports, ReadIssues, ReadMetrics,
    ReadPersons, Shape, WriteCases, WriteFeedback, WriteIssues,
};
use heard_flow::error::FlowError;
use serde_json::Value;

use crate::answer;
use crate::api::metrics;
use crate::api::v1::{
    accounts, asking, audit, calendars, cases as queue, commitments, company, deep_reader, departments, digest_mail,
    digests as weekly, directory, drivers, events, export, exposures, feedback, figures, forms, hooks, imports, issue_category,
    issues as many, journey, learning, ledger as steps, letters as runs, live, messages, persons, places, posts,
    progress as progressing, promises as kept, receivers, rules as routing, segments, service, siblings, suppressions, taxonomy,
    templates, themes as found, tokens, told as telling, users, verification as verdicts, webhooks, wishes,
};
use crate::guard::{Guard, pass};
use crate::openapi;
use crate::pages::learning::{examples, label, proposal, versions};
use crate::pages::{
    asked as answered, cases, categories, category, correct, digests, drivers as matters, feedback as reading, form as visit,
    import, issues, journey as map, journey_edit, ledger, letters, live as arriving, overview, posts as listen,
    progress as renewing, promises, rules, settings, sign_in, themes, thread, unsubscribe, verification, welcome,
};
use crate::problem::{Problem, ProblemCode};
use crate::render;
use crate::route::Policy::{May, Public, SignedIn};
use crate::route::{Doc, Intake, Route};
use crate::state::AppState;

/// The largest batch of feedback, in bytes: 1,000 of them, or one of the longest.
const BATCH: usize = 8 << 20;

/// Every route.
#[rustfmt::skip]
pub fn routes(largest_import: u64) -> Vec<Route> {
    let (get, post, put, patch, delete) = (Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    let (get, post, put, patch, delete) = (|| get.clone(), || post.clone(), || put.clone(), || patch.clone(), || delete.clone());
    vec![
        // ---- signing in ----
        Route::page(get(), "/welcome", Public, welcome::show),
        Route::page(post(), "/welcome", Public, welcome::begin),
        Route::page(get(), "/sign-in", Public, sign_in::show),
        Route::page(post(), "/sign-in", Public, sign_in::enter),
        Route::page(post(), "/sign-out", SignedIn, sign_in::leave),
        Route::page(post(), "/theme", Public, sign_in::theme),

        // ---- listening ----
        Route::page(get(), "/", May(ReadFigures), overview::show),
        Route::page(get(), "/feedback", May(ReadFeedback), reading::show),
        Route::page(post(), "/feedback/{id}/corrections", May(Correct), correct::save),
        Route::page(post(), "/corrections/{id}/undo", May(Correct), correct::undo),
        Route::page(get(), "/feedback/arrived", May(ReadFeedback), reading::arrived),
        Route::page(get(), "/feedback/export", May(ReadFeedback), reading::export),
        Route::page(get(), "/live", May(ReadFeedback), arriving::listen),
        Route::page(get(), "/live/arrivals", May(ReadFeedback), arriving::arrivals),
        Route::page(get(), "/journey", May(ReadFigures), map::show),
        Route::page(get(), "/journey/edit", May(Shape), journey_edit::show),
        Route::page(post(), "/journey", May(Shape), journey_edit::change),

        // ---- listening posts ----
        Route::page(get(), "/posts", May(ReadFigures), listen::list::show),
        Route::page(post(), "/posts", May(Shape), listen::list::add),
        Route::page(get(), "/posts/{id}", May(ReadFigures), listen::show::show),
        Route::page(post(), "/posts/{id}", May(Shape), listen::change::change),
        Route::page(post(), "/posts/{id}/form", May(Shape), listen::form::save),
        Route::page(post(), "/posts/{id}/form/preview", May(Shape), listen::form::preview),
        Route::page(post(), "/posts/{id}/form/code", May(Shape), listen::form::rename),
        Route::page(get(), "/posts/{id}/poster", May(ReadFigures), listen::poster::show),
        Route::page(get(), "/posts/{id}/qr.svg", May(ReadFigures), listen::poster::picture),
        Route::page(post(), "/posts/{id}/webhooks", May(Shape), listen::webhooks::add),
        Route::page(post(), "/webhooks/{id}", May(Shape), listen::webhooks::change),
        Route::page(post(), "/webhooks/{id}/try", May(Shape), listen::webhooks::attempt),
        Route::page(post(), "/webhooks/{id}/secret", May(Shape), listen::webhooks::rotate),
        Route::page(post(), "/webhooks/{id}/remove", May(Shape), listen::webhooks::remove),

        // ---- for customers and other systems: public; what is sent proves itself ----
        Route::visitor(get(), "/f/{code}", visit::show),
        Route::visitor(post(), "/f/{code}", visit::send),
        Route::visitor(get(), "/f/{code}/thanks", visit::thank),
        Route::visitor(get(), "/p/{secret}", issues::partner::show),
        Route::visitor(post(), "/p/{secret}", issues::partner::send),
        Route::api(post(), "/hooks/{id}", Public, hooks::deliver_doc(), hooks::deliver).up_to(hooks::LARGEST),
        Route::visitor(get(), "/t/{token}", thread::show),
        Route::visitor(post(), "/t/{token}", thread::send),
        Route::visitor(get(), "/a/{token}", renewing::come),
        Route::visitor(get(), "/q/{token}", answered::show),
        Route::visitor(post(), "/q/{token}", answered::send),
        Route::visitor(get(), "/u/{token}", unsubscribe::show),
        Route::visitor(post(), "/u/{token}", unsubscribe::send),

        // ---- understanding ----
        Route::page(get(), "/categories", May(ReadFigures), categories::show),
        Route::page(post(), "/categories", May(Shape), categories::add),
        Route::page(post(), "/categories/undo", May(Shape), categories::undo),
        Route::page(get(), "/categories/proposal", May(Shape), proposal::show),
        Route::page(post(), "/categories/proposal", May(Shape), proposal::decide),
        Route::page(get(), "/categories/versions", May(Shape), versions::show),
        Route::page(post(), "/categories/versions", May(Shape), versions::roll_back),
        Route::page(get(), "/categories/label", May(Correct), label::show),
        Route::page(post(), "/categories/label", May(Correct), label::answer),
        Route::page(post(), "/categories/label/undo", May(Correct), label::undo),
        Route::page(get(), "/categories/{id}", May(Shape), category::show),
        Route::page(post(), "/categories/{id}", May(Shape), category::change),
        Route::page(post(), "/categories/{id}/examples", May(Shape), examples::add),
        Route::page(post(), "/examples/{id}", May(Shape), examples::change),
        Route::page(post(), "/feedback/{id}/examples", May(Shape), examples::choose),
        Route::page(get(), "/themes", May(ReadFeedback), themes::list::show),
        Route::page(get(), "/themes.csv", May(ReadFeedback), themes::list::file),
        Route::page(get(), "/themes/{key}", May(ReadFeedback), themes::show::show),
        Route::page(post(), "/themes/{key}", May(Shape), themes::show::promote),

        Route::page(get(), "/drivers", May(ReadFigures), matters::show),
        Route::page(get(), "/drivers.csv", May(ReadFigures), matters::file),

        // ---- acting ----
        Route::page(get(), "/cases", May(ReadCases), cases::list::show),
        Route::page(post(), "/cases", May(WriteCases), cases::list::change),
        Route::page(get(), "/cases/alerts", May(ReadCases), cases::alerts::show),
        Route::page(post(), "/cases/alerts", May(ReadCases), cases::alerts::seen),
        Route::page(get(), "/cases/service", May(ReadCases), cases::service::show),
        Route::page(get(), "/cases/{id}", May(ReadCases), cases::show::show),
        Route::page(post(), "/cases/{id}", May(WriteCases), cases::act::change),
        Route::page(post(), "/cases/{id}/notes", May(WriteCases), cases::act::note),
        Route::page(post(), "/cases/{id}/tasks", May(WriteCases), cases::act::task),
        Route::page(post(), "/cases/{id}/promises", May(WriteCases), cases::act::promise),
        Route::page(post(), "/case-promises/{id}", May(WriteCases), cases::act::kept),
        Route::page(post(), "/tasks/{id}", May(WriteCases), cases::act::done),
        Route::page(post(), "/feedback/{id}/case", May(WriteCases), cases::act::open),
        Route::page(get(), "/digests", May(ReadCases), digests::list::show),
        Route::page(get(), "/digests/{id}", May(ReadCases), digests::show::show),
        Route::page(post(), "/digests/{id}", May(WriteCases), digests::show::acknowledge),
        Route::page(post(), "/cases/{id}/issue", May(WriteIssues), issues::act::of_case),
        Route::page(get(), "/issues", May(ReadIssues), issues::list::show),
        Route::page(post(), "/issues", May(WriteIssues), issues::list::add),
        Route::page(get(), "/issues/drives", May(ReadIssues), issues::act::drives),
        Route::page(get(), "/issues/flow.svg", May(ReadIssues), issues::pictures::flow_file),
        Route::page(get(), "/issues/verified", May(ReadFigures), verification::list),
        Route::page(get(), "/issues/{id}/verification", May(ReadIssues), verification::show),
        Route::page(get(), "/issues/{id}/told", May(ReadIssues), issues::told::show),
        Route::page(post(), "/issues/{id}/places", May(WriteIssues), issues::act::found),
        Route::page(post(), "/issues/{id}/verification", May(Shape), verification::ask),
        Route::page(post(), "/issues/{id}/category", May(Shape), issues::category::send),
        Route::page(get(), "/issues/{id}/category", May(Shape), issues::category::show),
        Route::page(post(), "/issues/{id}/told", May(Shape), issues::told::begin),
        Route::page(get(), "/issues/{id}/verification.svg", May(ReadIssues), verification::picture),
        Route::page(get(), "/issues/{id}", May(ReadIssues), issues::show::show),
        Route::page(post(), "/issues/{id}", May(WriteIssues), issues::act::act),
        Route::page(get(), "/issues/{id}/causes.svg", May(ReadIssues), issues::pictures::fishbone_file),
        Route::page(get(), "/issues/{id}/drives.svg", May(ReadIssues), issues::pictures::drives_file),
        Route::page(get(), "/issues/{id}/plan.svg", May(ReadIssues), issues::pictures::plan_file),
        Route::page(post(), "/issues/{id}/causes", May(WriteIssues), issues::act::outline),
        Route::page(post(), "/issues/{id}/causes/preview", May(WriteIssues), issues::show::preview),
        Route::page(post(), "/issues/{id}/arrows", May(WriteIssues), issues::act::arrow),
        Route::page(post(), "/issues/{id}/actions", May(WriteIssues), issues::act::add_action),
        Route::page(post(), "/actions/{id}", May(WriteIssues), issues::act::change_action),
        Route::page(post(), "/issues/{id}/fixes", May(WriteIssues), issues::act::propose_fix),
        Route::page(post(), "/fixes/{id}", May(WriteIssues), issues::act::back_fix),
        Route::page(post(), "/issues/{id}/partners", May(WriteIssues), issues::act::invite_partner),
        Route::page(post(), "/partners/{id}", May(WriteIssues), issues::act::revoke),
        Route::page(post(), "/themes/{key}/issue", May(WriteIssues), issues::act::theme),
        Route::page(get(), "/rules", May(ReadCases), rules::list::show),
        Route::page(post(), "/rules", May(Shape), rules::list::add),
        Route::page(get(), "/letters", May(Shape), letters::list::show),
        Route::page(post(), "/letters", May(Shape), letters::list::add),
        Route::page(get(), "/letters/{id}", May(Shape), letters::show::show),
        Route::page(post(), "/letters/{id}", May(Shape), letters::show::change),
        Route::page(get(), "/accounts", May(ReadPersons), renewing::list),
        Route::page(get(), "/accounts/{id}", May(ReadPersons), renewing::show),
        Route::page(post(), "/accounts/{id}", May(Shape), renewing::change),
        Route::page(get(), "/rules/{id}", May(Shape), rules::edit::show),
        Route::page(post(), "/rules/{id}", May(Shape), rules::edit::change),

        // ---- sharing ----
        Route::page(get(), "/promises", May(ReadFigures), promises::list::show),
        Route::page(post(), "/promises", May(Shape), promises::list::add),
        Route::page(get(), "/promises.csv", May(ReadFigures), promises::list::file),
        Route::page(get(), "/promises/customers", May(ReadCases), promises::customers::show),
        Route::page(get(), "/promises/{id}", May(ReadFigures), promises::show::show),
        Route::page(post(), "/promises/{id}", May(Shape), promises::show::change),
        Route::page(get(), "/commitments", May(ReadFigures), promises::commitments::show),
        Route::page(post(), "/commitments", May(Shape), promises::commitments::add),
        Route::page(post(), "/commitments/{id}", May(WriteCases), promises::commitments::change),
        Route::page(get(), "/ledger", May(ReadFigures), ledger::show),
        Route::page(get(), "/ledger.csv", May(ReadFigures), ledger::file),
        Route::page(get(), "/ledger/comments", May(ReadFeedback), ledger::comments),

        // ---- assets ----
        Route::page(get(), "/assets/{file}", Public, render::serve),
        Route::page(get(), "/speculation.json", Public, render::speculation),

        // ---- import ----
        Route::page(get(), "/imports", May(ReadImports), import::list::show),
        Route::page(post(), "/imports", May(Import), import::list::receive).streaming(largest_import),
        Route::page(get(), "/imports/templates", May(ReadImports), import::templates::list),
        Route::page(post(), "/imports/templates/{id}", May(Import), import::templates::change),
        Route::page(get(), "/imports/operational", May(ReadFigures), import::operational::show),
        Route::page(get(), "/imports/{id}", May(ReadImports), import::show::show),
        Route::page(get(), "/imports/{id}/undo", May(Import), import::undo::show),
        Route::page(post(), "/imports/{id}/undo", May(Import), import::undo::begin),
        Route::page(post(), "/imports/{id}/confirm", May(Import), import::preview::confirm),
        Route::page(post(), "/imports/{id}/cancel", May(Import), import::show::cancel),

        // ---- settings ----
        Route::page(get(), "/settings", SignedIn, settings::mine::show),
        Route::page(post(), "/settings/password", SignedIn, settings::mine::password),
        Route::page(post(), "/settings/sessions/{id}/end", SignedIn, settings::mine::end_session),
        Route::page(post(), "/settings/sessions/others", SignedIn, settings::mine::end_others),
        Route::page(post(), "/settings/digests", SignedIn, settings::mine::digests),
        Route::page(get(), "/settings/company", May(Administer), settings::company::show),
        Route::page(post(), "/settings/company", May(Administer), settings::company::change),
        Route::page(get(), "/settings/posts", SignedIn, posts_moved),
        Route::page(get(), "/settings/departments", May(Shape), settings::departments::list),
        Route::page(post(), "/settings/departments", May(Shape), settings::departments::add),
        Route::page(get(), "/settings/departments/{id}", May(Shape), settings::departments::show),
        Route::page(post(), "/settings/departments/{id}", May(Shape), settings::departments::change),
        Route::page(get(), "/settings/places", May(Shape), settings::places::list),
        Route::page(post(), "/settings/places", May(Shape), settings::places::add),
        Route::page(get(), "/settings/places/{id}", May(Shape), settings::places::show),
        Route::page(post(), "/settings/places/{id}", May(Shape), settings::places::change),
        Route::page(get(), "/settings/segments", May(Shape), settings::segments::list),
        Route::page(post(), "/settings/segments", May(Shape), settings::segments::add),
        Route::page(get(), "/settings/segments/{id}", May(Shape), settings::segments::show),
        Route::page(post(), "/settings/segments/{id}", May(Shape), settings::segments::change),
        Route::page(get(), "/settings/calendars", May(Shape), settings::calendars::list),
        Route::page(post(), "/settings/calendars", May(Shape), settings::calendars::add),
        Route::page(get(), "/settings/calendars/{id}", May(Shape), settings::calendars::show),
        Route::page(post(), "/settings/calendars/{id}", May(Shape), settings::calendars::change),
        Route::page(get(), "/settings/mail", May(Administer), settings::mail::show),
        Route::page(post(), "/settings/mail/test", May(Administer), settings::mail::test),
        Route::page(post(), "/settings/mail/addresses", May(Administer), settings::mail::address),
        Route::page(post(), "/messages/{id}/again", May(WriteCases), settings::mail::again),
        Route::page(get(), "/settings/users", May(Administer), settings::users::list),
        Route::page(post(), "/settings/users", May(Administer), settings::users::add),
        Route::page(get(), "/settings/users/{id}", May(Administer), settings::users::show),
        Route::page(post(), "/settings/users/{id}", May(Administer), settings::users::change),
        Route::page(post(), "/settings/users/{id}/departments", May(Administer), settings::users::departments),
        Route::page(post(), "/settings/users/{id}/digests", May(Administer), settings::users::digests),
        Route::page(post(), "/settings/users/{id}/password", May(Administer), settings::users::password),
        Route::page(get(), "/settings/tokens", May(Administer), settings::tokens::list),
        Route::page(post(), "/settings/tokens", May(Administer), settings::tokens::add),
        Route::page(post(), "/settings/tokens/{id}/remove", May(Administer), settings::tokens::remove),
        Route::page(get(), "/settings/receivers", May(Administer), settings::receivers::list),
        Route::page(post(), "/settings/receivers", May(Administer), settings::receivers::add),
        Route::page(post(), "/settings/receivers/{id}", May(Administer), settings::receivers::change),

        Route::page(get(), "/settings/audit", May(ReadAudit), settings::audit::show),
        Route::page(get(), "/settings/audit.csv", May(ReadAudit), settings::audit::file),

        // ---- for programs ----
        Route::api(get(), "/openapi.json", Public, openapi_doc(), openapi_document),
        Route::api(get(), "/metrics", May(ReadMetrics), metrics::show_doc(), metrics::show),
        Route::api(get(), "/api/v1/health", Public, health_doc(), health),
        Route::api(post(), "/api/v1/feedback", May(WriteFeedback), feedback::offer_doc(), feedback::offer).up_to(BATCH),
        Route::api(get(), "/api/v1/feedback", May(ReadFeedback), feedback::list_doc(), feedback::list),
        Route::api(get(), "/api/v1/feedback/export", May(ReadFeedback), export::export_doc(), export::export),
        Route::api(get(), "/api/v1/feedback/{id}", May(ReadFeedback), feedback::show_doc(), feedback::show),
        Route::api(get(), "/api/v1/feedback/{id}/reading", May(ReadFeedback), feedback::reading_doc(), feedback::reading),
        Route::api(post(), "/api/v1/feedback/{id}/corrections", May(Correct), feedback::correct_doc(), feedback::correct),
        Route::api(delete(), "/api/v1/corrections/{id}", May(Correct), feedback::uncorrect_doc(), feedback::uncorrect),
        Route::api(get(), "/api/v1/live", May(ReadFeedback), live::listen_doc(), live::listen),
        Route::api(post(), "/api/v1/figures", May(ReadFigures), figures::ask_doc(), figures::ask),
        Route::api(get(), "/api/v1/figures", May(ReadFigures), figures::look_doc(), figures::look),
        Route::api(get(), "/api/v1/drivers", May(ReadFigures), drivers::show_doc(), drivers::show),
        Route::api(get(), "/api/v1/themes", May(ReadFeedback), found::list_doc(), found::list),
        Route::api(get(), "/api/v1/letters", May(Shape), runs::list_doc(), runs::list),
        Route::api(post(), "/api/v1/letters", May(Shape), runs::add_doc(), runs::add),
        Route::api(get(), "/api/v1/letters/{id}", May(Shape), runs::show_doc(), runs::show),
        Route::api(delete(), "/api/v1/letters/{id}", May(Shape), runs::remove_doc(), runs::remove),
        Route::api(get(), "/api/v1/letters/{id}/preview", May(Shape), runs::preview_doc(), runs::preview),
        Route::api(post(), "/api/v1/letters/{id}/send", May(Shape), runs::send_doc(), runs::send),
        Route::api(get(), "/api/v1/messages", May(ReadCases), messages::list_doc(), messages::list),
        Route::api(post(), "/api/v1/messages/{id}/again", May(WriteCases), messages::send_doc(), messages::send),
        Route::api(post(), "/api/v1/suppressions", May(Shape), suppressions::set_doc(), suppressions::set),
        Route::api(get(), "/api/v1/journey", SignedIn, journey::show_doc(), journey::show),
        Route::api(put(), "/api/v1/journey", May(Shape), journey::set_doc(), journey::set),
        Route::api(get(), "/api/v1/taxonomy", SignedIn, directory::taxonomy_doc(), directory::taxonomy),
        Route::api(post(), "/api/v1/taxonomy/preview", May(Shape), taxonomy::preview_doc(), taxonomy::preview),
        Route::api(post(), "/api/v1/taxonomy/changes", May(Shape), taxonomy::change_doc(), taxonomy::change),
        Route::api(post(), "/api/v1/taxonomy/undo", May(Shape), taxonomy::undo_doc(), taxonomy::undo),
        Route::api(get(), "/api/v1/taxonomy/history", May(Shape), taxonomy::history_doc(), taxonomy::history),
        Route::api(post(), "/api/v1/taxonomy/try", May(Shape), taxonomy::try_doc(), taxonomy::try_words),
        Route::api(get(), "/api/v1/categories/{id}/examples", May(Shape), learning::examples_doc(), learning::examples),
        Route::api(post(), "/api/v1/categories/{id}/examples", May(Shape), learning::add_example_doc(), learning::add_example),
        Route::api(delete(), "/api/v1/examples/{id}", May(Shape), learning::remove_example_doc(), learning::remove_example),
        Route::api(post(), "/api/v1/examples/{id}/restore", May(Shape), learning::restore_example_doc(), learning::restore_example),
        Route::api(get(), "/api/v1/taxonomy/proposal", May(Shape), learning::proposal_doc(), learning::proposal),
        Route::api(post(), "/api/v1/taxonomy/proposal/apply", May(Shape), learning::apply_doc(), learning::apply),
        Route::api(post(), "/api/v1/taxonomy/proposal/discard", May(Shape), learning::discard_doc(), learning::discard),
        Route::api(post(), "/api/v1/taxonomy/proposal/count", May(Shape), learning::count_all_doc(), learning::count_all),
        Route::api(get(), "/api/v1/taxonomy/progress", May(Shape), learning::working_doc(), learning::working),
        Route::api(get(), "/api/v1/taxonomy/versions", May(Shape), learning::versions_doc(), learning::versions),
        Route::api(get(), "/api/v1/taxonomy/comparison", May(Shape), learning::compare_doc(), learning::compare),
        Route::api(post(), "/api/v1/taxonomy/roll-back", May(Shape), learning::roll_back_doc(), learning::roll_back),
        Route::api(get(), "/api/v1/taxonomy/precision", May(Shape), learning::precise_doc(), learning::precise),
        Route::api(get(), "/api/v1/taxonomy/useful", May(ReadFeedback), learning::next_to_label_doc(), learning::next_to_label),
        Route::api(get(), "/api/v1/calendars", SignedIn, calendars::list_doc(), calendars::list),
        Route::api(post(), "/api/v1/calendars", May(Shape), calendars::add_doc(), calendars::add),
        Route::api(patch(), "/api/v1/calendars/{id}", May(Shape), calendars::change_doc(), calendars::change),
        Route::api(delete(), "/api/v1/calendars/{id}", May(Shape), calendars::remove_doc(), calendars::remove),
        Route::api(get(), "/api/v1/calendars/{id}/due", SignedIn, calendars::due_doc(), calendars::due),
        Route::api(get(), "/api/v1/departments", SignedIn, departments::list_doc(), departments::list),
        Route::api(post(), "/api/v1/departments", May(Shape), departments::add_doc(), departments::add),
        Route::api(patch(), "/api/v1/departments/{id}", May(Shape), departments::change_doc(), departments::change),
        Route::api(post(), "/api/v1/departments/{id}/merge", May(Shape), departments::merge_doc(), departments::merge),
        Route::api(delete(), "/api/v1/departments/{id}", May(Shape), departments::remove_doc(), departments::remove),
        Route::api(get(), "/api/v1/places", SignedIn, places::list_doc(), places::list),
        Route::api(post(), "/api/v1/places", May(Shape), places::add_doc(), places::add),
        Route::api(patch(), "/api/v1/places/{id}", May(Shape), places::change_doc(), places::change),
        Route::api(get(), "/api/v1/places/{id}/effect", May(Shape), places::effect_doc(), places::effect),
        Route::api(post(), "/api/v1/places/{id}/merge", May(Shape), places::merge_doc(), places::merge),
        Route::api(delete(), "/api/v1/places/{id}", May(Shape), places::remove_doc(), places::remove),
        Route::api(get(), "/api/v1/segments", SignedIn, segments::list_doc(), segments::list),
        Route::api(post(), "/api/v1/segments", May(Shape), segments::add_doc(), segments::add),
        Route::api(post(), "/api/v1/segments/count", May(ReadPersons), segments::count_doc(), segments::count),
        Route::api(patch(), "/api/v1/segments/{id}", May(Shape), segments::change_doc(), segments::change),
        Route::api(delete(), "/api/v1/segments/{id}", May(Shape), segments::remove_doc(), segments::remove),
        Route::api(get(), "/api/v1/rules", May(ReadCases), routing::list_doc(), routing::list),
        Route::api(post(), "/api/v1/rules", May(Shape), routing::add_doc(), routing::add),
        Route::api(post(), "/api/v1/rules/try", May(Shape), routing::attempt_doc(), routing::attempt),
        Route::api(patch(), "/api/v1/rules/{id}", May(Shape), routing::change_doc(), routing::change),
        Route::api(delete(), "/api/v1/rules/{id}", May(Shape), routing::remove_doc(), routing::remove),
        Route::api(get(), "/api/v1/promises", May(ReadFigures), kept::list_doc(), kept::list),
        Route::api(get(), "/api/v1/promises/customers", May(ReadCases), kept::to_customers_doc(), kept::to_customers),
        Route::api(post(), "/api/v1/promises", May(Shape), kept::add_doc(), kept::add),
        Route::api(patch(), "/api/v1/promises/{id}", May(Shape), kept::change_doc(), kept::change),
        Route::api(delete(), "/api/v1/promises/{id}", May(Shape), kept::remove_doc(), kept::remove),
        Route::api(get(), "/api/v1/commitments", May(ReadFigures), commitments::list_doc(), commitments::list),
        Route::api(post(), "/api/v1/commitments", May(Shape), commitments::add_doc(), commitments::add),
        Route::api(patch(), "/api/v1/commitments/{id}", May(Shape), commitments::change_doc(), commitments::change),
        Route::api(post(), "/api/v1/commitments/{id}/done", May(WriteCases), commitments::done_doc(), commitments::done),
        Route::api(delete(), "/api/v1/commitments/{id}", May(Shape), commitments::remove_doc(), commitments::remove),
        Route::api(get(), "/api/v1/ledger", May(ReadFigures), steps::show_doc(), steps::show),
        Route::api(get(), "/api/v1/ledger/comments", May(ReadFeedback), steps::comments_doc(), steps::comments),
        Route::api(get(), "/api/v1/cases", May(ReadCases), queue::list_doc(), queue::list),
        Route::api(post(), "/api/v1/cases", May(WriteCases), queue::add_doc(), queue::add),
        Route::api(post(), "/api/v1/cases/acts", May(WriteCases), queue::act_on_many_doc(), queue::act_on_many),
        Route::api(get(), "/api/v1/cases/{id}", May(ReadCases), queue::show_doc(), queue::show),
        Route::api(post(), "/api/v1/cases/{id}/acts", May(WriteCases), queue::act_doc(), queue::act),
        Route::api(post(), "/api/v1/cases/{id}/notes", May(WriteCases), queue::note_doc(), queue::note),
        Route::api(post(), "/api/v1/cases/{id}/tasks", May(WriteCases), queue::add_task_doc(), queue::add_task),
        Route::api(post(), "/api/v1/cases/{id}/promises", May(WriteCases), queue::add_promise_doc(), queue::add_promise),
        Route::api(patch(), "/api/v1/case-promises/{id}", May(WriteCases), queue::keep_promise_doc(), queue::keep_promise),
        Route::api(get(), "/api/v1/digests", May(ReadCases), weekly::list_doc(), weekly::list),
        Route::api(get(), "/api/v1/digests/{id}", May(ReadCases), weekly::show_doc(), weekly::show),
        Route::api(post(), "/api/v1/digests/{id}/acknowledge", May(WriteCases), weekly::acknowledge_doc(), weekly::acknowledge),
        Route::api(get(), "/api/v1/receivers", May(Administer), receivers::list_doc(), receivers::list),
        Route::api(post(), "/api/v1/receivers", May(Administer), receivers::add_doc(), receivers::add),
        Route::api(patch(), "/api/v1/receivers/{id}", May(Administer), receivers::change_doc(), receivers::change),
        Route::api(delete(), "/api/v1/receivers/{id}", May(Administer), receivers::remove_doc(), receivers::remove),
        Route::api(post(), "/api/v1/receivers/{id}/try", May(Administer), receivers::attempt_doc(), receivers::attempt),
        Route::api(post(), "/api/v1/receivers/{id}/secret", May(Administer), receivers::rotate_doc(), receivers::rotate),
        Route::api(patch(), "/api/v1/tasks/{id}", May(WriteCases), queue::change_task_doc(), queue::change_task),
        Route::api(get(), "/api/v1/issues", May(ReadIssues), many::list_doc(), many::list),
        Route::api(post(), "/api/v1/issues", May(WriteIssues), many::add_doc(), many::add),
        Route::api(post(), "/api/v1/issues/acts", May(WriteIssues), many::act_on_many_doc(), many::act_on_many),
        Route::api(get(), "/api/v1/issues/verified", May(ReadFigures), verdicts::list_doc(), verdicts::list),
        Route::api(get(), "/api/v1/issues/{id}/verification", May(ReadIssues), verdicts::show_doc(), verdicts::show),
        Route::api(get(), "/api/v1/issues/{id}/places", May(ReadIssues), siblings::list_doc(), siblings::list),
        Route::api(put(), "/api/v1/issues/{id}/places", May(WriteIssues), siblings::answer_doc(), siblings::answer),
        Route::api(get(), "/api/v1/issues/{id}/asking", May(ReadIssues), asking::show_doc(), asking::show),
        Route::api(post(), "/api/v1/issues/{id}/asking", May(Shape), asking::begin_doc(), asking::begin),
        Route::api(get(), "/api/v1/issues/{id}/told", May(ReadIssues), telling::show_doc(), telling::show),
        Route::api(get(), "/api/v1/issues/{id}/category", May(Shape), issue_category::show_doc(), issue_category::show),
        Route::api(post(), "/api/v1/issues/{id}/category", May(Shape), issue_category::make_doc(), issue_category::make),
        Route::api(get(), "/api/v1/issues/{id}", May(ReadIssues), many::show_doc(), many::show),
        Route::api(post(), "/api/v1/issues/{id}/acts", May(WriteIssues), many::act_doc(), many::act),
        Route::api(put(), "/api/v1/issues/{id}/causes", May(WriteIssues), many::causes_doc(), many::causes),
        Route::api(post(), "/api/v1/issues/{id}/feedback", May(WriteIssues), many::join_doc(), many::join),
        Route::api(post(), "/api/v1/issues/{id}/cases", May(WriteIssues), many::join_case_doc(), many::join_case),
        Route::api(post(), "/api/v1/issues/{id}/actions", May(WriteIssues), many::add_action_doc(), many::add_action),
        Route::api(post(), "/api/v1/issues/{id}/fixes", May(WriteIssues), many::propose_doc(), many::propose),
        Route::api(post(), "/api/v1/issues/{id}/partners", May(WriteIssues), many::invite_doc(), many::invite),
        Route::api(put(), "/api/v1/effects", May(WriteIssues), many::draw_doc(), many::draw),
        Route::api(patch(), "/api/v1/actions/{id}", May(WriteIssues), many::change_action_doc(), many::change_action),
        Route::api(delete(), "/api/v1/actions/{id}", May(WriteIssues), many::remove_action_doc(), many::remove_action),
        Route::api(put(), "/api/v1/fixes/{id}/backing", May(WriteIssues), many::back_doc(), many::back),
        Route::api(delete(), "/api/v1/partners/{id}", May(WriteIssues), many::revoke_doc(), many::revoke),
        Route::api(get(), "/api/v1/service", May(ReadCases), service::show_doc(), service::show),
        Route::api(get(), "/api/v1/alerts", May(ReadCases), service::alerts_doc(), service::alerts),
        Route::api(get(), "/api/v1/scales", SignedIn, directory::scales_doc(), directory::scales),
        Route::api(get(), "/api/v1/attributes", May(ReadFeedback), directory::attributes_doc(), directory::attributes),
        Route::api(get(), "/api/v1/posts", SignedIn, posts::list_doc(), posts::list),
        Route::api(post(), "/api/v1/posts", May(Shape), posts::add_doc(), posts::add),
        Route::api(get(), "/api/v1/posts/{id}", SignedIn, posts::show_doc(), posts::show),
        Route::api(patch(), "/api/v1/posts/{id}", May(Shape), posts::change_doc(), posts::change),
        Route::api(get(), "/api/v1/posts/{id}/health", May(ReadFigures), posts::health_doc(), posts::health),
        Route::api(get(), "/api/v1/posts/{id}/form", SignedIn, forms::show_doc(), forms::show),
        Route::api(put(), "/api/v1/posts/{id}/form", May(Shape), forms::save_doc(), forms::save),
        Route::api(post(), "/api/v1/posts/{id}/form/code", May(Shape), forms::rename_doc(), forms::rename),
        Route::api(get(), "/api/v1/posts/{id}/webhooks", May(Shape), webhooks::list_doc(), webhooks::list),
        Route::api(post(), "/api/v1/posts/{id}/webhooks", May(Shape), webhooks::add_doc(), webhooks::add),
        Route::api(put(), "/api/v1/webhooks/{id}", May(Shape), webhooks::change_doc(), webhooks::change),
        Route::api(post(), "/api/v1/webhooks/{id}/secret", May(Shape), webhooks::rotate_doc(), webhooks::rotate),
        Route::api(delete(), "/api/v1/webhooks/{id}", May(Shape), webhooks::remove_doc(), webhooks::remove),
        Route::api(get(), "/api/v1/imports", May(ReadImports), imports::list_doc(), imports::list),
        Route::api(post(), "/api/v1/imports", May(Import), imports::receive_doc(), imports::receive).streaming(largest_import),
        Route::api(get(), "/api/v1/imports/{id}", May(ReadImports), imports::show_doc(), imports::show),
        Route::api(get(), "/api/v1/imports/{id}/preview", May(ReadImports), imports::preview_doc(), imports::preview),
        Route::api(post(), "/api/v1/imports/{id}/confirm", May(Import), imports::confirm_doc(), imports::confirm),
        Route::api(get(), "/api/v1/imports/{id}/bad-rows", May(ReadImports), imports::bad_rows_doc(), imports::bad_rows),
        Route::api(delete(), "/api/v1/imports/{id}", May(Import), imports::cancel_doc(), imports::cancel),
        Route::api(get(), "/api/v1/imports/{id}/undo", May(Import), imports::foresee_doc(), imports::foresee),
        Route::api(post(), "/api/v1/imports/{id}/undo", May(Import), imports::undo_doc(), imports::undo),
        Route::api(get(), "/api/v1/templates", May(ReadImports), templates::list_doc(), templates::list),
        Route::api(post(), "/api/v1/templates", May(Import), templates::add_doc(), templates::add),
        Route::api(patch(), "/api/v1/templates/{id}", May(Import), templates::change_doc(), templates::change),
        Route::api(delete(), "/api/v1/templates/{id}", May(Import), templates::remove_doc(), templates::remove),
        Route::api(get(), "/api/v1/accounts", May(ReadPersons), accounts::list_doc(), accounts::list),
        Route::api(post(), "/api/v1/accounts", May(Import), accounts::offer_doc(), accounts::offer).up_to(BATCH),
        Route::api(get(), "/api/v1/accounts/{id}/progress", May(ReadPersons), progressing::show_doc(), progressing::show),
        Route::api(put(), "/api/v1/accounts/{id}/progress", May(Shape), progressing::save_doc(), progressing::save),
        Route::api(post(), "/api/v1/accounts/{id}/progress/send", May(Shape), progressing::send_doc(), progressing::send),
        Route::api(get(), "/api/v1/persons", May(ReadPersons), persons::list_doc(), persons::list),
        Route::api(post(), "/api/v1/persons", May(Import), persons::offer_doc(), persons::offer).up_to(BATCH),
        Route::api(get(), "/api/v1/persons/{id}/topics", May(ReadPersons), wishes::show_doc(), wishes::show),
        Route::api(put(), "/api/v1/persons/{id}/topics", May(Shape), wishes::set_doc(), wishes::set),
        Route::api(get(), "/api/v1/exposures", May(ReadFigures), exposures::list_doc(), exposures::list),
        Route::api(post(), "/api/v1/exposures", May(Import), exposures::offer_doc(), exposures::offer).up_to(BATCH),
        Route::api(get(), "/api/v1/events", May(ReadPersons), events::list_doc(), events::list),
        Route::api(post(), "/api/v1/events", May(Import), events::offer_doc(), events::offer).up_to(BATCH),
        Route::api(get(), "/api/v1/me", SignedIn, company::me_doc(), company::me),
        Route::api(get(), "/api/v1/me/digests", May(ReadCases), digest_mail::own_doc(), digest_mail::own),
        Route::api(put(), "/api/v1/me/digests", May(WriteCases), digest_mail::set_own_doc(), digest_mail::set_own),
        Route::api(get(), "/api/v1/company", SignedIn, company::show_doc(), company::show),
        Route::api(get(), "/api/v1/deep-reader", May(Administer), deep_reader::show_doc(), deep_reader::show),
        Route::api(patch(), "/api/v1/company", May(Administer), company::change_doc(), company::change),
        Route::api(get(), "/api/v1/users", May(Administer), users::list_doc(), users::list),
        Route::api(post(), "/api/v1/users", May(Administer), users::add_doc(), users::add),
        Route::api(patch(), "/api/v1/users/{id}", May(Administer), users::change_doc(), users::change),
        Route::api(get(), "/api/v1/users/{id}/digests", May(Administer), digest_mail::of_user_doc(), digest_mail::of_user),
        Route::api(put(), "/api/v1/users/{id}/digests", May(Administer), digest_mail::set_of_user_doc(), digest_mail::set_of_user),
        Route::api(get(), "/api/v1/tokens", May(Administer), tokens::list_doc(), tokens::list),
        Route::api(post(), "/api/v1/tokens", May(Administer), tokens::add_doc(), tokens::add),
        Route::api(delete(), "/api/v1/tokens/{id}", May(Administer), tokens::remove_doc(), tokens::remove),
        Route::api(get(), "/api/v1/audit", May(ReadAudit), audit::list_doc(), audit::list),
        Route::api(get(), "/api/v1/audit/chain", May(ReadAudit), audit::chain_doc(), audit::chain),
    ]
}

/// The site.
pub fn router(state: AppState) -> Router {
    let mut router = Router::new();
    for route in routes(state.site.largest_import) {
        let most = match route.intake {
            Intake::Small(most) => most,
            // Counted while it streams: see `upload`.
            Intake::Stream(_) => usize::MAX,
        };
        let guard = Guard::of(&route, state.clone());
        let limit = axum::extract::DefaultBodyLimit::max(most);
        let handler = route.handler.route_layer(limit).route_layer(middleware::from_fn_with_state(guard, pass));
        router = router.route(route.path, handler);
    }
    router
        .fallback(|| async { Problem::new(ProblemCode::NotFound, "there is nothing at this address") })
        .layer(middleware::from_fn_with_state(state.clone(), answer::finish))
        .with_state(state)
}

/// Listening posts have a page of their own.
async fn posts_moved() -> axum::response::Redirect {
    axum::response::Redirect::permanent("/posts")
}

async fn openapi_document() -> Response {
    static DOCUMENT: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    let mut response = Json(DOCUMENT.get_or_init(|| openapi::document(&routes(0)))).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

fn openapi_doc() -> Doc {
    Doc::new("getOpenApi", "About", "This document.").answers::<Value>(
        200,
        "OpenAPI 3.1",
        serde_json::json!({ "openapi": "3.1.0" }),
    )
}

/// Whether Heard answers.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Health {
    /// Always `ok`: what is not well does not answer.
    status: String,
}

async fn health(State(state): State<AppState>) -> Result<Json<Health>, Problem> {
    if state.flow.store.stopped() {
        return Err(FlowError::Stopped.into());
    }
    Ok(Json(Health { status: "ok".into() }))
}

fn health_doc() -> Doc {
    Doc::new(
        "getHealth",
        "About",
        "Whether Heard answers and keeps what it is told; for supervisors, who start it again where it does not.",
    )
    .answers::<Health>(200, "It does", serde_json::json!({ "status": "ok" }))
    .or(ProblemCode::Stopped)
}

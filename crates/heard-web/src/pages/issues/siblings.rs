//! Other places where the same is lived: whether it happens there too, and whether they do what has helped.

use heard_domain::sibling::PlaceAnswer;
use heard_domain::time::Zone;
use heard_flow::act::issues::siblings::PlaceChecked;
use maud::{Markup, html};

use crate::pages::issues::desk::Desk;
use crate::parts::form::csrf;
use crate::parts::say;
use crate::viewer::Viewer;

/// The checks of an issue, with their forms.
pub fn places(desk: &Desk, viewer: &Viewer, checks: &[PlaceChecked], zone: &Zone) -> Markup {
    let kept = desk.kept();
    let fixes: Vec<&str> = kept.work.contributions.iter().filter_map(|one| one.fix.as_deref()).collect();
    html! {
        @if !checks.is_empty() {
            section.card aria-labelledby="places" {
                div.ch { div { h2 #places { "Is it wanted elsewhere?" } p { "The fix was verified where customers complained. The same is lived at these places: somebody there looks and says so." } } }
                @for fix in fixes { blockquote.words dir="auto" { (fix) } }
                ul.changes {
                    @for one in checks {
                        li {
                            p { b { bdi { (one.name) } } " " span.soft {
                                @match &one.check.found {
                                    Some(found) => { (found.answer.label()) ", " (desk.name(found.by)) ", " (say::moment(found.at, zone)) },
                                    None => { "Asked " (say::moment(one.check.asked, zone)) ", no answer yet" },
                                }
                            } }
                            @if let Some(found) = one.check.found.as_ref().filter(|found| !found.words.is_empty()) { p.words dir="auto" { (found.words) } }
                            @if desk.acting.is_some() {
                                form.inline method="post" action={ "/issues/" (kept.id) "/places" } {
                                    (csrf(&viewer.csrf))
                                    input type="hidden" name="place" value=(one.check.place);
                                    div.field { label for={ "found-" (one.check.place) } { "What did you find?" } input.input id={ "found-" (one.check.place) } name="words" maxlength="1000" autocomplete="off"; }
                                    @for answer in PlaceAnswer::ALL { button.secondary name="answer" value=(answer.code()) { (answer.label()) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
